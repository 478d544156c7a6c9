//! Pictures of achievements: uploaded and drawn anew, or drawn by us.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Texts;
use crate::app::App;
use crate::bake::{
    clean,
    emblem::{COLOURS, Emblem, ICONS},
};
use crate::db::Tenant;
use crate::files;
use crate::ids::hex;
use crate::issue::{Error, Fault};
use crate::who::{Scope, Who};

/// Pixels on a side of a picture that is kept.
const SIDE: u32 = 512;

/// How an achievement is pictured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"colour": "teal", "icon": "chart"}))]
pub struct Picture {
    /// The colour of a drawn one.
    pub colour: String,
    /// The icon of a drawn one.
    pub icon: String,
    /// The id of an uploaded one, which then stands in place of the drawing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<String>,
}

impl Default for Picture {
    fn default() -> Picture {
        Picture {
            colour: COLOURS[0].to_owned(),
            icon: ICONS[0].0.to_owned(),
            upload: None,
        }
    }
}

impl Picture {
    pub(super) fn check(&self, at: &str, texts: &mut Texts) {
        if !COLOURS.contains(&self.colour.as_str()) {
            let sentence = format!("is none of {}", COLOURS.join(", "));
            texts.fault(format!("{at}/colour"), sentence);
        }
        if ICONS.iter().all(|(icon, _)| *icon != self.icon) {
            let icons: Vec<&str> = ICONS.iter().map(|(icon, _)| *icon).collect();
            texts.fault(
                format!("{at}/icon"),
                format!("is none of {}", icons.join(", ")),
            );
        }
        if self.upload.as_ref().is_some_and(|id| !is_id(id)) {
            texts.fault(format!("{at}/upload"), "is no picture's id");
        }
    }

    /// The picture as PNG: the uploaded one, or drawn for `name`.
    ///
    /// # Errors
    /// [`Error::Faults`] if the upload is not this organisation's.
    pub(super) async fn png(&self, rows: &mut Tenant<'_>, name: &str) -> Result<Vec<u8>, Error> {
        let Some(id) = &self.upload else {
            let emblem = Emblem {
                name,
                colour: &self.colour,
                icon: &self.icon,
            };
            let drawn = emblem.png(SIDE);
            return drawn.map_err(|fault| Error::Internal(fault.to_string()));
        };
        rows.picture(id).await?.ok_or_else(|| {
            let sentence = "is no picture of yours: upload it again";
            Error::Faults(vec![Fault::new("/picture/upload", sentence)])
        })
    }
}

/// Whether `text` has the form of a picture's id: 64 hexadecimal digits.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The address of a picture, as achievements name it.
#[must_use]
pub fn url(app: &App, id: &str) -> String {
    app.config.public_url.join(&format!("/pictures/{id}.png"))
}

/// The id of a picture: the SHA-256 of its bytes.
pub(super) fn id_of(png: &[u8]) -> String {
    hex(&Sha256::digest(png))
}

/// Takes an uploaded picture in: PNG or JPEG, at most 2 MiB. It is drawn anew, so that nothing of
/// the file but its pixels is kept. Answers its id.
///
/// # Errors
/// [`Error::Refused`] without the scope `standards`; [`Error::Faults`] for what is no such picture.
pub async fn upload(app: &App, who: &Who, file: Vec<u8>) -> Result<String, Error> {
    who.may(Scope::Standards)?;
    let cleaned = files::in_turn(move || clean::clean(&file)).await;
    let cleaned =
        cleaned.ok_or_else(|| Error::Internal("a picture could not be drawn".to_owned()))?;
    let png = cleaned.map_err(|fault| {
        let sentence = format!("is not a PNG or JPEG picture that we can read: {fault}");
        Error::Faults(vec![Fault::new("/picture", sentence)])
    })?;
    let id = id_of(&png);
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_picture(&id, &png, now.into()).await?;
    rows.log(&[who.did(app, "picture.upload", &id, now)])
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// The bytes of a picture, for anybody.
///
/// # Errors
/// [`Error::Db`].
pub async fn public(app: &App, id: &str) -> Result<Option<Vec<u8>>, Error> {
    if !is_id(id) {
        return Ok(None);
    }
    Ok(app.db.public_picture(id).await?)
}
