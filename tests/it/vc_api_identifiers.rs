//! `GET /1.0/identifiers/{did}`: what a did:key leads to, in each form.

use serde_json::{Value, json};
use skillmark::config::VcApi;

use super::{
    support::{
        db::Engine,
        site::{Answer, Site, percent},
    },
    vc_api::open,
};

const KEY: &str = "z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b";
const RESULT: &str = "application/did-resolution";
const OLDER: &str = "application/ld+json;profile=\"https://w3id.org/did-resolution\"";

async fn read(site: &Site, did: &str, accept: &str) -> Answer {
    let ask = site.ask("GET", &format!("/1.0/identifiers/{did}"));
    let ask = ask.header("host", "localhost:8080");
    ask.header("accept", accept).send().await
}

fn document() -> Value {
    let did = format!("did:key:{KEY}");
    let method = format!("{did}#{KEY}");
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": KEY}],
        "assertionMethod": [method],
        "authentication": [method],
        "capabilityInvocation": [method],
        "capabilityDelegation": [method]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_guarded_like_the_rest_of_the_face() {
    let did = format!("did:key:{KEY}");
    read(&Site::new(Engine::Sqlite).await, &did, "*/*")
        .await
        .is(404);
    let site = Site::with(Engine::Sqlite, |config| config.vc_api = Some(VcApi::Keys)).await;
    read(&site, &did, "*/*").await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_form_is_what_accept_asks_for() {
    let site = open(Engine::Sqlite).await;
    let did = format!("did:key:{KEY}");
    for accept in [RESULT, "*/*", "text/html, application/did-resolution;q=0.5"] {
        let answer = read(&site, &did, accept).await;
        assert_eq!(
            answer.is(200).json(),
            json!({
                "didResolutionMetadata": {"contentType": RESULT},
                "didDocument": document(),
                "didDocumentMetadata": {}
            })
        );
        assert_eq!(answer.header("content-type"), RESULT);
        assert_eq!(answer.header("vary"), "accept");
    }
    // An identifier may be written with escapes.
    assert_eq!(
        read(&site, &percent(&did), RESULT).await.is(200).json()["didDocument"],
        document()
    );
    for accept in [
        "application/did",
        "application/did+ld+json",
        "application/did+json",
        "application/json",
    ] {
        let answer = read(&site, &did, accept).await;
        assert_eq!(answer.is(200).json(), document());
        assert_eq!(answer.header("content-type"), accept);
    }
    let older = read(&site, &did, OLDER).await;
    assert_eq!(
        older.is(200).json(),
        json!({
            "@context": "https://w3id.org/did-resolution/v1",
            "didDocument": document(),
            "didResolutionMetadata": {"contentType": "application/did+ld+json"},
            "didDocumentMetadata": {}
        })
    );
    assert_eq!(older.header("content-type"), OLDER);
    let none = read(&site, &did, "text/html").await;
    assert_eq!(
        none.is(406).json()["didResolutionMetadata"]["error"]["type"],
        "https://www.w3.org/ns/did#REPRESENTATION_NOT_SUPPORTED"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_leads_to_the_key() {
    let site = open(Engine::Sqlite).await;
    let url = percent(&format!("did:key:{KEY}#{KEY}"));
    let method = &document()["verificationMethod"][0];
    let found = read(&site, &url, "application/did-url-dereferencing").await;
    assert_eq!(
        found.is(200).json(),
        json!({
            "dereferencingMetadata": {"contentType": "application/did-url-dereferencing"},
            "contentStream": method,
            "contentMetadata": {}
        })
    );
    assert_eq!(
        &read(&site, &url, "application/json").await.is(200).json(),
        method
    );
    assert_eq!(
        &read(&site, &url, OLDER).await.is(200).json()["didDocument"],
        method
    );
    let url = percent(&format!("did:key:{KEY}#z6Mk"));
    let none = read(&site, &url, "application/did-url-dereferencing").await;
    assert_eq!(
        none.is(404).json(),
        json!({
            "dereferencingMetadata": {"error": {
                "type": "https://www.w3.org/ns/did#NOT_FOUND", "title": "not found",
                "detail": "The document has no such part."
            }},
            "contentStream": null,
            "contentMetadata": {}
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_says_why_in_both_forms() {
    let site = open(Engine::Sqlite).await;
    for (url, status, name, older) in [
        ("not-a-did".to_owned(), 400, "INVALID_DID", "invalidDid"),
        ("did:example".to_owned(), 400, "INVALID_DID", "invalidDid"),
        (
            format!("notDid:key:{KEY}"),
            400,
            "INVALID_DID",
            "invalidDid",
        ),
        (
            format!("did:key:-4:{KEY}"),
            400,
            "INVALID_DID",
            "invalidDid",
        ),
        ("did:key:@".to_owned(), 400, "INVALID_DID", "invalidDid"),
        (
            "did:unsupported:123456789abcdefghi".to_owned(),
            501,
            "METHOD_NOT_SUPPORTED",
            "methodNotSupported",
        ),
        (
            "did:web:badges.example".to_owned(),
            501,
            "METHOD_NOT_SUPPORTED",
            "methodNotSupported",
        ),
        (
            "did:key:zTjsVPtY".to_owned(),
            400,
            "INVALID_PUBLIC_KEY_LENGTH",
            "invalidPublicKeyLength",
        ),
    ] {
        let told = read(&site, &percent(&url), RESULT).await.is(status).json();
        let kind = told["didResolutionMetadata"]["error"]["type"]
            .as_str()
            .expect("a kind")
            .to_owned();
        assert!(kind.ends_with(&format!("#{name}")), "{url}: {kind}");
        assert_eq!(told["didDocument"], Value::Null);
        assert_eq!(told["didDocumentMetadata"], json!({}));
        let told = read(&site, &percent(&url), OLDER).await.is(status).json();
        assert_eq!(
            told["didResolutionMetadata"],
            json!({"error": older}),
            "{url}"
        );
        assert_eq!(told["didDocument"], json!({}));
    }
    let url = percent(&format!("did:key:{KEY}/^bar^/?query=`#{KEY}"));
    let told = read(&site, &url, OLDER).await.is(400).json();
    assert_eq!(
        told["didDereferencingMetadata"],
        json!({"error": "invalidDidUrl"})
    );
    for (wanted, url, place, name) in [
        (
            "unknown",
            format!("did:key:{KEY}"),
            "didResolutionMetadata",
            "unsupportedPublicKeyType",
        ),
        (
            "Ed25519VerificationKey2018",
            format!("did:key:{KEY}#{KEY}"),
            "didDereferencingMetadata",
            "invalidPublicKeyType",
        ),
    ] {
        let url = format!(
            "{}?publicKeyFormat={wanted}&enableExperimentalPublicKeyTypes=false",
            percent(&url)
        );
        let told = read(&site, &url, OLDER).await.is(400).json();
        assert_eq!(told[place], json!({"error": name}));
    }
    let url = format!("did:key:{KEY}?publicKeyFormat=JsonWebKey2020");
    let told = read(&site, &url, "application/json").await.is(200).json();
    assert_eq!(told["verificationMethod"][0]["type"], "JsonWebKey2020");
    assert_eq!(
        told["verificationMethod"][0]["publicKeyJwk"]["crv"],
        "Ed25519"
    );
}
