//! What a command shows: answers on the standard output, everything else on the standard error.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use super::Failure;

/// The terminal, or whatever stands in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Whether the standard output shows colours.
    pub(super) colour: bool,
}

impl Screen {
    pub(super) fn new() -> Screen {
        let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Screen {
            colour: io::stdout().is_terminal() && !asked_not_to,
        }
    }

    /// One line of the answer.
    pub(super) fn line(&self, text: impl Display) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()?;
        Ok(())
    }

    /// A line of the answer that everything below belongs to.
    pub(super) fn title(&self, text: impl Display) -> Result<(), Failure> {
        if self.colour {
            self.line(format_args!("\u{1b}[1m{text}\u{1b}[0m"))
        } else {
            self.line(text)
        }
    }

    /// A name and its value, aligned with other pairs whose names are at most 14 letters long.
    pub(super) fn pair(&self, name: &str, value: impl Display) -> Result<(), Failure> {
        self.line(format_args!("  {name:<15}{value}"))
    }

    /// A remark that is not part of the answer: progress, a warning.
    pub(super) fn note(&self, text: impl Display) {
        // If even the standard error is gone, there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says why a command failed; the exit code.
    pub(super) fn failed(&self, failure: &Failure) -> u8 {
        if !failure.sentence.is_empty() {
            self.note(format_args!("skillmark: {}", failure.sentence));
        }
        if let Some(hint) = &failure.hint {
            self.note(format_args!("  {hint}"));
        }
        failure.code
    }
}

/// Somebody else's text, as it may be shown on a terminal: nothing in it moves the cursor, changes
/// colours, or turns the direction of what follows.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            '\n' | '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_s_text_does_not_command_the_terminal() {
        assert_eq!(
            plain("Ann\u{1b}[31m\n\u{202e}evil"),
            "Ann\u{fffd}[31m \u{fffd}evil"
        );
        assert_eq!(plain("Łódź – 工"), "Łódź – 工");
    }
}
