//! An issuer elsewhere, on the made-up internet: its keys, its status list, a credential of its.

use skillmark::{
    did,
    json::{self, Value},
    keys::SigningKey,
    outbound::Fetcher,
    status::{List, ListCredential, Purpose},
    verify::{self, Options, Report, Sources, remote::Remote},
};

use crate::{
    credential::sample,
    support::peers::World,
    verify::{at, issuer_key, now, signed_as},
};

/// `issuer.test`, known by a did:web or by an https address.
pub(crate) struct Elsewhere {
    pub(crate) world: World,
    pub(crate) id: &'static str,
    key: SigningKey,
}

/// Where its status list stands.
pub(crate) const LIST: &str = "https://issuer.test/status/1";

impl Elsewhere {
    /// An issuer whose DID document and empty list stand where they should.
    pub(crate) fn did_web() -> Elsewhere {
        Elsewhere::known_as(
            "did:web:issuer.test",
            "/.well-known/did.json",
            "application/did+json",
        )
    }

    /// An issuer whose id is the https address of its key document.
    pub(crate) fn https() -> Elsewhere {
        Elsewhere::known_as(
            "https://issuer.test/issuers/7",
            "/issuers/7",
            "application/json",
        )
    }

    fn known_as(id: &'static str, path: &str, content_type: &str) -> Elsewhere {
        let foreign = Elsewhere {
            world: World::new(),
            id,
            key: issuer_key(),
        };
        let document = json::text(&foreign.key_document());
        foreign
            .world
            .page("issuer.test", path, content_type, &document);
        foreign.publishes(&[], "2026-03-01T00:00:00Z");
        foreign
    }

    /// The same issuer, of whom nothing can be read.
    pub(crate) fn silent() -> Elsewhere {
        Elsewhere {
            world: World::new(),
            id: "did:web:issuer.test",
            key: issuer_key(),
        }
    }

    fn method(&self) -> String {
        format!("{}#k", self.id)
    }

    pub(crate) fn key_document(&self) -> Value<'static> {
        let mut document = did::Document::new(self.id);
        let method = did::VerificationMethod::multikey(self.method(), self.id, self.key.public());
        document.add_for(method, &[did::Purpose::AssertionMethod]);
        document.to_json()
    }

    /// The list as it stands from now on, with these bits set.
    pub(crate) fn publishes(&self, set: &[usize], valid_from: &str) {
        let list = self.list_text(set, valid_from);
        self.world
            .page("issuer.test", "/status/1", "application/vc", &list);
    }

    /// The list, signed.
    pub(crate) fn list_text(&self, set: &[usize], valid_from: &str) -> String {
        let mut list = List::new(0);
        for index in set {
            list.set(*index, true).expect("in range");
        }
        let list = ListCredential {
            kind: skillmark::status::Kind::Bitstring,
            url: LIST.to_owned(),
            issuer: self.id.to_owned(),
            purposes: vec![Purpose::Revocation],
            list,
            valid_from: Some(at(valid_from)),
            valid_until: None,
            ttl_ms: None,
        };
        json::text(&self.sign(&list.to_json()))
    }

    fn sign(&self, document: &Value<'static>) -> Value<'static> {
        signed_as(document, "eddsa-jcs-2022", &self.key, &self.method())
    }

    /// A credential with place 8 in the list, changed before it is signed.
    pub(crate) fn badge_with(&self, edit: impl FnOnce(&mut Value<'static>)) -> String {
        let mut document = sample("letter-grade");
        let issuer = document.pointer_mut("/issuer").expect("an issuer");
        issuer.set("id", Value::from(self.id));
        let status = document.pointer_mut("/credentialStatus").expect("a status");
        status.set("id", Value::from(format!("{LIST}#8")));
        status.set("statusListCredential", Value::from(LIST));
        edit(&mut document);
        json::text(&self.sign(&document))
    }

    pub(crate) fn badge(&self) -> String {
        self.badge_with(|_| {})
    }

    /// Verifies with nothing but what is fetched.
    pub(crate) async fn verify(&self, input: &str) -> Report {
        judge(&self.world.fetcher(), input).await
    }
}

pub(crate) async fn judge(fetcher: &Fetcher, input: &str) -> Report {
    ask(&Remote::new(fetcher), input).await
}

pub(crate) async fn ask(sources: &dyn Sources, input: &str) -> Report {
    verify::verify(sources, input.as_bytes(), &Options::default(), now()).await
}
