//! Private keys at rest, and the life of signing keys, on both engines.

use std::{fs, path::Path, sync::Arc};

use skillmark::{
    app::{App, StartError},
    clock::{Chance, FixedClock, SystemChance},
    config::Config,
    custody::{Custody, Fault, Purpose, read_key_file},
    db::{DidMethod, Error, IssuerKeyRow, IssuerRow, KeyState},
    did::Purpose as DidPurpose,
    ids::{IssuerId, PersonId},
    issue::{
        identity,
        keys::{self, KeyFault},
    },
    keys::{KNOWN_BAD, SigningKey},
    who::Who,
};

use crate::support::{copy::spellings, db::on_both};

/// Chance that always shows the same.
struct Stuck(u8);

impl Chance for Stuck {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// Whoever is at the machine, speaking for an organisation.
fn operator(id: &IssuerId) -> Who {
    Who::operator(id.clone())
}

/// An organisation with its first key.
async fn organisation(app: &App, method: DidMethod) -> (IssuerRow, IssuerKeyRow) {
    let mut row = IssuerRow {
        issuer_id: IssuerId::random(app.chance.as_ref()),
        name: "Lab".to_owned(),
        web_address: "https://lab.example".to_owned(),
        logo: None,
        contact: None,
        did_method: method,
        did: String::new(),
        domain_token: "t".to_owned(),
        domain_proven_at: None,
        name_assessors: false,
        created_at: app.now().into(),
    };
    let key = keys::first(app, &mut row).expect("a key");
    let mut tx = app.db.begin().await.expect("begun");
    tx.of(&row.issuer_id).add_issuer(&row).await.expect("added");
    tx.of(&row.issuer_id).add_key(&key).await.expect("added");
    tx.commit().await.expect("kept");
    (row, key)
}

fn folder_with_kek() -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config {
        data: folder.path().to_owned(),
        ..Config::default()
    };
    Custody::create(&config.kek_path(), &SystemChance).expect("made");
    (folder, config)
}

fn public(config: &Config) -> Config {
    Config {
        public_url: "https://badges.example".parse().expect("an origin"),
        ..config.clone()
    }
}

#[test]
fn the_kek_file_is_its_owners_alone_and_never_overwritten() {
    let (_folder, config) = folder_with_kek();
    let path = config.kek_path();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&path) & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let refused = Custody::open(&config).ready().expect_err("exposed");
        assert!(
            refused.to_string().contains("others can read it"),
            "{refused}"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    }
    let before = fs::read(&path).expect("read");
    assert!(matches!(
        Custody::create(&path, &SystemChance),
        Err(Fault::BadKek { .. })
    ));
    assert_eq!(fs::read(&path).expect("read"), before);

    let custody = Custody::open(&config);
    assert_eq!(custody.ready(), Ok(()));
    let id = custody.kek_id().expect("an id").to_owned();
    assert_eq!(Custody::open(&config).kek_id(), Ok(id.as_str()));
    let text = String::from_utf8(before).expect("text");
    assert!(!text.contains(&id) && !format!("{custody:?}").contains(text[17..].trim()));

    for bad in [
        "",
        "skillmark-kek-v1 ",
        "skillmark-kek-v1 AAAA",
        &text[1..],
        &text.repeat(2),
        &format!("{text}{}", " ".repeat(1_024)),
    ] {
        fs::write(&path, bad).expect("written");
        assert!(
            matches!(Custody::open(&config).ready(), Err(Fault::BadKek { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn i2_what_is_sealed_opens_only_where_it_belongs() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let (ours, theirs) = (
        IssuerId::random(&SystemChance),
        IssuerId::random(&SystemChance),
    );
    let seal = |chance: &dyn Chance| {
        custody
            .seal(&ours, "row", Purpose::Order, b"secret", chance)
            .expect("sealed")
    };
    let sealed = seal(&SystemChance);
    assert_ne!(sealed, seal(&SystemChance), "a nonce is never used twice");
    let open = |issuer, row, purpose, sealed: &[u8]| {
        custody
            .unseal(issuer, row, purpose, sealed)
            .map(|plain| plain.to_vec())
    };
    assert_eq!(
        open(&ours, "row", Purpose::Order, &sealed),
        Ok(b"secret".to_vec())
    );
    assert_eq!(
        open(&theirs, "row", Purpose::Order, &sealed),
        Err(Fault::Tampered)
    );
    assert_eq!(
        open(&ours, "other", Purpose::Order, &sealed),
        Err(Fault::Tampered)
    );
    assert_eq!(
        open(&ours, "row", Purpose::PersonKey, &sealed),
        Err(Fault::Tampered)
    );
    for n in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[n] ^= 1;
        assert_eq!(
            open(&ours, "row", Purpose::Order, &flipped),
            Err(Fault::Tampered),
            "{n}"
        );
        assert_eq!(
            open(&ours, "row", Purpose::Order, &sealed[..n]),
            Err(Fault::Tampered),
            "{n}"
        );
    }
}

#[test]
fn a_seed_under_another_keys_name_does_not_sign() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let issuer = IssuerId::random(&SystemChance);
    let key = custody.new_key(&issuer, &SystemChance).expect("a key");
    for wrong in [vec![5; 32], vec![5; 31], Vec::new()] {
        let seal = |plain: &[u8]| {
            custody.seal(
                &issuer,
                &key.key_id,
                Purpose::IssuerSigning,
                plain,
                &SystemChance,
            )
        };
        let sealed = seal(&wrong).expect("sealed");
        let opened = custody.signing_key(&issuer, &key.key_id, &sealed, &key.kek_id);
        assert_eq!(opened.err(), Some(Fault::WrongSeed(key.key_id.clone())));
    }
}

#[test]
fn nonces_and_keys_are_made_of_all_their_chance() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let issuer = IssuerId::random(&SystemChance);
    let ana = PersonId::random(&SystemChance);
    let sealed = custody.seal(&issuer, "row", Purpose::Order, b"x", &Stuck(7));
    assert_eq!(sealed.expect("sealed")[..24], [7; 24]);
    let made = custody.new_person_key(&issuer, &ana, &Stuck(9));
    let (_, sealed) = made.expect("a key");
    let key = custody.unseal(&issuer, ana.as_str(), Purpose::PersonKey, &sealed);
    assert_eq!(key.expect("opens").as_slice(), [9; 32]);
    let new = custody.new_key(&issuer, &Stuck(0xca)).expect("a key");
    let key = custody.signing_key(&issuer, &new.key_id, &new.seed_sealed, &new.kek_id);
    assert_eq!(key.expect("opens").seed().as_slice(), [0xca; 32]);
}

#[test]
fn a_person_is_erased_with_the_persons_key() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let issuer = IssuerId::random(&SystemChance);
    let (ana, bo) = (
        PersonId::random(&SystemChance),
        PersonId::random(&SystemChance),
    );
    let (key, sealed_key) = custody
        .new_person_key(&issuer, &ana, &SystemChance)
        .expect("a key");
    let details = key.seal(ana.as_str(), Purpose::PersonDetails, b"Ana", &SystemChance);
    let again = custody
        .person_key(&issuer, &ana, &sealed_key)
        .expect("opens");
    let opened = again.unseal(ana.as_str(), Purpose::PersonDetails, &details);
    assert_eq!(opened.expect("opens").as_slice(), b"Ana");
    // Neither another person's record nor the key-encryption key alone opens it.
    assert_eq!(
        custody.person_key(&issuer, &bo, &sealed_key).err(),
        Some(Fault::Tampered)
    );
    let alone = custody.unseal(&issuer, ana.as_str(), Purpose::PersonDetails, &details);
    assert_eq!(alone, Err(Fault::Tampered));
    assert_eq!(format!("{key:?}"), "PersonKey(***)");
}

/// What was sealed and hashed by an earlier version must open and be found for ever. The values
/// were computed apart from this program, from RFC 2104 and draft-irtf-cfrg-xchacha: the
/// key-encryption key is the bytes 0 to 31, the organisation 0 to 15, the person 16 to 31, the nonce
/// 0 to 23.
#[test]
fn what_was_sealed_long_ago_opens() {
    const NONCE: &str = "000102030405060708090a0b0c0d0e0f1011121314151617";
    let (_folder, config) = folder_with_kek();
    let line = "skillmark-kek-v1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";
    fs::write(config.kek_path(), line).expect("written");
    let custody = Custody::open(&config);
    assert_eq!(custody.kek_id(), Ok("bb48c22934da7344"));
    let issuer: IssuerId = "AAECAwQFBgcICQoLDA0ODw".parse().expect("an id");
    let person: PersonId = "EBESExQVFhcYGRobHB0eHw".parse().expect("an id");
    let hash = custody.lookup_hash(&issuer, " S-1042 Ä ").expect("a hash");
    let known = "130a29a309b698f676b1a9c6942fba83e2ec2261eb3b3a4171d5b3f497954565";
    assert_eq!(hash, bytes(known));

    for (purpose, plain, sealed) in [
        (
            Purpose::Order,
            b"an order".to_vec(),
            "1791c914f505bf0d20205232dae90300bcf712fc138a20c6",
        ),
        (
            Purpose::IssuerSigning,
            vec![7; 32],
            "71f8ee7c8066dd78de7fc9a831f7b431ac400a499bf1df0dcb5ac72f5222304e2ed446e9e0d17d0ae8891a053200748f",
        ),
    ] {
        let sealed = bytes(&format!("{NONCE}{sealed}"));
        let opened = custody.unseal(&issuer, "row-1", purpose, &sealed);
        assert_eq!(opened.expect("opens").as_slice(), plain, "{purpose:?}");
    }

    let key = "7ff6e0728e68d376d071c7a63ff9ba3fa24e044795ffd103c554c9215c2c3e40c2572a9b3f559a15bed916ebcb6222b2";
    let key = custody.person_key(&issuer, &person, &bytes(&format!("{NONCE}{key}")));
    let details = "24653e0a6fd36c2845e8099fd45a95cf30310b9111e6693f4ffbc78db6b4";
    let details = bytes(&format!("{NONCE}{details}"));
    let opened = key
        .expect("opens")
        .unseal(person.as_str(), Purpose::PersonDetails, &details);
    assert_eq!(opened.expect("opens").as_slice(), br#"{"name":"Ana"}"#);
}

/// Bytes from hexadecimal digits.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let text = |pair: &[u8]| String::from_utf8(pair.to_vec()).expect("digits");
    pairs
        .map(|pair| u8::from_str_radix(&text(pair), 16).expect("a number"))
        .collect()
}

#[test]
fn i2_what_is_a_person_s_opens_in_one_row_for_one_purpose() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let issuer = IssuerId::random(&SystemChance);
    let ana = PersonId::random(&SystemChance);
    let made = || {
        custody
            .new_person_key(&issuer, &ana, &SystemChance)
            .expect("a key")
            .0
    };
    let (key, other) = (made(), made());
    let sealed = key.seal("row", Purpose::PersonDetails, b"Ana", &SystemChance);
    for (row, purpose) in [("other", Purpose::PersonDetails), ("row", Purpose::Order)] {
        assert_eq!(key.unseal(row, purpose, &sealed), Err(Fault::Tampered));
    }
    let opened = other.unseal("row", Purpose::PersonDetails, &sealed);
    assert_eq!(opened, Err(Fault::Tampered), "two keys are never the same");
    // Each purpose is a word of its own.
    let all = [
        Purpose::IssuerSigning,
        Purpose::PersonKey,
        Purpose::PersonDetails,
        Purpose::Order,
    ];
    for ours in all {
        let sealed = custody.seal(&issuer, "row", ours, b"x", &SystemChance);
        let sealed = sealed.expect("sealed");
        for theirs in all {
            let opened = custody.unseal(&issuer, "row", theirs, &sealed);
            assert_eq!(opened.is_ok(), ours == theirs, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn a_lookup_hash_is_keyed_and_differs_between_organisations() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let (ours, theirs) = (
        IssuerId::random(&SystemChance),
        IssuerId::random(&SystemChance),
    );
    let hash = custody
        .lookup_hash(&ours, "Ana@School.example")
        .expect("a hash");
    assert_eq!(hash.len(), 32);
    assert_eq!(
        custody.lookup_hash(&ours, " ana@school.example "),
        Ok(hash.clone())
    );
    assert_ne!(
        custody.lookup_hash(&theirs, "ana@school.example"),
        Ok(hash.clone())
    );
    let (_other_folder, other) = folder_with_kek();
    assert_ne!(
        Custody::open(&other).lookup_hash(&ours, "ana@school.example"),
        Ok(hash)
    );
}

#[test]
fn i9_no_core_file_and_no_tracing() {
    let (_folder, config) = folder_with_kek();
    let _ = Custody::open(&config);
    if cfg!(target_os = "linux") {
        let limits = fs::read_to_string("/proc/self/limits").expect("limits");
        let core = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"));
        let words: Vec<&str> = core.expect("a line").split_whitespace().collect();
        assert_eq!(words[4..6], ["0", "0"]);
        let dumpable = rustix::process::dumpable_behavior().expect("an answer");
        assert_eq!(dumpable, rustix::process::DumpableBehavior::NotDumpable);
    }
}

#[test]
fn i9_a_panic_with_a_key_in_hand_prints_nothing_of_it() {
    let (_folder, config) = folder_with_kek();
    let custody = Custody::open(&config);
    let issuer = IssuerId::random(&SystemChance);
    let seed = [0xca; 32];
    let new = custody.new_key(&issuer, &Stuck(0xca)).expect("a key");
    let key = custody.signing_key(&issuer, &new.key_id, &new.seed_sealed, &new.kek_id);
    let key = key.expect("opens");
    let panicked = std::panic::catch_unwind(|| panic!("{key:?} {custody:?} {new:?}"));
    let said = panicked.expect_err("panicked");
    let said = said.downcast_ref::<String>().expect("text");
    for (form, text) in spellings(&seed) {
        assert!(
            !contains(said.as_bytes(), &text),
            "the seed as {form}: {said}"
        );
    }
    assert!(said.starts_with("SigningKey(***) "), "{said}");
}

#[test]
fn i13_example_keys_work_on_this_machine_alone() {
    let (_folder, config) = folder_with_kek();
    let (here, public) = (Custody::open(&config), Custody::open(&public(&config)));
    let issuer = IssuerId::random(&SystemChance);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/keys-example");
    let mut read = 0;
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let key = read_key_file(&fs::read(&path).expect("read")).expect("a key");
        let multikey = key.public().to_multikey();
        let place = KNOWN_BAD.iter().find(|(known, _)| *known == multikey);
        let place = place.expect("every example key is on the list").1;

        let kept = here.adopt_key(&issuer, &key, &SystemChance).expect("taken");
        let open = |custody: &Custody| {
            custody
                .signing_key(&issuer, &kept.key_id, &kept.seed_sealed, &kept.kek_id)
                .err()
        };
        assert_eq!(open(&here), None);
        assert_eq!(open(&public), Some(Fault::ExampleKey(place)));
        let taken = public.adopt_key(&issuer, &key, &SystemChance);
        assert_eq!(taken, Err(Fault::ExampleKey(place)));
        read += 1;
    }
    assert_eq!(read, 2);
    // A random source that shows only zeros makes a known key, and is found out.
    assert!(matches!(
        public.new_key(&issuer, &Stuck(0)),
        Err(Fault::ExampleKey(_))
    ));
}

#[test]
fn a_key_file_that_is_none_is_refused_without_its_text() {
    let good = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/keys-example/issuer-1.json"
    ));
    let good = good.expect("read");
    let other_half = good.replace(
        "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw",
        KNOWN_BAD[1].0,
    );
    for text in [
        "",
        "{}",
        "[]",
        &other_half,
        &good.replace("secretKey", "secret"),
    ] {
        let refused = read_key_file(text.as_bytes())
            .expect_err("no key")
            .to_string();
        assert!(
            refused.starts_with("not a private key in Multikey form: "),
            "{refused}"
        );
        assert!(!refused.contains("z3u"), "{refused}");
    }
}

on_both! {
    fn i1_no_two_organisations_share_a_key(temp) {
        let app = temp.app().await;
        let (_, key) = organisation(&app, DidMethod::Web).await;
        let (theirs, _) = organisation(&app, DidMethod::Web).await;
        let stolen = IssuerKeyRow {
            issuer_id: theirs.issuer_id.clone(),
            state: KeyState::Pending,
            ..key.clone()
        };
        let added = app.db.of(&theirs.issuer_id).add_key(&stolen).await;
        assert!(matches!(added, Err(Error::Duplicate(_))), "{added:?}");

        let mut ids: Vec<String> = Vec::new();
        let mut making = tokio::task::JoinSet::new();
        for n in 0..1_000 {
            // Forty at once: more would only wait for a connection.
            if n >= 40 {
                ids.push(making.join_next().await.expect("some are left").expect("made"));
            }
            let app = app.clone();
            making.spawn(async move { organisation(&app, DidMethod::Key).await.1.key_id });
        }
        ids.extend(making.join_all().await);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 1_000);
        let stored = "select count(distinct key_id) from issuer_keys";
        assert_eq!(temp.number(stored).await, 1_002);
    }

    fn i7_no_id_of_a_key_is_ever_used_again(temp) {
        let app = temp.app().await;
        let (issuer, first) = organisation(&app, DidMethod::Web).await;
        let id = &issuer.issuer_id;
        // A name that could be given to one key today and to another tomorrow.
        for name in ["key-0", "#key-0", "did:web:x#key-0", ""] {
            let named = IssuerKeyRow {
                key_id: name.to_owned(),
                state: KeyState::Pending,
                ..first.clone()
            };
            let added = app.db.of(id).add_key(&named).await;
            assert!(matches!(added, Err(Error::Refused(_))), "{name}: {added:?}");
        }
        // A key whose time is over, brought back under its own name.
        let key = keys::open(&app, &first).expect("opens");
        for over in ["retired", "revoked"] {
            match over {
                "retired" => drop(keys::rotate(&app, &operator(id)).await.expect("rotated")),
                _ => keys::revoke(&app, &operator(id), &first.key_id).await.expect("revoked"),
            }
            let again = keys::adopt(&app, &operator(id), &key).await;
            assert!(matches!(again, Err(KeyFault::Store(Error::Duplicate(_)))), "{over}: {again:?}");
        }
    }

    fn i2_swapped_seeds_do_not_sign(temp) {
        let app = temp.app().await;
        let (ours, _) = organisation(&app, DidMethod::Web).await;
        let (theirs, their_key) = organisation(&app, DidMethod::Web).await;
        let id = &theirs.issuer_id;
        temp.sql(&format!(
            "update issuer_keys set seed_sealed = (select seed_sealed from issuer_keys \
             where issuer_id = '{id}') where issuer_id = '{}'",
            ours.issuer_id
        ))
        .await
        .expect("swapped");
        let row = app.db.of(&ours.issuer_id).active_key().await.expect("read").expect("there");
        assert_eq!(row.seed_sealed, their_key.seed_sealed);
        let opened = keys::open(&app, &row);
        assert!(matches!(opened, Err(KeyFault::Custody(Fault::Tampered))), "{opened:?}");
        assert!(keys::open(&app, &their_key).is_ok());
    }

    fn i3_without_the_kek_nothing_signs_and_reading_goes_on(temp) {
        let config = temp.config();
        let app = temp.app().await;
        let (issuer, key) = organisation(&app, DidMethod::Web).await;
        fs::remove_file(config.kek_path()).expect("removed");

        let app = App::open(config.clone()).await.expect("it starts");
        let missing = Fault::NoKek(config.kek_path());
        assert_eq!(app.custody.ready(), Err(missing.clone()));
        let opened = keys::open(&app, &key);
        assert!(matches!(opened, Err(KeyFault::Custody(ref f)) if *f == missing), "{opened:?}");
        assert!(matches!(keys::rotate(&app, &operator(&issuer.issuer_id)).await, Err(KeyFault::Custody(_))));
        assert_eq!(keys::list(&app, &issuer.issuer_id).await.expect("listed"), std::slice::from_ref(&key));

        // A new one is not made in its place as if nothing had happened.
        let again = open_or_make(&config).await;
        assert!(matches!(again, Err(StartError::KekLost(_))), "{:?}", again.err());

        // Another one is told apart from a changed row.
        Custody::create(&config.kek_path(), &SystemChance).expect("made");
        let app = App::open(config).await.expect("it starts");
        let opened = keys::open(&app, &key);
        assert!(matches!(opened, Err(KeyFault::Custody(Fault::OtherKek(_)))), "{opened:?}");
    }

    fn i5_rotation_destroys_the_seed_and_keeps_the_public_key(temp) {
        let app = temp.app().await;
        let (issuer, first) = organisation(&app, DidMethod::Web).await;
        let id = &issuer.issuer_id;
        let old = keys::open(&app, &first).expect("opens");
        let (message, signature) = (b"issued before", old.sign(b"issued before"));
        drop(old);

        let second = keys::rotate(&app, &operator(id)).await.expect("rotated");
        assert_ne!(second.key_id, first.key_id);
        assert_eq!(second.did, issuer.did, "did:web outlives its keys");
        let all = keys::list(&app, id).await.expect("listed");
        let states: Vec<_> = all.iter().map(|k| (k.state, k.seed_sealed.is_some())).collect();
        let retired = all.iter().find(|k| k.key_id == first.key_id).expect("kept");
        assert_eq!((retired.state, &retired.seed_sealed), (KeyState::Retired, &None));
        assert!(states.contains(&(KeyState::Active, true)) && states.len() == 2, "{states:?}");
        let opened = keys::open(&app, retired);
        assert!(matches!(opened, Err(KeyFault::Destroyed(_))), "{opened:?}");

        // What it signed verifies with the document of any later day.
        for _ in 0..2 {
            keys::rotate(&app, &operator(id)).await.expect("rotated");
        }
        let all = keys::list(&app, id).await.expect("listed");
        let document = identity::document_of(&issuer.did, &all);
        let method = identity::verification_method(&issuer.did, &first.key_id);
        let method = document.method(&method, DidPurpose::AssertionMethod).expect("listed");
        let key = method.key.clone().expect("a key");
        assert_eq!(key.verify(message, &signature), Ok(()));
        assert_eq!(all.len(), 4);
    }

    fn a_did_key_changes_with_the_key_and_a_waiting_key_goes_first(temp) {
        let app = temp.app().await;
        let (issuer, first) = organisation(&app, DidMethod::Key).await;
        let id = &issuer.issuer_id;
        assert_eq!(issuer.did, format!("did:key:{}", first.key_id));
        let waiting = keys::new(&app, &operator(id)).await.expect("made");
        assert_eq!(waiting.state, KeyState::Pending);
        let next = keys::rotate(&app, &operator(id)).await.expect("rotated");
        assert_eq!(next.key_id, waiting.key_id);
        assert_eq!(Some(next.clone()), app.db.of(id).active_key().await.expect("read"));
        let row = app.db.of(id).issuer().await.expect("read").expect("there");
        assert_eq!(row.did, format!("did:key:{}", next.key_id));

        keys::revoke(&app, &operator(id), &next.key_id).await.expect("revoked");
        assert!(matches!(keys::rotate(&app, &operator(id)).await, Err(KeyFault::NoActiveKey)));
        assert!(matches!(keys::revoke(&app, &operator(id), &next.key_id).await, Err(KeyFault::NoSuchKey)));
        let fresh = keys::new(&app, &operator(id)).await.expect("made");
        assert_eq!(fresh.state, KeyState::Active);
        let log = app.db.of(id).audit(10).await.expect("a log");
        let mut actions: Vec<&str> = log.iter().map(|line| line.action.as_str()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["key.new", "key.new", "key.revoke", "key.rotate"]);
        assert!(log.iter().all(|line| line.actor == "cli"), "{log:?}");
        let stranger = IssuerId::random(&SystemChance);
        assert!(matches!(keys::new(&app, &operator(&stranger)).await, Err(KeyFault::NoIssuer)));
    }

    fn i13_a_service_with_a_public_address_does_not_start_with_an_example_key(temp) {
        let app = temp.app().await;
        let (issuer, first) = organisation(&app, DidMethod::Web).await;
        let id = &issuer.issuer_id;
        let example = keys::adopt(&app, &operator(id), &SigningKey::from_seed(&[7; 32])).await.expect("taken");
        let refused = App::open(public(&temp.config())).await.err().expect("refused");
        assert!(
            matches!(refused, StartError::ExampleKey { ref key_id, .. } if *key_id == example.key_id),
            "{refused}"
        );
        keys::revoke(&app, &operator(id), &example.key_id).await.expect("revoked");
        let app = App::open(public(&temp.config())).await.expect("it starts");
        assert!(keys::open(&app, &first).is_ok());
    }
}

async fn open_or_make(config: &Config) -> Result<App, StartError> {
    let clock = Arc::new(FixedClock::at(
        "2026-03-01T12:00:00Z".parse().expect("a time"),
    ));
    App::open_or_make(config.clone(), clock, Arc::new(SystemChance)).await
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
