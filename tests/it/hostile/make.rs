//! What the generators share: the victim, the forger, and ways to write and sign.

use skillmark::{
    did,
    json::{self, Value},
    keys::SigningKey,
};

pub(crate) use crate::{
    credential::sample,
    verify::{issuer_key, other_key, signed, signed_as},
};

pub(crate) const RDFC: &str = "eddsa-rdfc-2022";
pub(crate) const JCS: &str = "eddsa-jcs-2022";
/// Issuers whose keys stand elsewhere; the program is given their documents.
pub(crate) const WEB: &str = "did:web:victim.test";
pub(crate) const SITE: &str = "https://victim.test/issuer";

/// A file, and the status list that its credential names, if it is given.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) list: Option<Vec<u8>>,
}

#[derive(Default)]
pub(crate) struct Cases(pub(crate) Vec<Case>);

impl Cases {
    pub(crate) fn bytes(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push(Case {
            name: name.to_owned(),
            bytes: bytes.into(),
            list: None,
        });
    }

    /// A JSON file, `.json` behind its name.
    pub(crate) fn json(&mut self, name: &str, document: &Value<'_>) {
        self.bytes(&format!("{name}.json"), json::text(document));
    }

    /// A JSON file with the list that it names.
    pub(crate) fn with_list(&mut self, name: &str, document: &Value<'_>, list: &str) {
        self.json(name, document);
        if let Some(case) = self.0.last_mut() {
            case.list = Some(list.as_bytes().to_vec());
        }
    }
}

/// The key documents of the victim under its two names: one key to sign with, one to sign in with,
/// one that belongs to somebody else, and three that prove nothing.
pub(crate) fn issuers() -> [(&'static str, String); 2] {
    [
        ("victim-did.json", keys_of(WEB)),
        ("victim-site.json", keys_of(SITE)),
    ]
}

pub(crate) fn login_key() -> SigningKey {
    SigningKey::from_seed(&[9; 32])
}

/// Keys that are points of small order, or not canonical: by name.
pub(crate) fn bad_points() -> [(&'static str, String); 3] {
    let mut one = [0; 32];
    one[0] = 1;
    let mut high = [0xff; 32];
    (high[0], high[31]) = (0xec, 0x7f);
    let mut uncanonical = [0xff; 32];
    (uncanonical[0], uncanonical[31]) = (0xf0, 0x7f);
    [
        ("one", one),
        ("order-two", high),
        ("not-canonical", uncanonical),
    ]
    .map(|(name, key)| (name, multibase(&[0xed, 0x01], &key)))
}

pub(crate) fn multibase(prefix: &[u8], key: &[u8]) -> String {
    format!("z{}", bs58::encode([prefix, key].concat()).into_string())
}

pub(crate) fn multikey(key: &SigningKey) -> String {
    key.public().to_multikey()
}

fn keys_of(id: &str) -> String {
    let method = |name: &str, controller: &str, key: &str| {
        serde_json::json!({"id": format!("{id}#{name}"), "type": "Multikey",
            "controller": controller, "publicKeyMultibase": key})
    };
    let victim = multikey(&issuer_key());
    let foreign = multikey(&other_key());
    let mut methods = vec![
        method(&victim, id, &victim),
        method("login", id, &multikey(&login_key())),
        method("foreign", "did:web:evil.test", &foreign),
    ];
    let mut listed = vec![format!("{id}#{victim}"), format!("{id}#foreign")];
    for (name, key) in bad_points() {
        methods.push(method(name, id, &key));
        listed.push(format!("{id}#{name}"));
    }
    serde_json::json!({"id": id, "verificationMethod": methods, "assertionMethod": listed,
        "authentication": [format!("{id}#login")]})
    .to_string()
}

/// The good credential that the others differ from, unsigned.
pub(crate) fn plain() -> Value<'static> {
    sample("simple")
}

/// It, issued by `issuer`.
pub(crate) fn by(issuer: &str) -> Value<'static> {
    let mut document = plain();
    document.set("issuer", Value::from(issuer.to_owned()));
    document
}

/// It, signed by its issuer.
pub(crate) fn good() -> Value<'static> {
    signed(&plain(), RDFC)
}

/// It, changed and then signed by its issuer over every byte, whatever the change means.
pub(crate) fn sealed(edit: impl FnOnce(&mut Value<'static>)) -> Value<'static> {
    let mut document = plain();
    edit(&mut document);
    signed(&document, JCS)
}

/// It, signed by its issuer and then changed.
pub(crate) fn broken(edit: impl FnOnce(&mut Value<'static>)) -> Value<'static> {
    let mut document = good();
    edit(&mut document);
    document
}

/// The member at a pointer, set.
pub(crate) fn set(
    document: &mut Value<'static>,
    parent: &str,
    name: &str,
    value: serde_json::Value,
) {
    let place = document.pointer_mut(parent).expect("a place");
    place.set(name.to_owned(), Value::from(value));
}

/// What JSON text says.
pub(crate) fn read(text: &str) -> Value<'static> {
    json::parse(text).expect("json").into_owned()
}

pub(crate) fn own_method() -> String {
    did::key::method_url(&issuer_key().public())
}

/// Bytes that look like chance and are the same every time.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::with_capacity(len);
    for _ in 0..len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.push(state as u8);
    }
    out
}
