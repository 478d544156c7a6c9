//! What programs may ask, and what they are told.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use skillmark::{issue::issuer, who::Scope};

use super::super::support::{
    copy::{dump, found, spellings},
    db::{Temp, on_both},
    site::{Site, memo},
};

on_both! {
    fn the_same_order_gives_the_same_bytes(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let order = provider.order("S-1042");
        let send = async |key: &str, order: &serde_json::Value| {
            site.ask("POST", "/api/v1/credentials").key(&provider.key).header("idempotency-key", key).json(order).send().await
        };
        let first = send("one", &order).await;
        let second = send("one", &order).await;
        assert_eq!(first.is(201).body, second.is(200).body);
        assert_eq!(send("one", &provider.order("S-1043")).await.is(422).json()["type"], "/docs#idempotency_key_reused");
        let mut other = order.clone();
        other["levels"]["Uses evidence"] = json!("Proficient");
        assert_eq!(send("two", &other).await.is(409).json()["type"], "/docs#issued_otherwise");
        assert_eq!(send("", &order).await.is(400).json()["type"], "/docs#idempotency_key");
    }

    fn i3_without_its_key_file_it_refuses_to_sign_and_goes_on_checking(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (id, key, order) = (provider.issue("S-1").await, provider.key.clone(), provider.order("S-2"));
        assert_eq!(site.get("/health/ready").await.is(200).json(), json!({"status": "ok", "signing": true}));

        let site = site.without_kek().await;
        assert_eq!(site.get("/health/ready").await.is(200).json(), json!({"status": "ok", "signing": false}));
        let refused = site.ask("POST", "/api/v1/credentials").key(&key).json(&order).send().await;
        assert_eq!(refused.is(503).json()["type"], "/docs#signing_unavailable");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(temp.number("select count(*) from credentials").await, 1);

        let credential = site.get(&format!("/c/{id}.json")).await.is(200).json();
        let report = site.ask("POST", "/api/v1/verify").json(&credential).send().await;
        assert_eq!(report.is(200).json()["verdict"], "valid");
        site.get(&format!("/c/{id}")).await.is(200);
    }

    fn h6_what_could_not_be_stored_is_stored_the_next_time_and_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let order = provider.order("wantserror");
        let send = async || {
            site.ask("POST", "/api/v1/credentials").key(&provider.key).header("idempotency-key", "one").json(&order).send().await
        };
        let (make, drop): (&[&str], &str) = match temp.url {
            None => (&["create trigger refuse before update on credentials when new.state = 'issued'                        begin select raise(abort, 'no room'); end"], "drop trigger refuse"),
            Some(_) => (&["create function refuse() returns trigger language plpgsql as                            $$ begin if new.state = 'issued' then raise exception 'no room'; end if; return new; end $$",
                          "create trigger refuse before update on credentials for each row execute function refuse()"],
                        "drop trigger refuse on credentials"),
        };
        for statement in make {
            temp.sql(statement).await.expect("a trigger");
        }
        let refused = send().await;
        assert_eq!(refused.is(503).json()["type"], "/docs#busy");
        assert_eq!(refused.header("retry-after"), "10");
        assert_eq!(temp.number("select count(*) from credentials where state = 'pending'").await, 1);
        send().await.is(503);

        temp.sql(drop).await.expect("no trigger");
        let kept = send().await;
        assert_eq!(kept.is(200).body, send().await.is(200).body);
        assert_eq!(temp.number("select count(*) from credentials").await, 1);
        assert_eq!(temp.number("select count(*) from credentials where state = 'issued'").await, 1);
    }

    fn every_fault_of_an_order_is_named_and_nothing_is_issued(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let mut order = provider.order("S-1042");
        order["levels"] = json!({"Uses evidence": "Superb"});
        order["date"] = json!("1 March");
        order["evidence"] = json!([{"name": "Memo", "digest": "abc"}]);
        order["assessor"] = json!(null);
        let answer = provider.send("/api/v1/credentials", &order).await;
        let faults = answer.is(422).json()["faults"].clone();
        let pointers: Vec<_> = faults.as_array().expect("faults").iter().map(|fault| fault["pointer"].as_str().expect("a pointer").to_owned()).collect();
        for pointer in ["/levels/Uses evidence", "/levels/Explains clearly", "/date", "/assessor/role", "/evidence/0/digest"] {
            assert!(pointers.iter().any(|found| found == pointer), "{pointer} is not in {faults}");
        }
        answer.hides("Superb");
        assert_eq!(temp.number("select count(*) from credentials").await, 0);
    }

    fn a_credential_is_read_and_changed_by_its_own_organisation(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let other = site.provider("Hillside Tutoring").await;
        let id = provider.issue("S-1042").await;
        let path = format!("/api/v1/credentials/{id}");
        let read = site.ask("GET", &path).key(&provider.key).send().await;
        assert_eq!(read.is(200).json()["status"], "ok");
        assert_eq!(read.json()["page"], format!("http://localhost:8080/c/{id}"));
        site.ask("GET", &path).key(&other.key).send().await.is(404);
        other.change(&id, "revoke").await.is(404);
        assert_eq!(provider.change(&id, "suspend").await.is(200).json()["status"], "suspended");
        assert_eq!(site.ask("GET", &path).key(&provider.key).send().await.json()["status"], "suspended");
        provider.send(&format!("{path}/status"), &json!({"change": "forget"})).await.is(400);
        let credential = site.get(&format!("/c/{id}.json")).await.json();
        let link = credential["evidence"][0]["id"].as_str().expect("a link").strip_prefix("http://localhost:8080").expect("ours").to_owned();
        site.get(&link).await.is(401).shows("This work is private.");
        let staff = site.ask("GET", &link).key(&provider.key).send().await;
        assert_eq!(staff.is(200).json()["name"], "One-page memo");
        site.ask("GET", &link).key(&other.key).send().await.is(404);
    }

    fn g11_a_revoked_key_stops_at_once(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let (row, secret) = issuer::new_api_key(&site.app, &provider.who, "reader", &[Scope::Read], None).await.expect("a key");
        let id = provider.issue("S-1042").await;
        let path = format!("/api/v1/credentials/{id}");
        let ask = async || site.ask("GET", &path).key(secret.reveal()).send().await;
        ask().await.is(200);
        let denied = site.ask("POST", "/api/v1/credentials").key(secret.reveal()).json(&provider.order("S-1")).send().await;
        assert_eq!(denied.is(403).json()["type"], "/docs#scope_missing");
        issuer::revoke_api_key(&site.app, &provider.who, &row.api_key_id).await.expect("revoked");
        let refused = ask().await;
        assert_eq!(refused.is(401).header("www-authenticate"), "Bearer realm=\"skillmark\"");
        // In a copy of the whole database stands the key's id, and the key in no spelling.
        let mut wanted = vec![("its id".to_owned(), row.api_key_id.as_str().as_bytes().to_vec())];
        for key in [secret.reveal(), provider.key.as_str()] {
            let bits = URL_SAFE_NO_PAD.decode(&key["skm_".len()..]).expect("base64url");
            wanted.extend(spellings(&bits).into_iter().map(|(form, text)| (form.to_owned(), text)));
        }
        assert_eq!(found(&dump(temp), &wanted), ["its id"]);
    }
}

async fn without_a_good_key_nothing_is_done(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let order = provider.order("S-1042").to_string();
    let none = site
        .ask("POST", "/api/v1/credentials")
        .body("application/json", order.clone())
        .send()
        .await;
    assert_eq!(none.is(401).json()["type"], "/docs#key_missing");
    for key in [
        "skm_AAAA",
        "",
        "eyJhbGciOiJFZERTQSJ9.e30.AA",
        &provider.key[..20],
    ] {
        site.ask("POST", "/api/v1/credentials")
            .key(key)
            .body("application/json", order.clone())
            .send()
            .await
            .is(401);
    }
}

async fn a15_a_name_twice_is_duplicate_key_wherever_it_stands(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    // In the whole, one object deep, and three deep.
    let bodies = [
        r#"{"issuer":"did:web:evil.test","issuer":"did:web:victim.test"}"#,
        r#"{"credentialSubject":{"id":"a","id":"b"}}"#,
        r#"{"a":{"b":[{"c":1,"c":2}]}}"#,
        // The same name, spelt otherwise.
        "{\"date\":\"2026-01-01\",\n \"d\\u0061te\":\"2026-01-02\"}",
    ];
    let places = [
        ("issuer", "line 1, column 38"),
        ("id", "line 1, column 35"),
        ("c", "line 1, column 21"),
        ("date", "line 2, column 12"),
    ];
    for (body, (name, place)) in bodies.into_iter().zip(places) {
        for (path, verb) in [
            ("/api/v1/verify", "This"),
            ("/api/v1/credentials", "The body"),
            ("/api/v1/achievements", "The body"),
        ] {
            let answer = site
                .ask("POST", path)
                .key(&provider.key)
                .body("application/json", body)
                .send()
                .await;
            let problem = answer.is(400).json();
            assert_eq!(problem["type"], "/docs#duplicate_key", "{path}: {problem}");
            let detail = problem["detail"].as_str().expect("a sentence");
            let fault = format!("the key \"{name}\" stands twice in one object");
            assert!(detail.contains(&fault), "{verb}: {detail}");
            assert!(detail.to_lowercase().contains(place), "{path}: {detail}");
        }
    }
    let change = r#"{"change":"suspend","change":"revoke"}"#;
    let id = provider.issue("S-1").await;
    let answer = site
        .ask("POST", &format!("/api/v1/credentials/{id}/status"))
        .key(&provider.key)
        .body("application/json", change)
        .send()
        .await;
    assert_eq!(answer.is(400).json()["type"], "/docs#duplicate_key");
}

async fn programs_publish_list_and_issue_by_themselves(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let mut file = memo();
    file["name"] = json!("Explain a decision aloud");
    let path = "/api/v1/achievements";
    let published = provider.send(path, &file).await.is(201).json();
    assert_eq!(provider.send(path, &file).await.is(200).json(), published);
    let listed = site.ask("GET", path).key(&provider.key).send().await;
    let listed = listed.is(200).json();
    let rows = listed["achievements"].as_array().expect("a list");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["id"], provider.achievement.as_str());
    assert_eq!(rows[1], published);
    assert_eq!(rows[1]["name"], "Explain a decision aloud");
    assert_eq!(rows[1]["kind"], "performance");
    assert_eq!(
        rows[1]["achievement"]["task"],
        "Read a week of sales and defend one change."
    );

    let mut order = provider.order("S-1");
    order["achievement"] = published["id"].clone();
    let issued = provider.send("/api/v1/credentials", &order).await;
    assert_eq!(
        issued.is(201).json()["credentialSubject"]["achievement"]["name"],
        "Explain a decision aloud"
    );

    // The same id with other words, and what is no achievement.
    let mut other = published["achievement"].clone();
    other["meaning"] = json!("Something else.");
    let refused = provider.send(path, &other).await;
    assert_eq!(refused.is(409).json()["type"], "/docs#conflict");
    file["task"] = json!(" ");
    let faults = provider.send(path, &file).await.is(422).json();
    assert_eq!(faults["faults"][0]["pointer"], "/task");

    // Only for those who may, and only one's own.
    let other = site.provider("Hillside Tutoring").await;
    let theirs = site.ask("GET", path).key(&other.key).send().await.json();
    assert_eq!(theirs["achievements"].as_array().map(Vec::len), Some(1));
    let operator = &provider.who;
    let made = issuer::new_api_key(&site.app, operator, "issuer", &[Scope::Issue], None).await;
    let (_, secret) = made.expect("a key");
    for method in ["GET", "POST"] {
        let answer = site
            .ask(method, path)
            .key(secret.reveal())
            .json(&file)
            .send()
            .await;
        assert_eq!(answer.is(403).json()["type"], "/docs#scope_missing");
        site.ask(method, path).send().await.is(401);
    }
}

/// What is wrong with our own store is told as our fault, not as the asker's.
async fn a_damaged_achievement_is_our_fault(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let order = provider.order("S-1");
    temp.sql("update achievements set document = replace(document, '\"task\"', '\"tusk\"')")
        .await
        .expect("changed");
    let answer = provider.send("/api/v1/credentials", &order).await;
    assert_eq!(answer.is(500).json()["type"], "/docs#internal");
    answer.hides("tusk");
}

async fn unreadable_things_are_400_and_all_else_is_a_report(temp: &Temp) {
    let site = Site::on(temp).await;
    let verify = async |body: Vec<u8>| {
        site.ask("POST", "/api/v1/verify")
            .body("application/octet-stream", body)
            .send()
            .await
    };
    for unreadable in [
        &b"{"[..],
        b"{\"a\":1,\"a\":2}",
        b"\xff\xfe",
        b"\x89PNG\r\n\x1a\n",
    ] {
        let answer = verify(unreadable.to_vec()).await;
        assert_eq!(
            answer.is(400).header("content-type"),
            "application/problem+json"
        );
    }
    verify(vec![b'['; 400 * 1024]).await.is(413);
    let report = verify(b"{}".to_vec()).await;
    assert_ne!(report.is(200).json()["verdict"], "valid");
    let link = verify(b"https://elsewhere.test/c/1".to_vec()).await;
    assert_eq!(link.is(200).json()["verdict"], "cannot_tell");
}

on_both!(
    without_a_good_key_nothing_is_done,
    a15_a_name_twice_is_duplicate_key_wherever_it_stands,
    programs_publish_list_and_issue_by_themselves,
    a_damaged_achievement_is_our_fault,
    unreadable_things_are_400_and_all_else_is_a_report,
);
