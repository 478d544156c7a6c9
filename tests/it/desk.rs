//! The desk: who comes in, as what, and who does not.

mod sign_in;
