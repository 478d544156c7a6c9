//! Threats A: whose key it is, what a proof must be, and that nothing unsigned is green.

use skillmark::{
    did,
    json::{self, Value},
    proof::{self, ProofOptions},
    verify::{self, CheckId, Known, NotFetched, Options, Outcome, Report, Sources, Verdict},
};

use crate::{
    credential::sample,
    verify::{
        at, check, check_text, created, issuer_key, now, other_key, signed, signed_as, suite, told,
    },
};

const RDFC: &str = "eddsa-rdfc-2022";
const JCS: &str = "eddsa-jcs-2022";
const VICTIM: &str = "did:web:victim.test";

fn multikey(key: &skillmark::keys::SigningKey) -> String {
    key.public().to_multikey()
}

/// The simple sample, issued by `issuer`.
fn issued_by(issuer: &str) -> Value<'static> {
    let mut document = sample("simple");
    document.set("issuer", Value::from(issuer.to_owned()));
    document
}

/// A key document of `id` with one method of the victim's key, changed by `edit`.
fn key_document(id: &str, edit: impl FnOnce(&mut Value<'static>)) -> String {
    let key = multikey(&issuer_key());
    let text = format!(
        r##"{{"id":"{id}","verificationMethod":[{{"id":"{id}#{key}","type":"Multikey","controller":"{id}",
        "publicKeyMultibase":"{key}"}}],"assertionMethod":["#{key}"]}}"##
    );
    let mut document = json::parse(&text).expect("json").into_owned();
    edit(&mut document);
    json::text(&document)
}

/// The victim's key document, wherever it is asked for.
fn victim(id: &str, edit: impl FnOnce(&mut Value<'static>)) -> Known {
    Known::nothing().with_issuer(id, key_document(id, edit), now())
}

fn binding(sources: &Known, document: &Value) -> (Verdict, Outcome, Option<&'static str>) {
    told(
        &check_text(sources, &json::text(document)),
        CheckId::KeyBinding,
    )
}

fn proof_of(document: &Value) -> (Verdict, Outcome, Option<&'static str>) {
    told(&check(document), CheckId::Proof)
}

const INVALID: Verdict = Verdict::Invalid;

#[test]
fn a_key_that_the_issuers_document_lists_is_good() {
    for id in [VICTIM, "https://victim.test/issuer"] {
        let url = format!("{id}#{}", multikey(&issuer_key()));
        let document = signed_as(&issued_by(id), RDFC, &issuer_key(), &url);
        let report = check_text(&victim(id, |_| {}), &json::text(&document));
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let issuer = report.issuer.as_ref().expect("an issuer");
        assert_eq!(issuer.domain.as_deref(), Some("victim.test"));
        assert_eq!(
            report.check(CheckId::KeyBinding).expect("a check").as_of,
            Some(now())
        );
        // Without the document nothing is known, and nothing is green.
        assert_eq!(
            binding(&Known::nothing(), &document),
            (
                Verdict::CannotTell,
                Outcome::Unknown,
                Some("issuer_not_fetched")
            )
        );
    }
}

#[test]
fn a1_fragment_as_key() {
    let forger = other_key();
    for id in ["https://victim.test/issuer", VICTIM] {
        let url = format!("{id}#{}", multikey(&forger));
        let forged = signed_as(&issued_by(id), RDFC, &forger, &url);
        assert_eq!(
            binding(&victim(id, |_| {}), &forged),
            (INVALID, Outcome::Fail, Some("INVALID_VERIFICATION_METHOD")),
            "{id}"
        );
    }
    let id = did::key::did(&issuer_key().public()).to_string();
    let forged = signed_as(
        &issued_by(&id),
        RDFC,
        &forger,
        &format!("{id}#{}", multikey(&forger)),
    );
    assert_eq!(
        binding(&Known::nothing(), &forged),
        (INVALID, Outcome::Fail, Some("INVALID_VERIFICATION_METHOD"))
    );
}

#[test]
fn a2_other_dids_key() {
    let forger = other_key();
    let own = did::key::did(&forger.public()).to_string();
    for url in [did::key::method_url(&forger.public()), own] {
        let forged = signed_as(&issued_by(VICTIM), RDFC, &forger, &url);
        assert_eq!(
            binding(&victim(VICTIM, |_| {}), &forged),
            (INVALID, Outcome::Fail, Some("issuer_key_mismatch")),
            "{url}"
        );
    }
}

#[test]
fn a3_key_outside_its_relationship() {
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let document = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
    let only_login = victim(VICTIM, |keys| {
        let listed = keys.remove("assertionMethod").expect("listed");
        keys.set("authentication", listed);
    });
    assert_eq!(
        binding(&only_login, &document),
        (
            INVALID,
            Outcome::Fail,
            Some("INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD")
        )
    );
}

#[test]
fn a4_login_proof_replayed() {
    let key = issuer_key();
    let mut options = ProofOptions::new(did::key::method_url(&key.public()), created());
    options.purpose = did::Purpose::Authentication;
    for name in [RDFC, JCS] {
        let document = proof::secure(sample("simple"), suite(name), &options, &key).expect("signs");
        assert_eq!(
            proof_of(&document),
            (INVALID, Outcome::Fail, Some("wrong_purpose"))
        );
        let report = check(&document);
        assert_eq!(
            report.check(CheckId::Proof).expect("a check").problem,
            Some("https://w3id.org/security#PROOF_VERIFICATION_ERROR")
        );
    }
}

#[test]
fn a5_method_controlled_by_another() {
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let document = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
    let sources = victim(VICTIM, |keys| {
        let method = keys.pointer_mut("/verificationMethod/0").expect("a method");
        method.set("controller", Value::from("did:web:evil.test"));
    });
    assert_eq!(
        binding(&sources, &document),
        (INVALID, Outcome::Fail, Some("INVALID_VERIFICATION_METHOD"))
    );
}

#[test]
fn a6_document_of_another() {
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let document = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
    let sources = victim(VICTIM, |keys| {
        keys.set("id", Value::from("did:web:evil.test"));
    });
    assert_eq!(
        binding(&sources, &document),
        (
            INVALID,
            Outcome::Fail,
            Some("INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID")
        )
    );
}

#[test]
fn a7_malformed_signatures() {
    let good = signed(&sample("simple"), RDFC);
    let value = good
        .pointer("/proof/0/proofValue")
        .and_then(Value::as_str)
        .expect("a value")
        .to_owned();
    let bs58 = |bytes: &[u8]| format!("z{}", bs58::encode(bytes).into_string());
    let bytes = bs58::decode(&value[1..]).into_vec().expect("base58");
    let more: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    let forms = [
        bs58(&bytes[..63]),
        bs58(&more),
        bs58(&[0; 64]),
        format!("u{}", &value[1..]),
        format!("z0{}", &value[2..]),
        format!("zO{}", &value[2..]),
        format!("zI{}", &value[2..]),
        format!("zl{}", &value[2..]),
        value[1..].to_owned(),
        "z".to_owned(),
        String::new(),
        bs58(&plus_group_order(&bytes)),
    ];
    for form in forms {
        let mut document = good.clone();
        document
            .pointer_mut("/proof/0")
            .expect("a proof")
            .set("proofValue", Value::from(form.clone()));
        let (verdict, outcome, _) = proof_of(&document);
        assert_eq!((verdict, outcome), (INVALID, Outcome::Fail), "{form}");
    }
}

/// S + L: another number for the same point, which a lax verifier takes too.
fn plus_group_order(signature: &[u8]) -> Vec<u8> {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carried = signature.to_vec();
    let mut carry = 0;
    for i in 0..32 {
        let sum = u16::from(carried[32 + i]) + u16::from(L[i]) + carry;
        carried[32 + i] = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    carried
}

#[test]
fn a8_small_order_keys() {
    let encode = |key: [u8; 32]| {
        let bytes: Vec<u8> = [0xed, 0x01].into_iter().chain(key).collect();
        format!("z{}", bs58::encode(bytes).into_string())
    };
    let mut one = [0; 32];
    one[0] = 1;
    let mut high = [0xff; 32];
    (high[0], high[31]) = (0xec, 0x7f);
    let mut uncanonical = [0xff; 32];
    (uncanonical[0], uncanonical[31]) = (0xf0, 0x7f);
    for key in [one, high, uncanonical] {
        let key = encode(key);
        let own = format!("did:key:{key}");
        let document = signed_as(
            &issued_by(&own),
            RDFC,
            &issuer_key(),
            &format!("{own}#{key}"),
        );
        let (verdict, outcome, _) = binding(&Known::nothing(), &document);
        assert_eq!((verdict, outcome), (INVALID, Outcome::Fail));
        let listed = victim(VICTIM, |keys| {
            let method = keys.pointer_mut("/verificationMethod/0").expect("a method");
            method.set("publicKeyMultibase", Value::from(key.clone()));
        });
        let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
        let document = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
        assert_eq!(
            binding(&listed, &document),
            (INVALID, Outcome::Fail, Some("INVALID_VERIFICATION_METHOD"))
        );
    }
}

#[test]
fn a9_suite_confusion() {
    let good = signed(&sample("simple"), RDFC);
    for (member, text) in [
        ("cryptosuite", JCS),
        ("cryptosuite", "EDDSA-RDFC-2022"),
        ("type", "Ed25519Signature2018"),
        ("cryptosuite", "ecdsa-rdfc-2022"),
    ] {
        let mut document = good.clone();
        document
            .pointer_mut("/proof/0")
            .expect("a proof")
            .set(member, Value::from(text));
        let (verdict, outcome, _) = proof_of(&document);
        assert_eq!((verdict, outcome), (INVALID, Outcome::Fail), "{text}");
    }
    let p256 = "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169";
    let document = signed_as(
        &issued_by(p256),
        RDFC,
        &issuer_key(),
        &format!("{p256}#{}", &p256[8..]),
    );
    let (verdict, outcome, _) = proof_of(&document);
    assert_eq!((verdict, outcome), (INVALID, Outcome::Fail));
}

#[test]
fn a10_absent_or_absurd_proofs() {
    // An issuer whose key would have to be looked up: nobody is asked for it.
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let web = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
    assert_eq!(verify_asking(&json::text(&web)).1, [VICTIM]);
    for good in [web, signed(&sample("simple"), RDFC)] {
        for document in absurd(&good) {
            let text = json::text(&document);
            let (report, asked) = verify_asking(&text);
            assert_eq!(report.verdict, INVALID, "{text}");
            assert_eq!(asked, Vec::<String>::new(), "{text}");
        }
    }
}

/// A signed document with its proof gone, doubled ninefold, or lacking something.
fn absurd(good: &Value<'static>) -> Vec<Value<'static>> {
    let nine = Value::Array(vec![good.pointer("/proof/0").expect("a proof").clone(); 9]);
    let with = |proof: Option<Value<'static>>| {
        let mut document = good.clone();
        document.remove("proof");
        if let Some(proof) = proof {
            document.set("proof", proof);
        }
        document
    };
    let object = || Value::Object(Vec::new());
    let mut documents = vec![
        with(None),
        with(Some(Value::Null)),
        with(Some(Value::Array(Vec::new()))),
        with(Some(object())),
        with(Some(Value::Array(vec![object()]))),
        with(Some(Value::from("proof"))),
        with(Some(nine)),
    ];
    for member in [
        "type",
        "cryptosuite",
        "created",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    ] {
        let mut document = good.clone();
        document
            .pointer_mut("/proof/0")
            .expect("a proof")
            .remove(member);
        documents.push(document);
    }
    documents
}

/// Sources that write down what they are asked for, and give nothing.
#[derive(Default)]
struct Asked(std::sync::Mutex<Vec<String>>);

impl Asked {
    fn nothing<'a>(&self, what: &str) -> verify::Answer<'a> {
        self.0.lock().expect("a lock").push(what.to_owned());
        Box::pin(std::future::ready(Err(NotFetched::Elsewhere)))
    }
}

impl Sources for Asked {
    fn issuer<'a>(&'a self, id: &'a str) -> verify::Answer<'a> {
        self.nothing(id)
    }
    fn status_list<'a>(&'a self, url: &'a str) -> verify::Answer<'a> {
        self.nothing(url)
    }
    fn credential<'a>(&'a self, link: &'a str) -> verify::Answer<'a> {
        self.nothing(link)
    }
}

/// The report, and everything that was looked up.
pub(crate) fn verify_asking(text: &str) -> (Report, Vec<String>) {
    let sources = Asked::default();
    let report = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(verify::verify(
            &sources,
            text.as_bytes(),
            &Options::default(),
            now(),
        ));
    (report, sources.0.into_inner().expect("a lock"))
}

/// The report, and how often something was looked up.
pub(crate) fn verify_counting(document: &Value) -> (Report, usize) {
    let (report, asked) = verify_asking(&json::text(document));
    (report, asked.len())
}

#[test]
fn d16_only_the_issuers_key_is_looked_up_before_the_signature_is_good() {
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let mut document = sample("full");
    document.set("issuer", Value::from(VICTIM));
    let document = signed_as(&document, RDFC, &issuer_key(), &url);
    let (report, lookups) = verify_counting(&document);
    assert_eq!((report.verdict, lookups), (Verdict::CannotTell, 1));
    let mut broken = sample("full");
    broken.set("name", Value::from("changed"));
    let mut document = signed(&sample("full"), RDFC);
    document.set("name", Value::from("changed"));
    let (report, lookups) = verify_counting(&document);
    assert_eq!((report.verdict, lookups), (INVALID, 0));
}

#[test]
fn a11_proof_set_laundering() {
    let forger = other_key();
    let good_by = |key: &skillmark::keys::SigningKey| {
        let document = signed_as(
            &sample("simple"),
            RDFC,
            key,
            &did::key::method_url(&key.public()),
        );
        document.pointer("/proof/0").expect("a proof").clone()
    };
    let broken = |proof: Value<'static>| {
        let mut proof = proof;
        proof.set("created", Value::from("2026-03-01T10:00:06Z"));
        proof
    };
    let with = |proofs: Vec<Value<'static>>| {
        let mut document = sample("simple");
        document.set("proof", Value::Array(proofs));
        check(&document)
    };
    let laundered = with(vec![good_by(&forger), broken(good_by(&issuer_key()))]);
    assert_eq!(
        told(&laundered, CheckId::Proof),
        (INVALID, Outcome::Fail, Some("signature_mismatch"))
    );
    let only_forged = with(vec![good_by(&forger)]);
    assert_eq!(
        told(&only_forged, CheckId::KeyBinding),
        (INVALID, Outcome::Fail, Some("issuer_key_mismatch"))
    );
    let good = with(vec![broken(good_by(&forger)), good_by(&issuer_key())]);
    assert_eq!(good.verdict, Verdict::Valid);
    assert_eq!(
        good.check(CheckId::Proof).expect("a check").sentence,
        "The text is exactly what was signed (eddsa-rdfc-2022). It has 2 proofs; one good proof of the issuer is enough."
    );
    // A proof of a kind that is not read leaves it open, unless the issuer's own proof is broken.
    let mut other = good_by(&issuer_key());
    other.set("cryptosuite", Value::from("bbs-2023"));
    assert_eq!(with(vec![other.clone()]).verdict, Verdict::CannotTell);
    assert_eq!(
        with(vec![other, broken(good_by(&issuer_key()))]).verdict,
        INVALID
    );
}

#[test]
fn a12_nested_proofs_and_graphs() {
    let inner = signed(&sample("simple"), RDFC)
        .pointer("/proof/0")
        .expect("a proof")
        .clone();
    for (place, member) in [
        ("/credentialSubject", "proof"),
        ("", "@graph"),
        ("/credentialSubject", "@included"),
    ] {
        let mut document = sample("simple");
        document
            .pointer_mut(place)
            .expect("a place")
            .set(member, inner.clone());
        let key = other_key();
        let id = did::key::did(&key.public()).to_string();
        document.set("issuer", Value::from(id));
        // JCS signs any JSON, so that only the rule itself can refuse it.
        let document = signed_as(&document, JCS, &key, &did::key::method_url(&key.public()));
        assert_eq!(
            told(&check(&document), CheckId::JsonldSafe),
            (INVALID, Outcome::Fail, Some("second_meaning")),
            "{member}"
        );
    }
}

#[test]
fn a13_time_on_the_proof() {
    let key = issuer_key();
    let with = |created: &str, expires: Option<&str>| {
        let mut options = ProofOptions::new(did::key::method_url(&key.public()), at(created));
        options.expires = expires.map(at);
        let document = proof::secure(sample("simple"), suite(RDFC), &options, &key).expect("signs");
        proof_of(&document)
    };
    let good = (Verdict::Valid, Outcome::Pass, None);
    let future = (INVALID, Outcome::Fail, Some("created_in_future"));
    let expired = (INVALID, Outcome::Fail, Some("proof_expired"));
    assert_eq!(with("2026-04-01T12:04:00Z", None), good);
    assert_eq!(with("2026-04-01T12:05:00Z", None), good);
    assert_eq!(with("2026-04-01T12:05:01Z", None), future);
    assert_eq!(with("2026-04-01T12:06:00Z", None), future);
    assert_eq!(
        with("2026-03-01T10:00:00Z", Some("2026-04-01T11:59:59Z")),
        expired
    );
    assert_eq!(
        with("2026-03-01T10:00:00Z", Some("2026-04-01T12:00:00Z")),
        good
    );
}

#[test]
fn a13_time_on_the_proofs_that_a_proof_builds_on() {
    let key = issuer_key();
    let with = |created: &str, expires: Option<&str>| {
        let method = did::key::method_url(&key.public());
        let mut first = ProofOptions::new(method.clone(), at(created));
        first.id = Some("urn:uuid:0e9a3d40-1d5a-4c02-9f5e-7b6f3a0c2a11".to_owned());
        first.expires = expires.map(at);
        let mut second = ProofOptions::new(method, at("2026-03-01T10:00:00Z"));
        second.previous_proof = first.id.iter().cloned().collect();
        let document = proof::secure(sample("simple"), suite(RDFC), &first, &key).expect("signs");
        let document = proof::secure(document, suite(RDFC), &second, &key).expect("signs");
        proof_of(&document)
    };
    let past = Some("2026-03-31T00:00:00Z");
    let refused = |reason| (INVALID, Outcome::Fail, Some(reason));
    assert_eq!(
        with("2026-03-01T10:00:00Z", None),
        (Verdict::Valid, Outcome::Pass, None)
    );
    assert_eq!(with("2026-03-01T10:00:00Z", past), refused("proof_expired"));
    assert_eq!(
        with("2026-04-01T12:06:00Z", None),
        refused("created_in_future")
    );
}

#[test]
fn a_key_counts_for_the_time_it_was_in_force() {
    let url = format!("{VICTIM}#{}", multikey(&issuer_key()));
    let document = signed_as(&issued_by(VICTIM), RDFC, &issuer_key(), &url);
    let with = |member: &'static str, time: &'static str| {
        let sources = victim(VICTIM, |keys| {
            let method = keys.pointer_mut("/verificationMethod/0").expect("a method");
            method.set(member, Value::from(time));
        });
        binding(&sources, &document)
    };
    assert_eq!(
        with("expires", "2026-03-01T10:00:06Z"),
        (Verdict::Valid, Outcome::Pass, None)
    );
    assert_eq!(
        with("expires", "2026-03-01T10:00:05Z"),
        (INVALID, Outcome::Fail, Some("key_expired"))
    );
    assert_eq!(
        with("revoked", "2026-03-01T10:00:05Z"),
        (INVALID, Outcome::Fail, Some("key_revoked"))
    );
    assert_eq!(
        with("revoked", "2026-03-02T10:00:00Z"),
        (Verdict::CannotTell, Outcome::Unknown, Some("key_revoked"))
    );
}

#[test]
fn a15_duplicate_keys() {
    for (text, kind) in [
        (
            r#"{"issuer":"did:web:evil.test","issuer":"did:web:victim.test"}"#,
            "depth 0",
        ),
        (
            r#"{"a":{"issuer":"did:web:evil.test","issuer":"did:web:victim.test"}}"#,
            "depth 1",
        ),
        (r#"{"a":{"b":[{"issuer":"x","issuer":"y"}]}}"#, "depth 3"),
    ] {
        let report = check_text(&Known::nothing(), text);
        assert_eq!(
            report.unreadable,
            Some(verify::Unreadable::DuplicateKey),
            "{kind}"
        );
        assert_eq!(
            told(&report, CheckId::Parse),
            (INVALID, Outcome::Fail, Some("duplicate_key"))
        );
    }
}

#[test]
fn a16_numbers_and_texts_with_two_readings() {
    for text in [
        "1e400",
        "NaN",
        "-0",
        "9007199254740993",
        r#""\ud800""#,
        r#""\u0000""#,
    ] {
        let report = check_text(&Known::nothing(), &format!(r#"{{"a":{text}}}"#));
        assert_eq!(
            report.unreadable,
            Some(verify::Unreadable::Malformed),
            "{text}"
        );
        assert_eq!(report.verdict, INVALID);
    }
}

#[test]
fn a17_nothing_unsigned_is_verified() {
    let report = check(&sample("rich-rubric"));
    assert_eq!(
        told(&report, CheckId::Proof),
        (INVALID, Outcome::Fail, Some("no_proof"))
    );
    let claim = report.claim.expect("it can be read");
    assert_eq!(claim.verified(), None);
    assert_eq!(
        report.sentence,
        "Do not rely on this. Nobody has signed this: it cannot be verified."
    );
}

#[test]
fn a17_only_the_verifier_makes_a_verified() {
    let mut makers = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                if text.contains("Verified::new(") || text.contains("Verified(value)") {
                    makers.push(
                        path.file_name()
                            .expect("a name")
                            .to_string_lossy()
                            .into_owned(),
                    );
                }
            }
        }
    }
    makers.sort();
    assert_eq!(makers, ["judge.rs", "verified.rs"]);
}

#[test]
fn a19_endorsements_are_verified_alone_and_change_nothing() {
    // An id stands for one thing, so that each endorsement has its own, and the endorser tells no
    // other name than as the issuer of the badge.
    let issuer = sample("simple").get("issuer").cloned().expect("an issuer");
    let endorsement = |id: &'static str, about: &'static str| {
        let mut endorsement = sample("endorsement");
        endorsement.set("id", Value::from(id));
        endorsement.set("issuer", issuer.clone());
        endorsement
            .pointer_mut("/credentialSubject")
            .expect("a subject")
            .set("id", Value::from(about));
        signed(&endorsement, RDFC)
    };
    let here = "https://skillmark.example/achievements/tie-a-bowline";
    let with = |endorsements: Vec<Value<'static>>, suite: &str| {
        let mut document = sample("simple");
        document
            .pointer_mut("/credentialSubject/achievement")
            .expect("an achievement")
            .set("endorsement", Value::Array(endorsements));
        check(&signed(&document, suite))
    };
    let mut broken = endorsement("urn:uuid:e2", here);
    broken.set("name", Value::from("changed"));
    for suite in [RDFC, JCS] {
        let three = vec![
            endorsement("urn:uuid:e1", here),
            broken.clone(),
            endorsement("urn:uuid:e3", "urn:elsewhere"),
        ];
        let report = with(three, suite);
        assert_eq!(report.verdict, Verdict::Valid, "{suite}: {report:#?}");
        let each: Vec<_> = report
            .endorsements
            .iter()
            .map(|e| (e.report.verdict, e.report.reason))
            .collect();
        assert_eq!(
            each,
            [
                (Verdict::Valid, None),
                (INVALID, Some("signature_mismatch")),
                (INVALID, Some("misplaced_endorsement")),
            ]
        );
        assert_eq!(
            report.endorsements[1].pointer,
            "/credentialSubject/achievement/endorsement/1"
        );
        assert_eq!(
            report
                .check(CheckId::Endorsements)
                .expect("a check")
                .sentence,
            "It carries 3 endorsements; 2 of them must not be relied on."
        );
        assert_eq!(
            with(vec![endorsement("urn:uuid:e1", here); 9], suite).verdict,
            INVALID
        );
    }
}
