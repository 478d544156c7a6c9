//! The lists of trusted issuers that were given with `--trust`.

use std::{fs, io::Read as _, path::Path, sync::Arc};

use super::{Failure, Settings, failure::USAGE};
use crate::verify::{MAX_LIST_BYTES, TrustList};

/// Every list, or what is wrong with the first that cannot be read: none is used in part.
pub(super) fn lists(settings: &Settings) -> Result<Vec<Arc<TrustList>>, Failure> {
    let lists = settings.trust.iter().map(|path| list(path).map(Arc::new));
    lists.collect()
}

/// One list, called by its file unless it has a name of its own.
pub(super) fn list(path: &Path) -> Result<TrustList, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_LIST_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::file(path, &error))?;
    let unfit = |what: &str| Failure::usage(format!("{}: {what}", path.display()));
    let text = String::from_utf8(bytes).map_err(|_| unfit("is not UTF-8"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    TrustList::read(&name, &text).map_err(|faults| Failure {
        // Not 1: that is the answer about a credential.
        code: USAGE,
        ..Failure::faults(path, &faults)
    })
}
