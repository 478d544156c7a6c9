//! PDF for people: a sheet that reads well, prints well, and holds the signed thing itself.
//!
//! What is drawn follows PDF/A-3a (for keeping) and PDF/UA-1 (for everybody to read): real text in a
//! told order, headings, alternatives for pictures, fonts inside. The writer checks that and refuses
//! to write anything else.

mod drawn;
mod lines;
mod receipt;
mod render;
mod sheet;

pub use receipt::receipt;

/// Why no PDF could be drawn, which no text should bring about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The fonts of this program are damaged.
    #[error("the fonts cannot be read")]
    Fonts,
    /// The sheet breaks a rule of its standard.
    #[error("the sheet cannot be written: {0}")]
    Refused(String),
}
