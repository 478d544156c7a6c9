//! What fuzzing found, and where it begins: every case in `tests/fuzz/corpus`, replayed.

use std::{fs, path::Path};

#[path = "../fuzz/targets.rs"]
mod targets;

/// Most bytes of a case: they are read by people too.
const CASE_BYTES: u64 = 16 * 1024;

#[test]
fn every_case_of_every_target_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    for (name, target) in targets::TARGETS {
        let corpus = fs::read_dir(folder.join("corpus").join(name)).expect(name);
        let mut cases: Vec<_> = corpus.map(|case| case.expect("a case").path()).collect();
        cases.sort();
        assert!(cases.len() >= 4, "{name} has cases");
        for case in cases {
            println!("{}", case.display());
            let bytes = fs::read(&case).expect("a case");
            assert!(bytes.len() as u64 <= CASE_BYTES, "it is minimal");
            target(&bytes);
        }
        assert!(folder.join("bins").join(format!("{name}.rs")).is_file());
    }
    let folders = fs::read_dir(folder.join("corpus")).expect("the corpora");
    assert_eq!(folders.count(), targets::TARGETS.len());
}
