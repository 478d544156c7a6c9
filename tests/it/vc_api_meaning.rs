//! The VC-API and the words of a credential: contexts for examples, contexts written into a document,
//! texts in a language, and presentations of such credentials.

use serde_json::{Value, json};
use skillmark::{
    did::{self, Purpose},
    json as strict,
    keys::SigningKey,
    proof::{self, ProofOptions},
};

use super::{
    support::{db::Engine, site::Site},
    vc_api::{did, issue, open, plain, post, verify},
};

const CREDENTIALS: &str = "https://www.w3.org/ns/credentials/v2";
const EXAMPLES: &str = "https://www.w3.org/ns/credentials/examples/v2";

/// Signs a document with a key of one's own: `authentication` for a presentation.
fn signed(document: &Value, seed: u8, purpose: Purpose) -> Value {
    let key = SigningKey::from_seed(&[seed; 32]);
    let now = "2026-03-01T11:00:00Z".parse().expect("a time");
    let mut options = ProofOptions::new(did::key::method_url(&key.public()), now);
    options.purpose = purpose;
    if purpose == Purpose::Authentication {
        options.challenge = Some("c1".to_owned());
        options.domain = vec!["verifier.example".to_owned()];
    }
    let text = document.to_string();
    let document = strict::parse(&text).expect("json").into_owned();
    let signed = proof::secure(document, proof::SUITES[0], &options, &key).expect("signed");
    serde_json::from_str(&strict::text(&signed)).expect("json")
}

fn holder(seed: u8) -> String {
    let key = SigningKey::from_seed(&[seed; 32]).public();
    did::key::did(&key).as_str().to_owned()
}

async fn status(site: &Site, credential: &Value) -> u16 {
    post(
        site,
        "/credentials/issue",
        &json!({"credential": credential}),
    )
    .await
    .status
}

#[tokio::test(flavor = "multi_thread")]
async fn b2_types_named_in_a_document_are_spelled_out_before_it_is_signed() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let mut credential = plain(&did(&provider).await);
    credential["@context"] =
        json!([CREDENTIALS, {"CourseRecord": "https://example.org/#CourseRecord"}]);
    credential["type"] = json!(["VerifiableCredential", "CourseRecord"]);
    credential["evidence"] = json!({"type": "CourseRecord"});
    let given = issue(&site, &credential, &Value::Null).await;
    assert_eq!(given["@context"], json!([CREDENTIALS]));
    assert_eq!(
        given["type"],
        json!(["VerifiableCredential", "https://example.org/#CourseRecord"])
    );
    assert_eq!(
        given["evidence"],
        json!({"type": "https://example.org/#CourseRecord"})
    );
    verify(&site, &given).await.is(200);
    // Somebody else's, with the context still written into it, means the same to the last quad.
    let mut theirs = credential.clone();
    theirs["proof"] = given["proof"].clone();
    verify(&site, &theirs).await.is(200);
    // Where credentials are more than tests, such a context is refused.
    let report = site
        .ask("POST", "/api/v1/verify")
        .json(&theirs)
        .send()
        .await;
    assert_eq!(report.is(200).json()["verdict"], "invalid");
    assert_eq!(report.json()["reason"], "refused_context");

    // What would give a word another meaning, or is more than a name, is not even looked at.
    for context in [
        json!({"VerifiableCredential": "https://example.org/#Other"}),
        json!({"name": "https://example.org/#name"}),
        json!({"CourseRecord": "https ://example.org/#CourseRecord"}),
        json!({"CourseRecord": {"@id": "https://example.org/#CourseRecord", "@type": "@id"}}),
        json!({"@vocab": "https://example.org/#"}),
        json!({"@vocab": null}),
    ] {
        credential["@context"] = json!([CREDENTIALS, context]);
        assert_eq!(status(&site, &credential).await, 422, "{context}");
        theirs["@context"] = credential["@context"].clone();
        verify(&site, &theirs).await.is(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vocabulary_for_examples_is_read_here_and_nowhere_else() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let mut credential = plain(&did(&provider).await);
    credential["type"] = json!(["VerifiableCredential", "RelationshipCredential"]);
    assert_eq!(status(&site, &credential).await, 422);
    credential["@context"] = json!([CREDENTIALS, EXAMPLES]);
    let given = issue(&site, &credential, &Value::Null).await;
    assert_eq!(given["@context"], credential["@context"]);
    verify(&site, &given).await.is(200);
    let report = site.ask("POST", "/api/v1/verify").json(&given).send().await;
    assert_eq!(report.is(200).json()["verdict"], "cannot_tell");
    // First, and alone in an envelope, it stands for nothing.
    credential["@context"] = json!([EXAMPLES, CREDENTIALS]);
    assert_eq!(status(&site, &credential).await, 422);
    let mut enveloped = issue(
        &site,
        &plain(&did(&provider).await),
        &json!({"envelope": "vc+jwt"}),
    )
    .await;
    verify(&site, &enveloped).await.is(200);
    for context in [json!(EXAMPLES), json!([]), json!([EXAMPLES])] {
        enveloped["@context"] = context;
        verify(&site, &enveloped).await.is(400);
    }
    enveloped["@context"] = json!(CREDENTIALS);
    for kind in [
        json!(null),
        json!("VerifiableCredential"),
        json!(["EnvelopedVerifiableCredential", "VerifiableCredential"]),
    ] {
        enveloped["type"] = kind;
        verify(&site, &enveloped).await.is(400);
    }
    // A badge may not use it: any word would have a meaning.
    credential["@context"] = json!([
        CREDENTIALS,
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        EXAMPLES
    ]);
    credential["type"] = json!(["VerifiableCredential", "OpenBadgeCredential"]);
    let refused = post(
        &site,
        "/credentials/issue",
        &json!({"credential": credential}),
    )
    .await;
    let places = refused.is(422).json()["faults"].to_string();
    assert!(places.contains("/@context/2"), "{places}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_in_a_language() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let did = did(&provider).await;
    let mut credential = plain(&did);
    for name in [
        json!("A name"),
        json!({"@value": "A name", "@language": "en"}),
        json!({"@value": "A name", "@language": "en", "@direction": "ltr"}),
        json!([{"@value": "A name", "@language": "en"}, {"@value": "Ein Name", "@language": "de"}]),
    ] {
        credential["name"] = name.clone();
        credential["issuer"] = json!({"id": did, "description": name});
        let given = issue(&site, &credential, &Value::Null).await;
        verify(&site, &given).await.is(200);
    }
    credential["issuer"] = json!({"id": did, "name": {"@value": "A", "@language": "en", "@direction": "ltr", "url": "x"}});
    assert_eq!(status(&site, &credential).await, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presentation_is_verified_with_what_is_in_it() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let credential = issue(&site, &plain(&did(&provider).await), &Value::Null).await;
    let other = signed(&plain(&holder(5)), 5, Purpose::AssertionMethod);
    let mut shown = json!({
        "@context": [CREDENTIALS, {"CourseShown": "https://example.org/#CourseShown"}],
        "type": ["VerifiablePresentation", "CourseShown"],
        "holder": holder(7),
    });
    // As linked data the name and the address are one: a proof over the meaning covers both.
    let mut spelled = shown.clone();
    spelled["@context"] = json!([CREDENTIALS]);
    spelled["type"] = json!(["VerifiablePresentation", "https://example.org/#CourseShown"]);
    spelled["verifiableCredential"] = json!([credential, other]);
    let proven = signed(&spelled, 7, Purpose::Authentication);
    shown["verifiableCredential"] = spelled["verifiableCredential"].clone();
    shown["proof"] = proven["proof"].clone();
    let ask = async |shown: &Value, challenge: &str, domain: &Value| {
        let body = json!({"verifiablePresentation": shown, "options": {"challenge": challenge, "domain": domain}});
        post(&site, "/presentations/verify", &body).await
    };
    let good = json!("verifier.example");
    for presentation in [&shown, &proven] {
        let told = ask(presentation, "c1", &good).await.is(200).json();
        assert_eq!(told["verified"], true);
        assert_eq!(
            told["results"]["credentials"],
            json!([
                {"verified": true, "pointer": "/verifiableCredential/0"},
                {"verified": true, "pointer": "/verifiableCredential/1"}
            ])
        );
        // That they were made out to somebody else is said, and does not decide here.
        assert_eq!(told["warnings"][0]["title"], "Presenter");
    }
    ask(&shown, "c2", &good).await.is(400);
    ask(&shown, "c1", &json!(["verifier.example", "other.example"]))
        .await
        .is(400);
    ask(&shown, "c1", &json!(1)).await.is(400);
    let mut wrong = shown.clone();
    wrong["verifiableCredential"][1]["credentialSubject"]["id"] = json!("did:example:other");
    ask(&wrong, "c1", &good).await.is(400);
    for (member, value) in [
        ("@context", json!([CREDENTIALS, "https://example.com"])),
        ("@context", json!([CREDENTIALS, 5])),
        ("@context", Value::Null),
        ("type", json!(["CourseShown"])),
        ("verifiableCredential", json!(["did:example:1"])),
        ("holder", json!({"name": "x"})),
    ] {
        let mut wrong = shown.clone();
        wrong[member] = value;
        ask(&wrong, "c1", &good).await.is(400);
    }
}
