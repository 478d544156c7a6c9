//! What several tests stand on.

pub(crate) mod db;
pub(crate) mod site;
