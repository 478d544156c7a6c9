//! What a copy of the database tells whoever stole it (threats I8, J2).
#![expect(
    clippy::disallowed_methods,
    reason = "files on the disk are dated by the machine's own clock"
)]

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use skillmark::{
    clock::{SystemChance, random},
    issue::{keys, people},
};

use crate::support::{
    copy::{copies, found, spellings},
    db::on_both,
    site::Site,
};

on_both! {
    fn i8_a_copy_of_the_database_tells_no_secret_and_nobody(temp) {
        let start = SystemTime::now();
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let id = provider.who.issuer();
        let one_of_a_kind = URL_SAFE_NO_PAD.encode(random::<9>(&SystemChance));
        let [name, email, reference, request, erased] = ["Zyx Canary", "zyx.canary", "CANARY", "request", "Gone Canary"]
            .map(|word| format!("{word}-{one_of_a_kind}"));
        let email = format!("{email}@school.example");
        let mut order = provider.order(&reference);
        order["learner"] = json!({"reference": reference, "name": name, "email": email});
        let send = async |order: &serde_json::Value, request: &str| {
            let ask = site.ask("POST", "/api/v1/credentials").key(&provider.key);
            ask.header("idempotency-key", request).json(order).send().await
        };
        let first = send(&order, &request).await;
        let credential = first.is(201).header("location").rsplit('/').next().expect("an id").to_owned();
        let portfolio = provider.portfolio("Mine", &[&credential]).await;
        let seed = async || {
            let row = site.app.db.of(id).active_key().await.expect("read").expect("a key");
            keys::open(&site.app, &row).expect("opens").seed().to_vec()
        };
        let retired = seed().await;
        keys::rotate(&site.app, &provider.who).await.expect("rotated");
        let active = seed().await;
        // Nothing of somebody who was erased is left either.
        order["learner"] = json!({"reference": format!("{reference}-gone"), "name": erased, "email": format!("gone.{email}")});
        send(&order, "another").await.is(201);
        people::erase(&site.app, &provider.who, &format!("{reference}-gone")).await.expect("erased");

        let kek = std::fs::read_to_string(site.app.config.kek_path()).expect("a key");
        let kek = URL_SAFE_NO_PAD.decode(kek.trim().rsplit(' ').next().expect("a key")).expect("base64");
        let raw = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
        let token = portfolio.strip_prefix("/p/").expect("a token");
        let secrets: Vec<(&str, Vec<u8>)> = vec![
            ("the retired seed", retired),
            ("the seed", active),
            ("the key-encryption key", kek),
            ("the API key", raw(&provider.key[4..])),
            ("the portfolio's token", raw(token)),
            ("the Idempotency-Key", request.clone().into_bytes()),
            ("the name", name.clone().into_bytes()),
            ("the name in lower case", name.to_lowercase().into_bytes()),
            ("the address", email.clone().into_bytes()),
            ("the reference", reference.clone().into_bytes()),
            ("the reference in lower case", reference.to_lowercase().into_bytes()),
            ("the erased name", erased.clone().into_bytes()),
        ];
        let wanted: Vec<(String, Vec<u8>)> = secrets.iter()
            .flat_map(|(what, secret)| spellings(secret).into_iter().map(move |(form, text)| (format!("{what} as {form}"), text)))
            .collect();

        let known = vec![("the credential".to_owned(), credential.into_bytes())];
        let (mut read, mut bytes) = (0, 0);
        for (place, copy) in copies(temp, start).await {
            assert_eq!(found(&copy, &wanted), Vec::<&str>::new(), "{place}");
            read += found(&copy, &known).len();
            bytes += copy.len();
        }
        assert!(read > 0, "{bytes} bytes were read, and nothing we know stands in them");
    }
}
