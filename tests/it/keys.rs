//! Signatures against the published hard cases: the strict column, and nothing else.

use std::fs;

use skillmark::{
    json::{self, Value},
    keys::{self, KeyError, PublicKey, SignatureBytes, SigningKey},
};

fn table(path: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/vectors/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).expect(&path);
    text.lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex"))
        .collect()
}

/// What we say of a signature: `good`, or where it is refused.
fn verdict(key: &str, message: &str, signature: &str) -> &'static str {
    let Ok(key) = <[u8; 32]>::try_from(bytes(key)) else {
        return "key length";
    };
    let Ok(signature) = SignatureBytes::try_from(bytes(signature)) else {
        return "length";
    };
    let Ok(key) = PublicKey::from_bytes(&key) else {
        return "key";
    };
    match key.verify(&bytes(message), &signature) {
        Ok(()) => "good",
        Err(_) => "signature",
    }
}

#[test]
fn a7_wycheproof() {
    let mut cases = 0;
    for case in table("wycheproof/ed25519.tsv") {
        let [id, result, key, message, signature, comment] = &case[..] else {
            panic!("six columns in {case:?}")
        };
        let ours = verdict(key, message, signature) == "good";
        assert_eq!(ours, result == "valid", "{id} {comment}");
        cases += 1;
    }
    assert_eq!(cases, 151);
}

fn good(key: &PublicKey, message: &str, signature: &str) -> bool {
    key.verify(&bytes(message), &bytes(signature)).is_ok()
}

#[test]
fn c7_wycheproof_ecdsa() {
    type Read = fn(&[u8]) -> Result<PublicKey, KeyError>;
    let curves: [(&str, Read, usize); 2] = [
        ("p256", PublicKey::p256, 262),
        ("p384", PublicKey::p384, 280),
    ];
    for (name, read, count) in curves {
        let cases = table(&format!("wycheproof/ecdsa-{name}.tsv"));
        assert_eq!(cases.len(), count);
        for case in cases {
            let [id, result, key, message, signature, comment] = &case[..] else {
                panic!("six columns in {case:?}")
            };
            let key = read(&bytes(key)).expect("a key");
            let ours = good(&key, message, signature);
            assert_eq!(ours, result == "valid", "{name} {id} {comment}");
        }
    }
}

/// A signature that anybody can write, and numbers at the order of the group.
#[test]
fn c7_zero_and_the_group_order() {
    let p256 = PublicKey::from_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP");
    let p384 = PublicKey::from_multikey(
        "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ",
    );
    let orders = [
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ];
    for (key, order) in [p256, p384].into_iter().zip(orders) {
        let key = key.expect("a key");
        let zero = "00".repeat(order.len() / 2);
        let one = format!("{}1", &zero[1..]);
        for (r, s) in [
            (&*zero, &*zero),
            (&zero, &one),
            (&one, &zero),
            (order, &one),
            (&one, order),
            (order, order),
        ] {
            assert!(!good(&key, "00", &format!("{r}{s}")), "{r} {s}");
        }
        assert!(!good(&key, "00", ""));
    }
}

#[test]
fn c13_wycheproof_rsa() {
    let (mut last, mut weak, mut accepted) = (String::new(), 0, 0);
    let cases = table("wycheproof/rsa-2048.tsv");
    assert_eq!(cases.len(), 259);
    for case in cases {
        let [id, result, key, message, signature, comment] = &case[..] else {
            panic!("six columns in {case:?}")
        };
        if key != "\"" {
            last.clone_from(key);
        }
        let (n, e) = last.split_once(':').expect("n and e");
        let Ok(key) = PublicKey::rsa(&bytes(n), &bytes(e)) else {
            assert_eq!(e, "03", "{id}");
            weak += 1;
            continue;
        };
        let ours = good(&key, message, signature);
        assert_eq!(ours, result == "valid", "{id} {comment}");
        accepted += usize::from(ours);
    }
    assert!(weak > 0 && accepted > 0, "{weak} {accepted}");
}

/// 0, 1: key of small order. 2: R of small order. 3: both of mixed order, and it holds without the
/// cofactor. 4, 5: it holds only with it. 6, 7: S past the group order. 8, 9: R not canonical.
/// 10, 11: key not canonical.
#[test]
fn a7_speccheck_strict_column() {
    let verdicts: Vec<String> = table("ed25519-speccheck/cases.tsv")
        .iter()
        .map(|case| format!("{}: {}", case[0], verdict(&case[1], &case[2], &case[3])))
        .collect();
    insta::assert_snapshot!(verdicts.join("\n"), @r"
    0: key
    1: key
    2: signature
    3: good
    4: signature
    5: signature
    6: signature
    7: signature
    8: signature
    9: signature
    10: key
    11: key
    ");
}

#[test]
fn i13_every_example_key_is_known() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/keys-example");
    let mut keys = 0;
    for entry in fs::read_dir(folder).expect("keys-example") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a key");
        let file = json::parse(&text).expect("json");
        let secret = file.get("secretKeyMultibase").and_then(Value::as_str);
        let key = SigningKey::from_multikey(secret.expect("a secret"))
            .expect("a key")
            .public();
        assert!(keys::known_bad(&key).is_some(), "{}", path.display());
        keys += 1;
    }
    assert!(keys > 0);
}
