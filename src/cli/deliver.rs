//! Where issued credentials go: lines on the standard output, or files in a folder.

use std::{fs, path::PathBuf};

use super::{Failure, Screen};
use crate::issue::picture;

/// In which form credentials are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// JSON with an embedded proof.
    Json,
    /// A compact JWT.
    Jwt,
    /// A picture with the credential inside.
    Png,
    /// A picture with the credential inside.
    Svg,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Jwt => "jwt",
            Format::Png => "png",
            Format::Svg => "svg",
        }
    }
}

/// What was asked for.
pub(super) struct Output {
    folder: Option<PathBuf>,
    format: Format,
}

impl Output {
    /// Pictures need a folder.
    pub(super) fn new(folder: Option<PathBuf>, format: Format) -> Result<Output, Failure> {
        if folder.is_none() && matches!(format, Format::Png | Format::Svg) {
            return Err(Failure::usage(format!(
                "--format {} needs a folder: --out badges/",
                format.ending()
            )));
        }
        Ok(Output { folder, format })
    }
}

/// Credentials on their way out.
pub(super) struct Delivery<'a> {
    output: Output,
    screen: &'a Screen,
    count: usize,
}

impl Delivery<'_> {
    /// Makes the folder, if there is to be one.
    pub(super) fn begin(output: Output, screen: &Screen) -> Result<Delivery<'_>, Failure> {
        if let Some(folder) = &output.folder {
            fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
        }
        Ok(Delivery {
            output,
            screen,
            count: 0,
        })
    }

    /// Whether pictures are handed out.
    pub(super) fn is_of_pictures(&self) -> bool {
        let pictures = matches!(self.output.format, Format::Png | Format::Svg);
        pictures && self.output.folder.is_some()
    }

    /// Hands out one credential, in the achievement's own picture if it has one. Files are numbered
    /// in the order of the CSV.
    pub(super) fn take(
        &mut self,
        document: &str,
        jwt: Option<&str>,
        own: Option<&[u8]>,
    ) -> Result<(), Failure> {
        self.count += 1;
        let text = match (self.output.format, jwt) {
            (Format::Jwt, Some(jwt)) => jwt,
            (Format::Jwt, None) => {
                return Err(Failure::refused("this credential has no form as a JWT"));
            }
            _ => document,
        };
        let Some(folder) = &self.output.folder else {
            return self.screen.line(text);
        };
        let bytes = match self.output.format {
            Format::Json | Format::Jwt => format!("{text}\n").into_bytes(),
            Format::Png => picture::png(document, own).map_err(Failure::refused)?,
            Format::Svg => picture::svg(document, own).map_err(Failure::refused)?,
        };
        let path = folder.join(format!("{}.{}", self.count, self.output.format.ending()));
        fs::write(&path, bytes).map_err(|error| Failure::file(&path, &error))
    }

    /// Says where they are.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if let Some(folder) = &self.output.folder {
            self.screen.line(format_args!(
                "{} files in {}: 1.{} is the first row's.",
                self.count,
                folder.display(),
                self.output.format.ending()
            ))?;
        }
        Ok(())
    }
}
