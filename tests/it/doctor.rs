//! `skillmark doctor`: well, and with one thing after another out of order.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
};

use crate::{
    cli::{Desk, Done},
    support::db::{Temp, on_both},
};

/// An organisation made by the program itself, with two credentials.
struct Ward<'t> {
    desk: Desk,
    temp: &'t Temp,
}

impl<'t> Ward<'t> {
    fn open(temp: &'t Temp) -> Ward<'t> {
        let desk = Desk::new().with_class();
        let ward = Ward { desk, temp };
        let web = "https://harbour.example";
        ward.run(&["init", "--name", "Harbour", "--web", web]).is(0);
        ward.run(&["issue", "knots.json", "class.csv"]).is(0);
        ward
    }

    fn run(&self, arguments: &[&str]) -> Done {
        let data = self.temp.folder.path().to_str().expect("a path");
        let mut arguments = [arguments, &["--data", data]].concat();
        if let Some(url) = &self.temp.url {
            arguments.extend(["--database-url", url.as_str()]);
        }
        self.desk.run(&arguments)
    }

    fn look(&self) -> Done {
        self.run(&["doctor", "--listen", "127.0.0.1:0"])
    }

    /// Breaks something, looks, and mends it.
    async fn with(&self, broken: &str, mended: &str) -> Done {
        self.temp.sql(broken).await.expect("broken");
        let seen = self.look();
        self.temp.sql(mended).await.expect("mended");
        seen
    }
}

on_both! {
    fn a_well_house_is_told_so(temp) {
        let ward = Ward::open(temp);
        let key = &temp.texts("select key_id from issuer_keys").await[0];
        let list = &temp.texts("select status_list_id from status_lists").await[0];
        let seen = ward.look().is(0)
            .says("  ok    contexts: unchanged")
            .says("  ok    address: 127.0.0.1:0 is free")
            .says("  warn  public address: http://localhost:8080 is this machine only")
            .says(&format!("  ok    database: {}, ", temp.db.engine()))
            .says("kek.key is read")
            .says("  ok    organisation: Harbour, did:key:z6Mk")
            .says(&format!("  ok    signing key: {key} opens"))
            .says(&format!("  ok    status list: {list} holds until "))
            .says("  ok    promises: every credential is signed")
            .says("Nothing fails.");
        drop(seen);
        let public = ["doctor", "--listen", "127.0.0.1:0", "--public-url", "https://badges.example"];
let seen = ward.run(&public).is(0);
        // Of the server of a Postgres it may say that its log is talkative.
        if temp.url.is_none() {
            seen.says("All is well. Next: skillmark serve");
        }
    }

    fn lists_that_strangers_cannot_rely_on_are_told(temp) {
        let ward = Ward::open(temp);
        let next = "        Next: skillmark serve";
        ward.with("update status_lists set changes = changes + 2", "update status_lists set changes = changes - 2").await
            .is(1).says("FAIL  status list: ").says(" lacks 2 changes").says(next).says("1 failure.");
        ward.with("update status_entries set state = 'revoked'", "update status_entries set state = 'ok'").await
            .is(1).says(" cannot be relied on: its bits are others than our records say").says(next);
        // Another letter in what was signed.
        ward.with("update status_documents set document = replace(document, '\"revocation\"', '\"suspension\"')",
            "update status_documents set document = replace(document, '\"suspension\"', '\"revocation\"')").await
            .is(1).says(" cannot be relied on: ");
        ward.with("update status_documents set published_at = '2026-01-01T00:00:00Z'", "update status_documents set published_at = '2126-01-01T00:00:00Z'").await
            .is(0).says("warn  status list: ").says(" was not renewed for two days; it holds until ").says(next);
        temp.sql("delete from status_documents").await.expect("deleted");
        ward.look().is(1).says(" was never published");
    }

    fn promises_that_nobody_kept_are_told(temp) {
        let ward = Ward::open(temp);
        temp.sql("update credentials set proof_created = '2026-01-02T03:04:05Z', state = 'pending', \
            document = null, jwt = null, issued_at = null").await.expect("broken");
        ward.look().is(1)
            .says("FAIL  promises: 2 credentials promised and not signed, since 2026-01-02T03:04:05Z")
            .says("        Next: skillmark serve: it signs them when it starts");
        temp.sql("update credentials set state = 'failed', problem = '/name: is too odd'").await.expect("given up");
        ward.look().is(0).says("warn  promises: 2 credentials could not be signed: /name: is too odd");
    }

    fn i3_keys_that_do_not_open_are_told(temp) {
        let ward = Ward::open(temp);
        let key = &temp.texts("select key_id from issuer_keys").await[0];
        let kek = &temp.texts("select kek_id from issuer_keys").await[0];
        ward.with("update issuer_keys set kek_id = '0123456789abcdef'", &format!("update issuer_keys set kek_id = '{kek}'")).await
            .is(1)
            .says(&format!("FAIL  signing key: {key}: "))
            .says("sealed under the key-encryption key 0123456789abcdef")
            .says("        Next: put the key file it was sealed under back (--kek-file)");
        ward.look().is(0);

        let file = temp.folder.path().join("kek.key");
        let aside = temp.folder.path().join("aside.key");
        fs::rename(&file, &aside).expect("moved");
        ward.look().is(1).says("FAIL  key file: there is no key-encryption key at").says("        Next: put the file back");
        fs::rename(&aside, &file).expect("moved back");
        ward.look().is(0);

        let zeros = if temp.url.is_some() { "'\\x00'" } else { "x'00'" };
        temp.sql(&format!("update issuer_keys set seed_sealed = {zeros}")).await.expect("broken");
        ward.look().is(1).says(&format!("FAIL  signing key: {key}: ")).says("it was changed, or belongs elsewhere");
        // What it says to do helps.
        ward.run(&["keys", "rotate"]).is(0);
        ward.look().is(0);
        temp.sql("update issuer_keys set state = 'retired', seed_sealed = null, retired_at = created_at").await.expect("broken");
        ward.look().is(1).says("FAIL  signing key: none signs").says("        Next: skillmark keys new");
    }
}

#[test]
fn before_anything_is_there_it_makes_nothing() {
    let desk = Desk::new();
    desk.run(&["doctor", "--listen", "127.0.0.1:0"])
        .is(0)
        .says("warn  database: none yet at ./skillmark-data/skillmark.sqlite")
        .says("        Next: skillmark init");
    assert!(!desk.path("skillmark-data").exists());
    desk.run(&["migrate"]).is(0).says("up to date (SQLite)");
    desk.run(&["doctor", "--listen", "127.0.0.1:0"])
        .is(0)
        .says("warn  organisations: none yet");
    let file = desk.path("skillmark-data/skillmark.sqlite");
    fs::remove_file(&file).expect("a store");
    fs::create_dir(&file).expect("a folder in its place");
    desk.run(&["doctor", "--listen", "127.0.0.1:0"])
        .is(1)
        .says("FAIL  database: ")
        .says("        Next: see that");
}

#[test]
fn another_program_in_our_place_is_told() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = taken.local_addr().expect("an address").to_string();
    // Both say that they are well; neither says that it is us.
    let other = std::thread::spawn(move || {
        for answer in ["{\"status\":\"ok\"}", ""] {
            let (mut stream, _) = taken.accept().expect("a visitor");
            let mut asked = [0; 16];
            stream.read_exact(&mut asked).expect("a question");
            assert_eq!(&asked, b"GET /health/live");
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n{answer}").expect("answered");
        }
        taken
    });
    for _ in 0..2 {
        desk.run(&["doctor", "--listen", &place])
            .is(1)
            .says(&format!("FAIL  address: {place} cannot be listened on, and no Skillmark server answers there"))
            .says("        Next: stop what has it, or --listen ");
    }
    drop(other.join().expect("no panic"));
}
