//! Issuers who sign otherwise than we do: with P-256, P-384 and RSA keys, made by `ring`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm},
};
use skillmark::{
    did,
    json::{self, Value},
    keys::{Kind, PublicKey, SigningKey},
    proof,
};

/// A key of another program, and how it signs.
pub(crate) struct Foreign {
    pub(crate) public: PublicKey,
    sign: Box<Sign>,
}

/// What makes a signature out of a message.
type Sign = dyn Fn(&[u8]) -> Vec<u8>;

/// The key pairs of W3C vc-di-ecdsa: public and secret Multikey.
const P256: [&str; 2] = [
    "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP",
    "z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN",
];
const P384: [&str; 2] = [
    "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ",
    "z2fanyY7zgwNpZGxX5fXXibvScNaUWNprHU9dKx7qpVj7mws9J8LLt4mDB5TyH2GLHWkUc",
];

pub(crate) fn ed25519() -> Foreign {
    let key = SigningKey::from_seed(&[0x33; 32]);
    Foreign {
        public: key.public(),
        sign: Box::new(move |message| key.sign(message).to_vec()),
    }
}

pub(crate) fn p256() -> Foreign {
    ecdsa(P256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING)
}

pub(crate) fn p384() -> Foreign {
    ecdsa(P384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING)
}

pub(crate) fn rsa() -> Foreign {
    let jwk = json::parse(include_str!("../../vectors/jwt/rsa-2048.json")).expect("json");
    let number = |name| {
        let text = jwk.get(name).and_then(Value::as_str).expect(name);
        URL_SAFE_NO_PAD.decode(text).expect(name)
    };
    let components = rsa::KeyPairComponents {
        public_key: rsa::PublicKeyComponents {
            n: number("n"),
            e: number("e"),
        },
        d: number("d"),
        p: number("p"),
        q: number("q"),
        dP: number("dp"),
        dQ: number("dq"),
        qInv: number("qi"),
    };
    let pair = rsa::KeyPair::from_components(&components).expect("an RSA key");
    Foreign {
        public: PublicKey::rsa(&number("n"), &number("e")).expect("a public key"),
        sign: Box::new(move |message| {
            let mut signature = vec![0; 256];
            let padding = &signature::RSA_PKCS1_SHA256;
            pair.sign(padding, &SystemRandom::new(), message, &mut signature)
                .expect("signs");
            signature
        }),
    }
}

/// One of each kind.
pub(crate) fn all() -> [Foreign; 4] {
    [ed25519(), p256(), p384(), rsa()]
}

fn ecdsa([public, secret]: [&str; 2], algorithm: &'static EcdsaSigningAlgorithm) -> Foreign {
    let public = PublicKey::from_multikey(public).expect("a public key");
    let secret = bs58::decode(&secret[1..]).into_vec().expect("base58");
    let chance = SystemRandom::new();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        algorithm,
        &secret[2..],
        public.as_bytes(),
        &chance,
    )
    .expect("a pair");
    Foreign {
        public,
        sign: Box::new(move |message| {
            let signature = pair.sign(&chance, message).expect("signs");
            signature.as_ref().to_vec()
        }),
    }
}

impl Foreign {
    pub(crate) fn kind(&self) -> Kind {
        self.public.kind()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        (self.sign)(message)
    }

    /// Its did:key, or did:jwk for RSA.
    pub(crate) fn did(&self) -> String {
        match self.kind() {
            Kind::Rsa => did::jwk::did(&self.public).to_string(),
            _ => did::key::did(&self.public).to_string(),
        }
    }

    /// The URL of the key in the document of [`Foreign::did`].
    pub(crate) fn method(&self) -> String {
        match self.kind() {
            Kind::Rsa => format!("{}#0", self.did()),
            _ => did::key::method_url(&self.public),
        }
    }

    /// The cryptosuites that its kind of key goes with, but for selective disclosure.
    pub(crate) fn suites(&self) -> Vec<&'static dyn proof::Suite> {
        let suites = proof::SUITES.iter().copied();
        suites
            .filter(|suite| suite.kinds().contains(&self.kind()))
            .filter(|suite| !suite.is_selective())
            .collect()
    }

    /// A proof of its key for `document`, made under `method`.
    pub(crate) fn prove(
        &self,
        document: &Value<'static>,
        suite: &'static dyn proof::Suite,
        method: &str,
    ) -> Value<'static> {
        let text = |text: &str| Value::from(text.to_owned());
        let mut proof = Value::Object(vec![("type".into(), text(suite.proof_type()))]);
        if suite.proof_type() == "DataIntegrityProof" {
            proof.set("cryptosuite", text(suite.name()));
        }
        proof.set("created", text("2026-03-01T10:00:05Z"));
        proof.set("verificationMethod", text(method));
        proof.set("proofPurpose", text("assertionMethod"));
        if suite.name().contains("-jcs-") {
            proof.set(
                "@context",
                document.get("@context").expect("contexts").clone(),
            );
        }
        self.seal(document, proof, suite)
    }

    /// `proof` with its value; the document's own proofs are taken to be those it builds on.
    pub(crate) fn seal(
        &self,
        document: &Value<'static>,
        mut proof: Value<'static>,
        suite: &'static dyn proof::Suite,
    ) -> Value<'static> {
        let hash = suite.hash(document, &proof, self.kind()).expect("a hash");
        let value = bs58::encode(self.sign(&hash)).into_string();
        proof.set("proofValue", Value::from(format!("z{value}")));
        proof
    }

    /// `document` under a proof of its key.
    pub(crate) fn secure(
        &self,
        document: &Value<'static>,
        suite: &'static dyn proof::Suite,
    ) -> Value<'static> {
        let proof = self.prove(document, suite, &self.method());
        let mut secured = document.clone();
        secured.set("proof", Value::Array(vec![proof]));
        secured
    }

    /// A compact token with this header and payload.
    pub(crate) fn token(&self, header: &Value<'_>, payload: &Value<'_>) -> String {
        let part = |value| URL_SAFE_NO_PAD.encode(json::text(value));
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
