//! Where issued credentials go: lines on the standard output, or files in a folder.

use std::{fs, path::PathBuf};

use super::{Failure, Screen};
use crate::{
    bake::{
        self,
        picture::{Level, Picture, month},
    },
    clock::Timestamp,
    credential::dates,
    verify::{self, Achieved, Known, Options},
};

/// The side of pictures, in pixels.
const PICTURE_SIDE: u32 = 640;

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

    /// Hands out one credential. Files are numbered in the order of the CSV.
    pub(super) fn take(&mut self, document: &str, jwt: Option<&str>) -> Result<(), Failure> {
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
            Format::Png => baked(document, true)?,
            Format::Svg => baked(document, false)?,
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

/// The badge's own picture with the credential inside.
fn baked(document: &str, png: bool) -> Result<Vec<u8>, Failure> {
    let report = verify::verify_known(
        &Known::nothing(),
        document.as_bytes(),
        &Options::default(),
        Timestamp::UNIX_EPOCH,
    );
    let achieved = report.claim.as_ref().and_then(|c| c.claim().achieved());
    let achieved = achieved.ok_or_else(|| Failure::refused("this is not an achievement"))?;
    let issuer = report
        .issuer
        .as_ref()
        .and_then(|issuer| issuer.name.as_deref());
    let days = [&achieved.awarded, &achieved.valid_from];
    let when = days
        .iter()
        .find_map(|day| dates::stamp(day.as_deref()?).ok());
    let picture = Picture {
        achievement: &achieved.name,
        issuer: issuer.unwrap_or_default(),
        month: &when.map(month).unwrap_or_default(),
        level: lowest_level(achieved),
    };
    let plain = if png {
        picture.png(PICTURE_SIDE).map_err(Failure::refused)?
    } else {
        picture.svg().into_bytes()
    };
    bake::bake(&plain, document).map_err(Failure::refused)
}

/// The lowest level reached: no criterion was below it.
fn lowest_level(achieved: &Achieved) -> Option<Level<'_>> {
    let reached = achieved.rubric.iter().filter_map(|criterion| {
        let place = criterion.levels.iter().position(|level| level.reached)?;
        Some(Level {
            reached: place + 1,
            of: criterion.levels.len(),
            name: &criterion.levels[place].name,
        })
    });
    reached.min_by(|a, b| (a.reached * b.of).cmp(&(b.reached * a.of)))
}
