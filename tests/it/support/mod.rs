//! What several tests stand on.

pub(crate) mod between;
pub(crate) mod chance;
pub(crate) mod choices;
pub(crate) mod copy;
pub(crate) mod db;
pub(crate) mod elsewhere;
pub(crate) mod foreign;
pub(crate) mod hostile;
pub(crate) mod html;
pub(crate) mod openapi;
pub(crate) mod pages;
pub(crate) mod peers;
pub(crate) mod report;
pub(crate) mod rubric_badge;
pub(crate) mod site;
