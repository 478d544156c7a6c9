//! The key-encryption key and its file.
//!
//! The file is one line, `skillmark-kek-v1 ` and 43 characters of base64url (32 bytes). The key
//! itself seals nothing: each use has a key of its own, derived under a label.

use std::{fmt, fs, io::Write as _, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Fault;
use crate::clock::Chance;

const MARK: &str = "skillmark-kek-v1 ";
/// Longer than the file can be: what is read at most.
const FILE_BYTES: usize = 1024;

/// The key-encryption key, as the keys derived from it.
pub(super) struct Kek {
    id: String,
    pub(super) sealing: Zeroizing<[u8; 32]>,
    pub(super) lookup: Zeroizing<[u8; 32]>,
}

impl Kek {
    fn from_bytes(key: &[u8; 32]) -> Kek {
        let id = derive(key, "skillmark v1 kek id");
        Kek {
            id: id[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
            sealing: derive(key, "skillmark v1 sealing"),
            lookup: derive(key, "skillmark v1 lookup"),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Reads the file; one that others can read is refused.
    pub(super) fn read(path: &Path) -> Result<Kek, Fault> {
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Fault::NoKek(path.to_owned()));
            }
            Err(error) => return Err(bad(path, error.to_string())),
        };
        refuse_exposed(path)?;
        let key = parse(&text).ok_or_else(|| {
            bad(
                path,
                format!("expected one line, `{MARK}` and 43 characters"),
            )
        })?;
        Ok(Kek::from_bytes(&key))
    }
}

fn parse(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() > FILE_BYTES {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?.trim_end();
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?);
    let key = <[u8; 32]>::try_from(bytes.as_slice()).ok()?;
    Some(Zeroizing::new(key))
}

pub(super) fn create(path: &Path, chance: &dyn Chance) -> Result<(), Fault> {
    let mut key = Zeroizing::new([0; 32]);
    chance.fill(key.as_mut_slice());
    let written = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.as_slice()));
    let line = Zeroizing::new(format!("{MARK}{}\n", written.as_str()));
    write_new(path, line.as_bytes()).map_err(|error| bad(path, error.to_string()))
}

/// Writes a file that must not exist, readable by its owner alone from the first moment, and
/// waits until it is on the disk: what it seals must never outlive it.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn refuse_exposed(path: &Path) -> Result<(), Fault> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let found = fs::metadata(path).map_err(|error| bad(path, error.to_string()))?;
        if found.permissions().mode() & 0o077 != 0 {
            return Err(bad(path, "others can read it (want chmod 600)".to_owned()));
        }
    }
    Ok(())
}

fn bad(path: &Path, sentence: String) -> Fault {
    Fault::BadKek {
        path: path.to_owned(),
        sentence,
    }
}

/// HMAC-SHA-256 of a label: a key for one use, from which neither the KEK nor its siblings follow.
fn derive(key: &[u8; 32], label: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac(key, &[label.as_bytes()]))
}

/// HMAC-SHA-256 over `parts` in a row.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC itself pads a key to the hash's block with zeros (RFC 2104 §2).
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let block: &[u8; 64] = &block;
    let mut mac = Hmac::<Sha256>::new(block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({}, ***)", self.id)
    }
}
