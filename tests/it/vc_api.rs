//! The VC-API: the face that the W3C test suites and integrators call. What those suites expect of a
//! strict implementation is held here in our own words.

use serde_json::{Value, json};
use skillmark::{config::VcApi, issue::issuer, who::Scope};

use super::{
    cli::Desk,
    support::{
        db::{Engine, on_both},
        site::{Answer, Provider, Site},
    },
};

/// Everything the face answers to.
const POSTS: [&str; 4] = [
    "/credentials/issue",
    "/credentials/verify",
    "/credentials/status",
    "/presentations/verify",
];

/// A service with an open face.
pub(crate) async fn open(engine: Engine) -> Site {
    Site::with(engine, |config| config.vc_api = Some(VcApi::Open)).await
}

/// Posts as a program on this machine.
pub(crate) async fn post(site: &Site, path: &str, body: &Value) -> Answer {
    let ask = site.ask("POST", path).header("host", "localhost:8080");
    ask.json(body).send().await
}

/// The DID that an organisation signs as.
pub(crate) async fn did(provider: &Provider<'_>) -> String {
    let keys = provider.site.app.db.of(provider.who.issuer()).keys().await;
    keys.expect("keys")[0].did.clone()
}

/// A credential that is no badge.
pub(crate) fn plain(issuer: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:subject"}
    })
}

pub(crate) async fn issue(site: &Site, credential: &Value, options: &Value) -> Value {
    let body = json!({"credential": credential, "options": options});
    let answer = post(site, "/credentials/issue", &body).await;
    answer.is(201).json()["verifiableCredential"].clone()
}

pub(crate) async fn verify(site: &Site, credential: &Value) -> Answer {
    let body = json!({"verifiableCredential": credential});
    post(site, "/credentials/verify", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_there_unless_it_is_asked_for() {
    let site = Site::new(Engine::Sqlite).await;
    for path in POSTS {
        let answer = post(&site, path, &json!({})).await;
        assert_eq!(answer.is(404).json()["type"], "/docs#not_found", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_public_address_it_is_not_there_without_keys() {
    for wanted in [VcApi::Open, VcApi::Keys] {
        let site = Site::with(Engine::Sqlite, |config| {
            config.public_url = "https://badges.example".parse().expect("an address");
            config.vc_api = Some(wanted);
        })
        .await;
        for path in POSTS {
            let answer = post(&site, path, &json!({})).await;
            let status = if wanted == VcApi::Open { 404 } else { 401 };
            answer.is(status);
        }
    }
}

#[test]
fn serving_it_openly_on_a_public_address_is_refused() {
    let desk = Desk::new();
    let public = "--public-url=https://badges.example";
    let done = desk.run(&["serve", public, "--vc-api"]);
    done.is(1)
        .says("the VC-API signs whatever it is sent, and --public-url is not this machine")
        .says("--vc-api=keys");
    desk.run(&["serve", "--listen=0.0.0.0:0", "--vc-api=open"])
        .is(1);
    assert!(!desk.path("skillmark-data").exists());
}

on_both! {
    fn a_credential_of_any_kind_is_signed_and_verified(temp) {
        let site = Site::over(temp, |config| config.vc_api = Some(VcApi::Open)).await;
        let provider = site.provider("Riverside Tutoring").await;
        let did = did(&provider).await;
        let method = format!("{did}#{}", did.trim_start_matches("did:key:"));
        let mut signed = issue(&site, &plain(&did), &Value::Null).await;
        let proof = signed["proof"].take();
        assert_eq!(signed["proof"].take(), Value::Null);
        let mut unsigned = plain(&did);
        unsigned["proof"] = Value::Null;
        assert_eq!(signed, unsigned);
        let value = proof["proofValue"].as_str().expect("a value");
        assert_eq!(
            proof,
            json!({
                "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
                "created": "2026-03-01T12:00:00Z", "verificationMethod": method,
                "proofPurpose": "assertionMethod", "proofValue": value,
            })
        );
        signed["proof"] = proof;
        assert_eq!(verify(&site, &signed).await.is(200).json(), json!({"verified": true}));
        // Nothing of it is kept.
        assert_eq!(temp.number("select count(*) from credentials").await, 0);
        assert_eq!(temp.number("select count(*) from given_entries").await, 0);

        signed["credentialSubject"]["id"] = json!("did:example:somebody");
        let refused = verify(&site, &signed).await;
        assert_eq!(
            refused.is(400).json(),
            json!({
                "verified": false,
                "problemDetails": [{
                    "type": "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
                    "title": "Signature",
                    "detail": "The signature does not fit: the document was changed, or signed with another key."
                }],
                "errors": ["The signature does not fit: the document was changed, or signed with another key."]
            })
        );
        assert_eq!(refused.header("cache-control"), "no-store");
    }

    fn a_status_is_given_set_and_cleared(temp) {
        let site = Site::over(temp, |config| config.vc_api = Some(VcApi::Open)).await;
        let provider = site.provider("Riverside Tutoring").await;
        let did = did(&provider).await;
        let options = json!({"statusPurpose": ["revocation", "suspension"]});
        let signed = issue(&site, &plain(&did), &options).await;
        let id = signed["id"].as_str().expect("a name").to_owned();
        assert!(id.starts_with("urn:uuid:"), "{id}");
        let entries = signed["credentialStatus"].as_array().expect("two");
        let purposes: Vec<&Value> = entries.iter().map(|entry| &entry["statusPurpose"]).collect();
        assert_eq!(purposes, ["revocation", "suspension"]);
        let list = entries[1]["statusListCredential"].as_str().expect("a list");
        let path = list.strip_prefix("http://localhost:8080").expect("ours");
        let published = site.get(path).await.is(200).json();
        assert_eq!(published["credentialSubject"]["statusPurpose"], "suspension");
        verify(&site, &signed).await.is(200);

        let change = async |purpose: &str, status: bool| {
            let body = json!({
                "credentialId": id, "status": status,
                "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": purpose}
            });
            post(&site, "/credentials/status", &body).await
        };
        assert_eq!(
            change("suspension", true).await.is(200).json(),
            json!({"credentialId": id, "statusPurpose": "suspension", "status": true})
        );
        let told = verify(&site, &signed).await;
        assert_eq!(told.is(400).json()["problemDetails"][0]["title"], "Status");
        change("suspension", false).await.is(200);
        verify(&site, &signed).await.is(200);
        change("revocation", false).await.is(200);
        change("revocation", true).await.is(200);
        change("revocation", true).await.is(200);
        verify(&site, &signed).await.is(400);
        assert_eq!(change("revocation", false).await.is(409).json()["type"], "/docs#conflict");
        change("refresh", true).await.is(400);

        // The same name again is another credential's; and a place that is not its own is nobody's.
        let body = json!({"credential": {"id": id, "@context": signed["@context"], "type": signed["type"],
            "issuer": did, "credentialSubject": {"id": "did:example:b"}}, "options": options});
        post(&site, "/credentials/issue", &body).await.is(409);
        let mut elsewhere = json!({
            "credentialId": id,
            "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "suspension", "statusListIndex": "0"}
        });
        if entries[1]["statusListIndex"] != "0" {
            post(&site, "/credentials/status", &elsewhere).await.is(404);
        }
        elsewhere["credentialId"] = json!("urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5");
        post(&site, "/credentials/status", &elsewhere).await.is(404);
        assert_eq!(temp.number("select count(*) from given_entries").await, 2);
    }

    fn a_badge_of_our_own_is_taken_back_here_too(temp) {
        let site = Site::over(temp, |config| config.vc_api = Some(VcApi::Open)).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.issue("S-1").await;
        let badge = site.get(&format!("/c/{id}.json")).await.is(200).json();
        verify(&site, &badge).await.is(200);
        let change = async |purpose: &str, status: bool| {
            let entry = &badge["credentialStatus"];
            let body = json!({
                "credentialId": badge["id"], "status": status, "indexAllocator": "one",
                "credentialStatus": {
                    "type": "BitstringStatusListEntry", "statusPurpose": purpose, "id": entry["id"],
                    "statusListCredential": entry["statusListCredential"], "statusListIndex": entry["statusListIndex"]
                }
            });
            post(&site, "/credentials/status", &body).await
        };
        for (purpose, status, answer, verdict) in [
            ("suspension", true, 200, 400),
            // It was not revoked, and stays suspended.
            ("revocation", false, 200, 400),
            ("suspension", false, 200, 200),
            ("revocation", true, 200, 400),
            ("suspension", false, 409, 400),
        ] {
            change(purpose, status).await.is(answer);
            verify(&site, &badge).await.is(verdict);
        }
        let page = site.get(&format!("/c/{id}")).await;
        page.is(200).shows("Taken back");
        let done = temp.number("select count(*) from audit where actor = 'vc-api'").await;
        assert_eq!(done, 3);
    }

    fn a_key_chooses_the_organisation_and_what_it_may_do(temp) {
        let site = Site::over(temp, |config| config.vc_api = Some(VcApi::Keys)).await;
        let one = site.provider("Riverside Tutoring").await;
        let other = site.provider("Hillside College").await;
        let body = json!({"credential": plain(&did(&one).await), "options": {"statusPurpose": "revocation"}});
        post(&site, "/credentials/issue", &body).await.is(401);
        let with = async |key: &str, path: &str, body: &Value| {
            site.ask("POST", path).key(key).json(body).send().await
        };
        let issued = with(&one.key, "/credentials/issue", &body).await;
        let signed = issued.is(201).json()["verifiableCredential"].clone();
        assert_eq!(with(&other.key, "/credentials/issue", &body).await.is(422).json()["faults"][0]["pointer"], "/issuer");
        // Another organisation cannot take it back.
        let revoke = json!({
            "credentialId": signed["id"],
            "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
        });
        with(&other.key, "/credentials/status", &revoke).await.is(404);
        let (_, reader) = issuer::new_api_key(&site.app, &one.who, "reader", &[Scope::Read], None).await.expect("a key");
        let reader = reader.reveal();
        assert_eq!(with(reader, "/credentials/issue", &body).await.is(403).json()["type"], "/docs#scope_missing");
        with(reader, "/credentials/status", &revoke).await.is(403);
        let asked = json!({"verifiableCredential": signed});
        with(reader, "/credentials/verify", &asked).await.is(200);
        post(&site, "/credentials/verify", &asked).await.is(401);
        with(&one.key, "/credentials/status", &revoke).await.is(200);
        with(reader, "/credentials/verify", &asked).await.is(400);
    }

    fn nobody_signs_what_this_service_says_itself(temp) {
        let site = Site::over(temp, |config| config.vc_api = Some(VcApi::Keys)).await;
        let provider = site.provider("Riverside Tutoring").await;
        let own = did(&provider).await;
        let id = provider.issue("S-1").await;
        let badge = site.get(&format!("/c/{id}.json")).await.is(200).json();
        let (_, key) = issuer::new_api_key(&site.app, &provider.who, "issuer", &[Scope::Issue], None).await.expect("a key");
        let issue = async |document: &Value, options: &Value| {
            let body = json!({"credential": document, "options": options});
            site.ask("POST", "/credentials/issue").key(key.reveal()).json(&body).send().await
        };
        let with = |id: &Value| {
            let mut document = plain(&own);
            document["id"] = id.clone();
            document
        };
        // The name of a badge of ours, so that two would answer to it, and of a list of ours.
        issue(&with(&badge["id"]), &json!({})).await.is(409);
        issue(&with(&badge["id"]), &json!({"statusPurpose": "revocation"})).await.is(409);
        issue(&with(&badge["credentialStatus"]["statusListCredential"]), &json!({})).await.is(409);
        // Who was taken back is said by those who may take back.
        for kind in ["BitstringStatusListCredential", "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential"] {
            let mut list = plain(&own);
            list["type"] = json!(["VerifiableCredential", kind]);
            let refused = issue(&list, &json!({})).await;
            assert_eq!(refused.is(403).json()["type"], "/docs#scope_missing", "{kind}");
        }
        // What is signed without a status is written down all the same.
        let logged = async || temp.number("select count(*) from audit where action = 'given.issue'").await;
        assert_eq!(logged().await, 0);
        issue(&with(&json!("urn:uuid:37b5a3b6-8ee1-4b3e-9c2c-0d8f0c4f9a5e")), &json!({})).await.is(201);
        assert_eq!(logged().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_a_page_of_another_site_does_not_get_in() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let body = json!({"credential": plain(&did(&provider).await)});
    // What a page may send unasked is not JSON.
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let ask = site
            .ask("POST", "/credentials/issue")
            .header("host", "localhost");
        let answer = ask.body(kind, body.to_string()).send().await;
        assert_eq!(answer.is(415).json()["type"], "/docs#wrong_type");
    }
    // A name that its owner points here is not a name of this machine.
    for host in [
        "badges.example",
        "localhost.badges.example",
        "203.0.113.9:8080",
    ] {
        let ask = site.ask("POST", "/credentials/issue").header("host", host);
        assert_eq!(
            ask.json(&body).send().await.is(403).json()["type"],
            "/docs#not_allowed"
        );
    }
    // What a proxy passes on was asked elsewhere.
    for name in ["forwarded", "x-forwarded-for"] {
        let ask = site.ask("POST", "/credentials/issue");
        let ask = ask.header("host", "localhost").header(name, "203.0.113.9");
        ask.json(&body).send().await.is(403);
    }
    for host in ["localhost:8080", "127.0.0.1:1", "[::1]:8080", "a.localhost"] {
        let ask = site.ask("POST", "/credentials/issue").header("host", host);
        ask.json(&body).send().await.is(201);
    }
    let ask = site
        .ask("POST", "/credentials/issue?key=skm_abc")
        .header("host", "localhost");
    assert_eq!(
        ask.json(&body).send().await.is(400).json()["type"],
        "/docs#key_in_address"
    );
    // A key that is shown must be a good one.
    let ask = site
        .ask("POST", "/credentials/issue")
        .header("host", "localhost");
    ask.key("skm_nonsense").json(&body).send().await.is(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_credential_is_refused_with_its_place() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let good = plain(&did(&provider).await);
    let cases: &[(&str, Value)] = &[
        ("@context", json!(null)),
        ("@context", json!(4)),
        ("@context", json!({"foo": true})),
        (
            "@context",
            json!(["https://www.w3.org/ns/credentials/v2", "https ://x/v1"]),
        ),
        (
            "@context",
            json!(["https://www.w3.org/ns/credentials/v2", 123]),
        ),
        (
            "@context",
            json!([
                "https://w3id.org/security/data-integrity/v2",
                "https://www.w3.org/ns/credentials/v2"
            ]),
        ),
        ("type", json!(null)),
        ("type", json!([])),
        ("type", json!(["VerifiableCredential", 4])),
        ("type", json!(["VerifiableCredential", "Unheard"])),
        ("type", json!(["VerifiablePresentation"])),
        ("issuer", json!(null)),
        ("issuer", json!([])),
        ("issuer", json!({"id": null})),
        ("issuer", json!("did:example:somebody")),
        ("credentialSubject", json!(null)),
        ("credentialSubject", json!([])),
        ("credentialSubject", json!({})),
        ("credentialSubject", json!("did:example:1234")),
        ("credentialSubject", json!({"id": "not an address"})),
        (
            "credentialSubject",
            json!({"id": "did:example:1", "unheard": true}),
        ),
        ("id", json!(null)),
        ("id", json!("not an address")),
        (
            "id",
            json!(["urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"]),
        ),
        ("validFrom", json!("yesterday")),
        ("validUntil", json!("2020-02-30T00:00:00Z")),
        (
            "name",
            json!({"@value": "A", "@language": "en", "url": "did:example:1"}),
        ),
        ("evidence", json!({"id": "https://example.org/1"})),
        ("termsOfUse", json!({"id": "https://example.org/1"})),
        ("refreshService", json!({"id": "https://example.org/1"})),
        ("credentialSchema", json!({"id": "https://example.org/1"})),
        ("credentialStatus", json!({"id": "https://example.org/1"})),
        (
            "relatedResource",
            json!(["https://www.w3.org/ns/credentials/v2"]),
        ),
        (
            "relatedResource",
            json!({"id": "https://www.w3.org/ns/credentials/v2"}),
        ),
        ("proof", json!({"type": "DataIntegrityProof"})),
    ];
    for (member, value) in cases {
        let mut credential = good.clone();
        credential[*member] = value.clone();
        let answer = post(
            &site,
            "/credentials/issue",
            &json!({"credential": credential}),
        )
        .await;
        let problem = answer.is(422).json();
        let pointer = problem["faults"][0]["pointer"].as_str().expect("a place");
        assert!(
            pointer.starts_with(&format!("/{member}")),
            "{member} {value}: {problem}"
        );
    }
    for member in ["@context", "type", "issuer", "credentialSubject"] {
        let mut credential = good.clone();
        credential
            .as_object_mut()
            .expect("an object")
            .remove(member);
        post(
            &site,
            "/credentials/issue",
            &json!({"credential": credential}),
        )
        .await
        .is(422);
    }
    for body in [
        json!({"verifiableCredential": good}),
        json!({"credential": "eyJ"}),
        json!({"credential": good, "optionen": {}}),
        json!({"credential": good, "options": {"cryptosuite": "ecdsa-rdfc-2019"}}),
        json!({"credential": good, "options": {"cryptosuite": "eddsa-jcs-2022", "envelope": "vc+jwt"}}),
        json!({"credential": good, "options": {"envelope": "vc+cose"}}),
        json!({"credential": good, "options": {"statusPurpose": "message"}}),
        json!({"credential": good, "options": {"statusPurpose": ["revocation", "revocation"]}}),
        json!({"credential": good, "options": {"mandatoryPointers": ["/issuer"]}}),
        json!([]),
    ] {
        post(&site, "/credentials/issue", &body).await.is(400);
    }
    let ask = site
        .ask("POST", "/credentials/issue")
        .header("host", "localhost");
    let twice = r#"{"credential": {}, "credential": {}}"#;
    assert_eq!(
        ask.body("application/json", twice)
            .send()
            .await
            .is(400)
            .json()["type"],
        "/docs#duplicate_key"
    );
    let ask = site
        .ask("POST", "/credentials/verify")
        .header("host", "localhost");
    let large = format!("{{\"a\":\"{}\"}}", "a".repeat(300 * 1024));
    ask.body("application/json", large).send().await.is(413);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_chooses_how_it_is_secured() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let did = did(&provider).await;
    let signed = issue(
        &site,
        &plain(&did),
        &json!({"cryptosuite": "eddsa-jcs-2022"}),
    )
    .await;
    assert_eq!(signed["proof"]["cryptosuite"], "eddsa-jcs-2022");
    verify(&site, &signed).await.is(200);

    let mut enveloped = issue(&site, &plain(&did), &json!({"envelope": "vc+jwt"})).await;
    assert_eq!(enveloped["type"], "EnvelopedVerifiableCredential");
    assert_eq!(
        enveloped["@context"],
        "https://www.w3.org/ns/credentials/v2"
    );
    verify(&site, &enveloped).await.is(200);
    let id = enveloped["id"].as_str().expect("a token").to_owned();
    assert!(id.starts_with("data:application/vc+jwt,ey"), "{id}");
    enveloped["id"] = json!(id.trim_start_matches("data:application/vc+jwt,"));
    verify(&site, &enveloped).await.is(400);

    let named = issue(
        &site,
        &plain(&did),
        &json!({"credentialId": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"}),
    )
    .await;
    assert_eq!(named["id"], "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33");

    // The older data model knows no proof of this kind: its context is added.
    let mut old = plain(&did);
    old["@context"] = json!(["https://www.w3.org/2018/credentials/v1"]);
    let refused = post(&site, "/credentials/issue", &json!({"credential": old})).await;
    assert_eq!(
        refused.is(422).json()["faults"][0]["pointer"],
        "/issuanceDate"
    );
    old["issuanceDate"] = json!("2026-02-01T00:00:00Z");
    let signed = issue(&site, &old, &json!({"statusPurpose": "revocation"})).await;
    assert_eq!(
        signed["@context"],
        json!([
            "https://www.w3.org/2018/credentials/v1",
            "https://w3id.org/security/data-integrity/v2",
            "https://www.w3.org/ns/credentials/status/v1"
        ])
    );
    verify(&site, &signed).await.is(200);
    let body = json!({"credential": old, "options": {"envelope": "vc+jwt"}});
    post(&site, "/credentials/issue", &body).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_is_held_to_all_rules_of_badges() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let mut badge = plain(&did(&provider).await);
    badge["type"] = json!(["VerifiableCredential", "OpenBadgeCredential"]);
    let contexts = badge["@context"].as_array_mut().expect("contexts");
    contexts.push(json!(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    ));
    let answer = post(&site, "/credentials/issue", &json!({"credential": badge})).await;
    let problem = answer.is(422).json();
    let places: Vec<&str> = problem["faults"]
        .as_array()
        .expect("faults")
        .iter()
        .filter_map(|fault| fault["pointer"].as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/id",
            "/validFrom",
            "/credentialSubject/type",
            "/credentialSubject/achievement"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_takes_only_its_own_kind() {
    let site = open(Engine::Sqlite).await;
    let provider = site.provider("Riverside Tutoring").await;
    let signed = issue(&site, &plain(&did(&provider).await), &Value::Null).await;
    let shown = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [signed]
    });
    verify(&site, &shown).await.is(400);
    let asked = json!({"verifiablePresentation": signed});
    post(&site, "/presentations/verify", &asked).await.is(400);
    // Nobody has signed the presentation: who presents it was not checked.
    let asked = json!({"verifiablePresentation": shown});
    let told = post(&site, "/presentations/verify", &asked)
        .await
        .is(400)
        .json();
    assert_eq!(told["results"]["credentials"][0]["verified"], true);
    for nothing in [
        json!({}),
        json!({"verifiableCredential": "x"}),
        json!({"verifiableCredential": signed, "wish": 1}),
    ] {
        post(&site, "/credentials/verify", &nothing).await.is(400);
    }
    let wanted = json!({"verifiableCredential": signed, "options": {"checks": ["proof"], "returnCredential": true}});
    let told = post(&site, "/credentials/verify", &wanted)
        .await
        .is(200)
        .json();
    assert_eq!(told, json!({"verified": true, "credential": signed}));
}
