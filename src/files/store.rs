//! Where files are kept, and whether they can be.

use std::{fs, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
};
use sha2::{Digest as _, Sha256};

use crate::config::{Bucket, Config, FilesPlace};
use crate::ids::{IssuerId, hex};

/// How long a bucket may take to take a call.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one call to a bucket may take: ten megabytes over a slow line.
const CALL: Duration = Duration::from_secs(30);
/// How often a call is tried again, and for how long: somebody waits for the answer.
const AGAIN: usize = 2;
const AGAIN_WITHIN: Duration = Duration::from_secs(20);
/// What a look whether files can be kept is kept under, for a moment.
const PROBE: &str = "doctor";

/// Why a file could not be kept or fetched. None of it holds a secret or anything of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not there.
    #[error("the file is not there")]
    Missing,
    /// The bucket does not let us in.
    #[error(
        "the bucket does not let this key in: the key or its secret is wrong, or it may not do this"
    )]
    Denied,
    /// The bucket is not there.
    #[error("there is no such bucket")]
    NoBucket,
    /// The store cannot be used.
    #[error("the place where files are kept cannot be used: {0}")]
    Unavailable(String),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Error {
        match error {
            object_store::Error::NotFound { source, .. } => {
                // Only its words tell a bucket that is not there from a file that is not.
                match source.to_string().contains("NoSuchBucket") {
                    true => Error::NoBucket,
                    false => Error::Missing,
                }
            }
            // What the server says about it names the key; the secret it does not know.
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => Error::Denied,
            // The cause names a hash and an address, nothing of a person.
            other => Error::Unavailable(other.to_string()),
        }
    }
}

/// Where files are kept. Cloning is cheap and shares it.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Files({})", self.0)
    }
}

/// The name that these bytes of an organisation are kept under: it says nothing but what they are.
#[must_use]
pub fn name_of(issuer: &IssuerId, bytes: &[u8]) -> String {
    let digest = hex(&Sha256::digest(bytes));
    format!("{issuer}/{}/{digest}", &digest[..2])
}

impl Files {
    /// Opens the place that the settings name; a folder is made. A bucket is not asked yet:
    /// [`Files::check`] does.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn open(config: &Config) -> Result<Files, Error> {
        Ok(Files(match config.files_place() {
            FilesPlace::Bucket(bucket) => {
                let prefix = bucket.prefix.as_str();
                Arc::new(PrefixStore::new(open_bucket(&bucket)?, prefix))
            }
            FilesPlace::Folder(folder) => {
                let unwell = |cause: std::io::Error| Error::Unavailable(cause.to_string());
                fs::create_dir_all(&folder).map_err(unwell)?;
                Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
            }
        }))
    }

    /// Keeps these bytes under the name that [`name_of`] gives them.
    ///
    /// # Errors
    /// [`Error`] but for [`Error::Missing`].
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Error> {
        self.0
            .put(&Path::from(name), PutPayload::from(bytes))
            .await?;
        Ok(())
    }

    /// Fetches what is kept under a name.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get(&self, name: &str) -> Result<Vec<u8>, Error> {
        let found = self.0.get(&Path::from(name)).await?;
        Ok(found.bytes().await?.to_vec())
    }

    /// Deletes what is kept under a name. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error`] but for [`Error::Missing`].
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        match self.0.delete(&Path::from(name)).await.map_err(Error::from) {
            Ok(()) | Err(Error::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether files can be kept: one is put there, read and deleted again.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn check(&self) -> Result<(), Error> {
        let words = b"skillmark doctor was here".to_vec();
        self.put(PROBE, words.clone()).await?;
        if self.get(PROBE).await? != words {
            let sentence = "what is read is not what was written".to_owned();
            return Err(Error::Unavailable(sentence));
        }
        self.delete(PROBE).await
    }
}

fn open_bucket(bucket: &Bucket) -> Result<AmazonS3, Error> {
    // Whoever was first has installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = ClientOptions::new()
        .with_connect_timeout(CONNECT)
        .with_timeout(CALL);
    let retry = RetryConfig {
        max_retries: AGAIN,
        retry_timeout: AGAIN_WITHIN,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.key_id)
        .with_secret_access_key(&bucket.secret)
        .with_client_options(options)
        .with_retry(retry);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"));
    }
    Ok(builder.build()?)
}
