//! Everything that a thief of the database holds, and the ways a secret may be written down in it.
#![expect(
    clippy::disallowed_methods,
    reason = "pg_dump is the copy that people really make"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::db::Temp;

/// The copies of a database, each with its name. SQLite: its files. PostgreSQL: a dump, and if they
/// can be read here, the files of the database and what was written to the log of writes since
/// `start`.
pub(crate) async fn copies(temp: &Temp, start: SystemTime) -> Vec<(String, Vec<u8>)> {
    let Some(url) = &temp.url else {
        let kek = temp.config().kek_path();
        return files(temp.folder.path(), |path| *path != kek);
    };
    let mut all = vec![("pg_dump".to_owned(), pg_dump(url))];
    temp.sql("checkpoint").await.expect("written to the disk");
    let data = temp.texts("select current_setting('data_directory')").await;
    let number = "select cast(oid as text) from pg_database where datname = current_database()";
    let number = temp.texts(number).await.remove(0);
    let data = Path::new(&data[0]);
    all.extend(files(&data.join("base").join(number), |_| true));
    let since = |path: &PathBuf| {
        let written = fs::metadata(path).and_then(|about| about.modified());
        written.is_ok_and(|at| at >= start)
    };
    all.extend(files(&data.join("pg_wal"), since));
    all
}

/// The copy that people make: a dump of PostgreSQL, the files of SQLite.
pub(crate) fn dump(temp: &Temp) -> Vec<u8> {
    match &temp.url {
        Some(url) => pg_dump(url),
        None => {
            let kek = temp.config().kek_path();
            let all = files(temp.folder.path(), |path| *path != kek);
            all.into_iter().flat_map(|(_, bytes)| bytes).collect()
        }
    }
}

fn pg_dump(url: &str) -> Vec<u8> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut places: Vec<PathBuf> = installed
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin/pg_dump"))
        .filter(|path| path.exists())
        .collect();
    places.sort();
    let program = places.pop().unwrap_or_else(|| PathBuf::from("pg_dump"));
    let output = Command::new(program).arg(url).output();
    let output = output.expect("pg_dump is installed beside PostgreSQL");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn files(folder: &Path, wanted: impl Fn(&PathBuf) -> bool) -> Vec<(String, Vec<u8>)> {
    let all = fs::read_dir(folder).into_iter().flatten();
    all.filter_map(Result::ok)
        .map(|file| file.path())
        .filter(|path| path.is_file() && wanted(path))
        .filter_map(|path| Some((path.display().to_string(), fs::read(&path).ok()?)))
        .collect()
}

/// The ways a word or a number may be written down.
pub(crate) fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let multibase = bs58::encode([&[0x80, 0x26], secret].concat()).into_string();
    // Without the last letters, which change with what stands behind.
    let base64 = |text: String| text.trim_end_matches('=')[..secret.len() * 4 / 3 - 1].to_owned();
    vec![
        ("itself", secret.to_vec()),
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
        ("base64", base64(STANDARD.encode(secret)).into_bytes()),
        (
            "base64url",
            base64(URL_SAFE_NO_PAD.encode(secret)).into_bytes(),
        ),
        ("base58", bs58::encode(secret).into_string().into_bytes()),
        ("multibase", multibase.into_bytes()),
    ]
}

/// Which of these stand in `all`, by name.
pub(crate) fn found<'n>(all: &[u8], wanted: &'n [(String, Vec<u8>)]) -> Vec<&'n str> {
    let mut by_first: Vec<Vec<usize>> = vec![Vec::new(); 256];
    for (n, (_, word)) in wanted.iter().enumerate() {
        by_first[usize::from(word[0])].push(n);
    }
    let mut names = Vec::new();
    for (at, byte) in all.iter().enumerate() {
        for n in &by_first[usize::from(*byte)] {
            let (name, word) = &wanted[*n];
            if all[at..].starts_with(word) && !names.contains(&name.as_str()) {
                names.push(name.as_str());
            }
        }
    }
    names
}
