//! What every entrance hands to every service.

use std::{fs, io, path::PathBuf, sync::Arc};

use crate::{
    clock::{Chance, Clock, SystemChance, SystemClock, Timestamp},
    config::Config,
    custody::{self, Custody},
    db::{self, Db},
    files::{self, Files},
    keys::{PublicKey, known_bad},
    mail::Mail,
    outbound::{Fetcher, Parts},
    rdf::contexts,
};

/// Everything a service needs from outside itself. Cloning is cheap and shares all of it.
#[derive(Clone)]
pub struct App {
    /// The settings in force.
    pub config: Arc<Config>,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub chance: Arc<dyn Chance>,
    /// The store.
    pub db: Db,
    /// Evidence and pictures.
    pub files: Files,
    /// The keeper of private keys.
    pub custody: Arc<Custody>,
    /// What asks other servers; `None` if nothing is to be fetched.
    pub outbound: Option<Fetcher>,
    /// Where letters go.
    pub mail: Arc<Mail>,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be made: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A context that credentials are read with is not the one that was pinned (B13).
    #[error("this program is damaged: {0}")]
    Contexts(String),
    /// The database cannot be opened or brought up to date.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] db::Error),
    /// There is no place for files.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// Other servers cannot be asked safely.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The key-encryption key cannot be made.
    #[error("the keys cannot be kept: {0}")]
    Custody(#[from] custody::Fault),
    /// The database holds sealed keys, and the key-encryption key that opens them is gone.
    #[error(
        "this database has organisations, but there is no key-encryption key at {}: \
         put the file back (a new one could not open the keys that are there)",
        .0.display()
    )]
    KekLost(PathBuf),
    /// A key in use has its private half printed in a public document.
    #[error(
        "the signing key {key_id} is a published example ({place}); with a public address \
         that is not this machine, the program does not start with it"
    )]
    ExampleKey {
        /// The key.
        key_id: String,
        /// Where its private half is printed.
        place: &'static str,
    },
}

impl App {
    /// Opens what `config` names, with the machine's own clock and chance: checks the pinned
    /// contexts, brings the tables up to date and refuses example keys on a public address. A missing key-encryption key does
    /// not stop it: then nothing can be signed ([`Custody::ready`]).
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: Config) -> Result<App, StartError> {
        let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
        App::open_with(config, clock, chance).await
    }

    /// As [`App::open`], with a given clock and given chance.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open_with(
        config: Config,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<App, StartError> {
        contexts::self_check().map_err(StartError::Contexts)?;
        make_folder(&config)?;
        let db = open_db(&config).await?;
        db.migrate().await?;
        refuse_examples(&config, &db).await?;
        Ok(App {
            outbound: fetcher(&config, &clock, &chance)?,
            custody: Arc::new(Custody::open(&config)),
            mail: Arc::new(Mail::of(&config)),
            files: Files::open(&config)?,
            config: Arc::new(config),
            clock,
            chance,
            db,
        })
    }

    /// Opens what `config` names and makes what is not there yet: the data folder, the database,
    /// the key-encryption key. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`StartError`]; [`StartError::KekLost`] if there are organisations but no key-encryption
    /// key, since a new one would hide that the old one is gone.
    pub async fn open_or_make(
        config: Config,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<App, StartError> {
        let mut app = App::open_with(config, clock, chance).await?;
        if let Err(custody::Fault::NoKek(path)) = app.custody.ready() {
            if !app.db.issuers().await?.is_empty() {
                return Err(StartError::KekLost(path));
            }
            Custody::create(&path, app.chance.as_ref())?;
            app.custody = Arc::new(Custody::open(&app.config));
        }
        Ok(app)
    }

    /// The present instant, in whole seconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What asks other servers, unless the settings forbid it.
///
/// # Errors
/// If TLS cannot be set up.
pub fn fetcher(
    config: &Config,
    clock: &Arc<dyn Clock>,
    chance: &Arc<dyn Chance>,
) -> Result<Option<Fetcher>, rustls::Error> {
    if config.no_fetch {
        return Ok(None);
    }
    Fetcher::new(Parts::of_this_machine(
        config,
        clock.clone(),
        chance.clone(),
    ))
    .map(Some)
}

/// Makes the data folder, for its owner alone.
fn make_folder(config: &Config) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&config.data)
        .map_err(|cause| StartError::Folder {
            folder: config.data.clone(),
            cause,
        })
}

async fn open_db(config: &Config) -> Result<Db, db::Error> {
    match &config.database_url {
        Some(url) => Db::postgres(url.expose()).await,
        None => Db::sqlite(&config.sqlite_file()).await,
    }
}

/// Keys whose private half everybody has must not be in use on a public address (I13).
async fn refuse_examples(config: &Config, db: &Db) -> Result<(), StartError> {
    if config.is_loopback() {
        return Ok(());
    }
    for key_id in db.keys_in_use().await? {
        let place = PublicKey::from_multikey(&key_id)
            .ok()
            .and_then(|key| known_bad(&key));
        if let Some(place) = place {
            return Err(StartError::ExampleKey { key_id, place });
        }
    }
    Ok(())
}
