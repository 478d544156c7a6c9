//! What several tests stand on.

pub(crate) mod choices;
pub(crate) mod db;
pub(crate) mod rubric_badge;
pub(crate) mod site;
