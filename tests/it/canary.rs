//! Nothing of a learner, and no secret, is written where nobody asked for it (threats I8, J1, J2).
//!
//! The real program is run from beginning to end with words that occur nowhere else, through good
//! requests and bad ones and with a database that refuses, and everything it said is searched;
//! so are copies of its database.

mod command_line;
mod copy;
mod program;
mod uploads;
mod web;
