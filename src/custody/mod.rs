//! Private keys at rest.
//!
//! One key-encryption key (KEK), in a file outside the database, seals everything that must not
//! be read from a copy of the database: the seeds of issuers' signing keys, and a key for every
//! person. A seed is opened for a signature and wiped after it.
//!
//! Without the KEK, or with another one, nothing can be signed and no name can be read; whoever
//! verifies notices nothing ([`Custody::ready`] says why).
//!
//! This room keeps no rows: what it seals, the services store through `db`.

mod accounts;
mod jwk_file;
mod kek;
mod key_file;
mod people;
mod process;
mod receipts;
mod seal;
mod seeds;

use std::path::{Path, PathBuf};

use crate::{clock::Chance, config::Config, keys::KeyError};

pub use accounts::{AccountKey, AccountPurpose};
pub use jwk_file::JwkFile;
use kek::Kek;
pub use key_file::read_key_file;
pub use people::PersonKey;
pub use process::forbid_dumps;
pub use receipts::ReceiptKey;
pub use seal::Purpose;
pub use seeds::NewKey;

/// Why something could not be sealed, opened or signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no file with the key-encryption key.
    #[error("there is no key-encryption key at {}", .0.display())]
    NoKek(PathBuf),
    /// The file is there and cannot be used; the sentence says why, never what it holds.
    #[error("the key-encryption key at {} cannot be used: {sentence}", path.display())]
    BadKek {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        sentence: String,
    },
    /// It was sealed under another key-encryption key.
    #[error("it was sealed under the key-encryption key {0}, which this is not")]
    OtherKek(String),
    /// What was sealed was changed, or belongs to another row.
    #[error("what was sealed does not open: it was changed, or belongs elsewhere")]
    Tampered,
    /// The opened seed is not the private half of the key it is stored for.
    #[error("the stored seed does not belong to the key {0}")]
    WrongSeed(String),
    /// The key's private half is printed in a public document; the name of that document.
    #[error("this key is a published example ({0}) and works only on this machine")]
    ExampleKey(&'static str),
    /// A file that should hold a private key does not.
    #[error("not a private key in Multikey form: {0}")]
    NotAKey(String),
    /// A file that should hold a JWK does not, or not with what is needed.
    #[error("not a key in JWK form that can be used here: {0}")]
    NotAJwk(String),
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Fault {
        Fault::NotAKey(error.to_string())
    }
}

/// The keeper of private keys.
#[derive(Debug)]
pub struct Custody {
    kek: Result<Kek, Fault>,
    examples_allowed: bool,
}

impl Custody {
    /// Makes a new key-encryption key in a file that only its owner can read.
    ///
    /// # Errors
    /// [`Fault::BadKek`] if the file cannot be written or exists: one is never overwritten.
    pub fn create(path: &Path, chance: &dyn Chance) -> Result<(), Fault> {
        kek::create(path, chance)
    }

    /// Opens the key-encryption key that `config` names. It does not fail: without the key this
    /// keeper refuses to sign, and everything else goes on.
    ///
    /// From here on the process leaves no core file and cannot be traced ([`forbid_dumps`]).
    #[must_use]
    pub fn open(config: &Config) -> Custody {
        forbid_dumps();
        Custody {
            kek: Kek::read(&config.kek_path()),
            examples_allowed: config.is_loopback(),
        }
    }

    /// Whether this keeper can sign and open.
    ///
    /// # Errors
    /// [`Fault::NoKek`] or [`Fault::BadKek`].
    pub fn ready(&self) -> Result<(), Fault> {
        self.kek().map(|_| ())
    }

    /// Which key-encryption key this is: 16 hexadecimal digits that say nothing about it.
    ///
    /// # Errors
    /// As [`Custody::ready`].
    pub fn kek_id(&self) -> Result<&str, Fault> {
        Ok(self.kek()?.id())
    }

    fn kek(&self) -> Result<&Kek, Fault> {
        self.kek.as_ref().map_err(Clone::clone)
    }
}
