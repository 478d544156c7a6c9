//! Keys whose private half is printed in a public document: never to be used in earnest (I13).

use super::PublicKey;

/// Public keys, as Multikeys, and where their private half can be read.
pub const KNOWN_BAD: &[(&str, &str)] = &[
    (
        "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw",
        "RFC 8032 §7.1, test 1",
    ),
    (
        "z6MkiaMbhXHNA4eJVCCj8dbzKzTgYDKf6crKgHVHid1F1WCT",
        "RFC 8032 §7.1, test 2",
    ),
    (
        "z6MkwSD8dBdqcXQzKJZQFPy2hh2izzxskndKCjdmC2dBpfME",
        "RFC 8032 §7.1, test 3",
    ),
    (
        "z6Mkh7U7jBwoMro3UeHmXes4tKtFbZhMRWejbtunbU4hhvjP",
        "RFC 8032 §7.1, test 1024",
    ),
    (
        "z6MkvLrkgkeeWeRwktZGShYPiB5YuPkhN2yi3MqMKZMFMgWr",
        "RFC 8032 §7.1, test SHA(abc)",
    ),
    (
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "W3C vc-di-eddsa, appendix B",
    ),
    (
        "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7",
        "W3C vc-di-eddsa, proof sets, key 1",
    ),
    (
        "z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E",
        "W3C vc-di-eddsa, proof sets, key 2",
    ),
    (
        "z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1",
        "W3C vc-di-eddsa, proof chains, key 3",
    ),
    (
        "z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT",
        "W3C vc-di-eddsa, proof chains, key 4",
    ),
    (
        "z6Mki9nreZk8rBG3GmpoNv1c235EATnNRQJ71nBuYZ8e1khf",
        "W3C vc-jose-cose, key 4",
    ),
    (
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "1EdTech Open Badges 3.0 implementation guide",
    ),
    (
        "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key test vectors, seed 0",
    ),
    (
        "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
        "did:key test vectors, seed 1",
    ),
    (
        "z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf",
        "did:key test vectors, seed 2",
    ),
    (
        "z6MkvqoYXQfDDJRv8L4wKzxYeuKyVZBfi9Qo6Ro8MiLH3kDQ",
        "did:key test vectors, seed 3",
    ),
    (
        "z6MkwYMhwTvsq376YBAcJHy3vyRWzBgn5vKfVqqDCgm7XVKU",
        "did:key test vectors, seed 5",
    ),
    (
        "z6MkwW6aqMnjgrhJXFUko3NnZPGzVpkNzhYK7yEhnsibmLwL",
        "the seed of 31 zero bytes and a 4",
    ),
    (
        "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX",
        "the seed of 32 bytes 1",
    ),
    (
        "z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z",
        "the seed of 32 bytes 7",
    ),
    (
        "z6MkgAnvkP45uNxwCKeNdt6wrYkEjpYX4f7Nrd8MQqFL8Fbn",
        "the seed of 32 bytes 42",
    ),
    (
        "z6MknSLrJoTcukLrE435hVNQT4JUhbvWLX4kUzqkEStBU8Vi",
        "the seed of 32 bytes 255",
    ),
];

/// Where the private half of `key` is printed, if it is a known example.
///
/// A service with a public address must refuse such a key.
#[must_use]
pub fn known_bad(key: &PublicKey) -> Option<&'static str> {
    let multikey = key.to_multikey();
    KNOWN_BAD
        .iter()
        .find(|(known, _)| *known == multikey)
        .map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    #[test]
    fn i13_published_seeds_are_known() {
        for (multikey, place) in KNOWN_BAD {
            let key = PublicKey::from_multikey(multikey).expect(place);
            assert_eq!(known_bad(&key), Some(*place));
        }
        let mut seed = [0; 32];
        for last in 0..=5 {
            seed[31] = last;
            assert!(
                known_bad(&SigningKey::from_seed(&seed).public()).is_some(),
                "{last}"
            );
        }
        for byte in 0..=u8::MAX {
            let key = SigningKey::from_seed(&[byte; 32]).public();
            let expected = matches!(byte, 0 | 1 | 7 | 42 | 255);
            assert_eq!(known_bad(&key).is_some(), expected, "{byte}");
        }
    }
}
