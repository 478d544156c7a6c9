//! `skillmark jose`: VC-JOSE-COSE with keys from files, as the real program does it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::cli::Desk;

/// A desk with a key file of each kind that signs, made for these tests alone.
fn desk() -> Desk {
    let desk = Desk::new();
    for (name, jwk) in [
        (
            "ed25519",
            json!({"kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}),
        ),
        (
            "p256",
            json!({"kty": "EC", "crv": "P-256", "alg": "ES256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}),
        ),
        (
            "p384",
            json!({"kty": "EC", "crv": "P-384",
            "x": "o6ZJ13nJk6bh-NHGzgpukIUFtAeYtt8lRquVzoYuSux87RM-wSDUOqEr8bDo6GtN",
            "y": "tJVLxCYoCSsO5rGCahKOq6u3SoqDAy3BBEP3QkU28CuMASVcNsiV7rHsZAGp4dPE",
            "d": "bO46P1w_2hFmZcqqIC0ayAX-aKoDnZSunrI-Dh9GyDc0d72EX86IjI7aMhF4Eetr"}),
        ),
        (
            "p521",
            json!({"kty": "EC", "crv": "P-521",
            "x": "AO0MJwQezKGnQ_e0CuWDVHyQdMysrPV0es7tEQTYgmzzRSxVRXaniAJtnTIiR0Ff1ec73fbbZvt_18XyFGmSpx22",
            "y": "AUwcMlG7mz6GXmrgiGpfocEzG4MTAu7nHskLJlqNl_Oc6RAcgSXGsw_p3WoCFi692ND5BUAFRi1qEi4_VG1JrQhx",
            "d": "AY5_bk9U6vcAW0Pkgza0O3WY6OMPT4aaDotdz_Vu1tjBJ22CHkRPteYXcnQKirkvgs0rlhTIlEOQQD981hhpvB9q"}),
        ),
    ] {
        let mut public = jwk.clone();
        public.as_object_mut().expect("an object").remove("d");
        public["kid"] = json!("one");
        let method = json!({
            "id": "https://lab.example/issuer#one", "type": "JsonWebKey",
            "controller": "https://lab.example/issuer", "publicKeyJwk": public, "secretKeyJwk": jwk,
        });
        write(&desk, &format!("{name}.json"), &method);
        let mut bare = jwk.clone();
        bare["kid"] = json!("one");
        write(&desk, &format!("{name}-bare.json"), &bare);
        bare.as_object_mut().expect("an object").remove("d");
        write(&desk, &format!("{name}-public.json"), &bare);
    }
    write(&desk, "credential.json", &credential());
    desk
}

fn credential() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": "https://lab.example/issuer",
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:123", "degree": {"type": "BachelorDegree", "name": "Arts"}}
    })
}

fn write(desk: &Desk, name: &str, value: &Value) {
    std::fs::write(desk.path(name), value.to_string()).expect("written");
}

/// Signs, and keeps the token in a file.
fn sign(desk: &Desk, kind: &str, file: &str, key: &str, out: &str) -> String {
    let token = desk
        .run(&["jose", "issue", kind, file, "--key", key])
        .is(0)
        .out()
        .trim()
        .to_owned();
    std::fs::write(desk.path(out), &token).expect("written");
    token
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("a part");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn a_member_that_no_vocabulary_defines_is_not_signed() {
    let desk = desk();
    let mut strange = credential();
    strange["badExtension"] = json!({"huh": "what?"});
    strange["name"] = json!("A diploma");
    strange["another"] = json!("one");
    write(&desk, "strange.json", &strange);
    let command = [
        "jose",
        "issue",
        "credential",
        "strange.json",
        "--key",
        "ed25519.json",
    ];
    let done = desk.run(&command).is(1);
    let done = done.says("/badExtension: no vocabulary defines it");
    let done = done.says("/another: no vocabulary defines it");
    assert!(
        !done.out().contains("/name") && !done.out().contains("eyJ"),
        "{}",
        done.out()
    );
}

#[test]
fn a_credential_is_signed_as_it_is_and_checked_with_its_key() {
    let desk = desk();
    let kinds = [
        ("ed25519", "EdDSA"),
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("p521", "ES512"),
    ];
    for (name, algorithm) in kinds {
        let key = format!("{name}.json");
        let token = sign(
            &desk,
            "credential",
            "credential.json",
            &key,
            "credential.jwt",
        );
        assert_eq!(
            part(&token, 0),
            json!({"alg": algorithm, "kid": "https://lab.example/issuer#one", "typ": "vc+jwt", "cty": "vc"})
        );
        assert_eq!(part(&token, 1), credential());
        for key in [
            key.clone(),
            format!("{name}-public.json"),
            format!("{name}-bare.json"),
        ] {
            desk.run(&[
                "jose",
                "verify",
                "credential",
                "credential.jwt",
                "--key",
                &key,
            ])
            .is(0)
            .says("VALID");
        }
        let flipped = match token.ends_with('A') {
            true => format!("{}B", &token[..token.len() - 1]),
            false => token.replace(".eyJ", ".eyK"),
        };
        std::fs::write(desk.path("wrong.jwt"), flipped).expect("written");
        desk.run(&["jose", "verify", "credential", "wrong.jwt", "--key", &key])
            .is(1);
    }
    // The last one was signed with P-521: another key does not fit.
    desk.run(&[
        "jose",
        "verify",
        "credential",
        "credential.jwt",
        "--key",
        "ed25519.json",
    ])
    .is(1)
    .says("signed with ES512, which this key does not sign with");
    desk.run(&[
        "jose",
        "verify",
        "presentation",
        "credential.jwt",
        "--key",
        "p521.json",
    ])
    .is(1)
    .says("the token holds no presentation");
    desk.run(&[
        "jose",
        "verify",
        "credential",
        "credential.json",
        "--key",
        "p256.json",
    ])
    .is(1)
    .says("this is no token");
}

#[test]
fn a_presentation_holds_credentials_in_envelopes_alone() {
    let desk = desk();
    let token = sign(
        &desk,
        "credential",
        "credential.json",
        "ed25519.json",
        "credential.jwt",
    );
    let shown = |inside: &Value| {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": "https://lab.example/issuer",
            "verifiableCredential": [inside]
        })
    };
    let enveloped = json!({
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": format!("data:application/vc+jwt,{token}")
    });
    write(&desk, "shown.json", &shown(&enveloped));
    let token = sign(
        &desk,
        "presentation",
        "shown.json",
        "ed25519.json",
        "shown.jwt",
    );
    assert_eq!(
        part(&token, 0),
        json!({"alg": "EdDSA", "kid": "https://lab.example/issuer#one", "typ": "vp+jwt", "cty": "vp"})
    );
    desk.run(&[
        "jose",
        "verify",
        "presentation",
        "shown.jwt",
        "--key",
        "ed25519.json",
    ])
    .is(0);
    desk.run(&[
        "jose",
        "verify",
        "credential",
        "shown.jwt",
        "--key",
        "ed25519.json",
    ])
    .is(1)
    .says("the token holds a presentation");
    for inside in [
        credential(),
        json!({"@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential", "id": "not-a-credential"}),
    ] {
        write(&desk, "bad.json", &shown(&inside));
        desk.run(&[
            "jose",
            "issue",
            "presentation",
            "bad.json",
            "--key",
            "ed25519.json",
        ])
        .is(1)
        .says("/verifiableCredential/0: A credential here must be in an envelope");
    }
}

#[test]
fn what_has_faults_is_not_signed() {
    let desk = desk();
    let mut unheard = credential();
    unheard["@context"] = json!(["https://www.w3.org/ns/credentials/v2"]);
    write(&desk, "unheard.json", &unheard);
    desk.run(&[
        "jose",
        "issue",
        "credential",
        "unheard.json",
        "--key",
        "p256.json",
    ])
    .is(1)
    .says("/type/1");
    let mut other = credential();
    other["issuer"] = json!("https://other.example");
    write(&desk, "other.json", &other);
    desk.run(&[
        "jose",
        "issue",
        "credential",
        "other.json",
        "--key",
        "p256.json",
    ])
    .is(1)
    .says("The key is controlled by https://lab.example/issuer");
    desk.run(&[
        "jose",
        "issue",
        "credential",
        "credential.json",
        "--key",
        "p256-public.json",
    ])
    .is(1)
    .says("there is no private half (d) to sign with");
    // A private half of another key.
    let key = std::fs::read_to_string(desk.path("p256-bare.json")).expect("a key");
    let mut key: Value = serde_json::from_str(&key).expect("JSON");
    key["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    write(&desk, "mixed.json", &key);
    let done = desk
        .run(&[
            "jose",
            "issue",
            "credential",
            "credential.json",
            "--key",
            "mixed.json",
        ])
        .is(1);
    let done = done.says("d is not the private half of the key");
    assert!(!done.out().contains("870MB6"), "{}", done.out());
    let other = std::fs::read_to_string(desk.path("ed25519-bare.json")).expect("a key");
    let mut other: Value = serde_json::from_str(&other).expect("JSON");
    other["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    write(&desk, "mixed.json", &other);
    desk.run(&[
        "jose",
        "issue",
        "credential",
        "credential.json",
        "--key",
        "mixed.json",
    ])
    .is(1)
    .says("d is not the private half of the key");
    for name in ["P-521", "secp256k1"] {
        key["crv"] = json!(name);
        write(&desk, "unused.json", &key);
        desk.run(&[
            "jose",
            "issue",
            "credential",
            "credential.json",
            "--key",
            "unused.json",
        ])
        .is(1);
    }
}
