//! The HTTP face: what every answer carries, what is refused, what strangers see.

mod layers;
mod server;
