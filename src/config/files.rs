//! Where files are kept: a folder, or a bucket of S3.

use std::{fmt, path::PathBuf, str::FromStr};

/// A folder, or `s3://key:secret@bucket/prefix?region=…&endpoint=https://…`.
///
/// It prints with `***` in place of the secret.
#[derive(Clone, PartialEq, Eq)]
pub enum FilesPlace {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Bucket),
}

/// A bucket of S3, or of a server that speaks like it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the name of every file begins with; empty: nothing.
    pub prefix: String,
    /// The region.
    pub region: String,
    /// The server; `None`: Amazon's.
    pub endpoint: Option<String>,
    /// Which access key.
    pub key_id: String,
    /// Its secret.
    pub secret: String,
}

impl FromStr for FilesPlace {
    type Err = String;
    fn from_str(text: &str) -> Result<FilesPlace, String> {
        if !text.starts_with("s3://") {
            return Ok(FilesPlace::Folder(PathBuf::from(text)));
        }
        let shape = || "expected s3://key:secret@bucket/prefix?region=…&endpoint=…".to_owned();
        let url = url::Url::parse(text).map_err(|_| shape())?;
        let name = url.host_str().unwrap_or_default().to_owned();
        let decoded = |text: &str| {
            let bytes = url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
                .next()
                .map(|(name, _)| name.into_owned());
            bytes.unwrap_or_default()
        };
        let (key_id, secret) = (decoded(url.username()), url.password().map(decoded));
        let (Some(secret), false, false) = (secret, name.is_empty(), key_id.is_empty()) else {
            return Err(shape());
        };
        let mut bucket = Bucket {
            name,
            prefix: url.path().trim_matches('/').to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: None,
            key_id,
            secret,
        };
        for (name, value) in url.query_pairs() {
            match &*name {
                "region" => bucket.region = value.into_owned(),
                "endpoint" => bucket.endpoint = Some(value.into_owned()),
                other => return Err(format!("no such part of the address: {other}")),
            }
        }
        Ok(FilesPlace::Bucket(bucket))
    }
}

impl fmt::Display for FilesPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilesPlace::Folder(folder) => write!(f, "{}", folder.display()),
            FilesPlace::Bucket(bucket) => {
                let (key, name, prefix) = (&bucket.key_id, &bucket.name, &bucket.prefix);
                write!(f, "s3://{key}:***@{name}/{prefix}?region={}", bucket.region)?;
                match &bucket.endpoint {
                    Some(endpoint) => write!(f, "&endpoint={endpoint}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl fmt::Debug for FilesPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_and_its_secret_never_printed() {
        let place: FilesPlace =
            "s3://AKIA1:se%2Fcr+et@work/evidence?region=eu-west-1&endpoint=http://127.0.0.1:5000"
                .parse()
                .expect("a bucket");
        let FilesPlace::Bucket(bucket) = &place else {
            panic!("{place}");
        };
        assert_eq!(bucket.secret, "se/cr+et");
        assert_eq!(
            (bucket.name.as_str(), bucket.prefix.as_str()),
            ("work", "evidence")
        );
        assert_eq!(
            place.to_string(),
            "s3://AKIA1:***@work/evidence?region=eu-west-1&endpoint=http://127.0.0.1:5000"
        );
        assert!(!format!("{place:?} {:?}", Some(&place)).contains("cr+et"));
        for bad in ["s3://", "s3://work/x", "s3://a:b@work/?color=red"] {
            assert!(bad.parse::<FilesPlace>().is_err(), "{bad}");
        }
        assert_eq!(
            "/srv/files".parse(),
            Ok(FilesPlace::Folder(PathBuf::from("/srv/files")))
        );
    }
}
