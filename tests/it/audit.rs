//! `skillmark audit`: well, and with one thing after another that is not as it was issued (H16).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use skillmark::{
    ids::CredentialId,
    issue::{
        audit::{self, Told},
        list,
        revoke::{self, Change},
    },
};

use crate::{
    cli::{Desk, Done},
    support::{
        db::{Temp, on_both},
        site::Site,
    },
};

/// Two credentials of one organisation, made by the program itself.
struct Archive<'t> {
    desk: Desk,
    temp: &'t Temp,
    /// The ids of the credentials, and of their list.
    credentials: Vec<String>,
    list: String,
}

impl<'t> Archive<'t> {
    async fn open(temp: &'t Temp) -> Archive<'t> {
        let mut archive = Archive {
            desk: Desk::new().with_class(),
            temp,
            credentials: Vec::new(),
            list: String::new(),
        };
        let web = "https://harbour.example";
        archive
            .run(&["init", "--name", "Harbour", "--web", web])
            .is(0);
        archive.run(&["issue", "knots.json", "class.csv"]).is(0);
        archive.credentials = temp
            .texts("select credential_id from credentials order by credential_id")
            .await;
        archive.list = temp
            .texts("select status_list_id from status_lists")
            .await
            .remove(0);
        archive
    }

    fn run(&self, arguments: &[&str]) -> Done {
        let data = self.temp.folder.path().to_str().expect("a path");
        let mut arguments = [arguments, &["--data", data]].concat();
        if let Some(url) = &self.temp.url {
            arguments.extend(["--database-url", url.as_str()]);
        }
        self.desk.run(&arguments)
    }

    /// Changes what `set` says of the first credential, audits, and puts it back.
    async fn with(&self, set: &str) -> Vec<String> {
        let first = &self.credentials[0];
        let keep = "create table kept as select * from credentials";
        self.temp.sql(keep).await.expect("kept");
        let change = format!("update credentials set {set} where credential_id = '{first}'");
        self.temp.sql(&change).await.expect("changed");
        let said = self.differences();
        for column in [
            "document",
            "document_sha256",
            "unsigned_sha256",
            "jwt",
            "key_id",
            "public_id",
            "issued_at",
            "valid_from",
            "valid_until",
            "proof_created",
            "status_index",
        ] {
            let back = format!(
                "update credentials set {column} = (select k.{column} from kept k \
                 where k.credential_id = credentials.credential_id)"
            );
            self.temp.sql(&back).await.expect("put back");
        }
        self.temp.sql("drop table kept").await.expect("dropped");
        said
    }

    /// What the audit says of the first credential, and that it says it of no other.
    fn differences(&self) -> Vec<String> {
        let done = self.run(&["audit"]).is(1);
        let start = format!("credential {}: ", self.credentials[0]);
        let mut lines: Vec<String> = done.out().lines().map(str::to_owned).collect();
        let last = lines.pop().expect("a last line");
        let count = lines.len();
        let plural = if count == 1 { "" } else { "s" };
        let sum = format!(
            "Looked at 2 credentials, 1 status list and 1 organisation: \
             {count} difference{plural}, in 1 credential."
        );
        assert_eq!(last, sum);
        let of_first = lines
            .iter()
            .map(|line| line.strip_prefix(&start).expect(line).to_owned());
        of_first.collect()
    }
}

const WELL: &str =
    "Looked at 2 credentials, 1 status list and 1 organisation: everything is as it was issued.\n";

on_both! {
    fn what_was_not_touched_is_said_to_be_well(temp) {
        let archive = Archive::open(temp).await;
        assert_eq!(archive.run(&["audit"]).is(0).out(), WELL);
        // Revoked, suspended, signed by a key that is gone: all as our records say.
        let [first, second] = &archive.credentials[..] else { panic!("two") };
        archive.run(&["revoke", first]).is(0);
        archive.run(&["keys", "rotate"]).is(0);
        assert_eq!(archive.run(&["audit"]).is(0).out(), WELL);
        archive.run(&["suspend", second]).is(0);
        assert_eq!(archive.run(&["audit"]).is(0).out(), WELL);
        let id = &temp.texts("select issuer_id from issuers").await[0];
        assert_eq!(archive.run(&["audit", "--organisation", id]).is(0).out(), WELL);
        let other = "AAAAAAAAAAAAAAAAAAAAAA";
        archive.run(&["audit", "--organisation", other]).is(1).says(&format!("there is no organisation {other}"));
        // A promise that was never kept is no credential yet.
        temp.sql("update credentials set state = 'pending', document = null, jwt = null").await.expect("broken");
        let done = archive.run(&["audit"]).is(0).says("Promised and not signed: 2.");
        assert_eq!(done.out(), WELL.replace("2 credentials", "0 credentials"));
    }

    fn h16_every_changed_part_of_a_credential_is_named(temp) {
        let archive = Archive::open(temp).await;
        let one = |set: &'static str| archive.with(set);
        let said = one("document = replace(document, 'Knots', 'Boats')").await;
        assert!(said[0].starts_with("its document was changed: its SHA-256 is "), "{said:?}");
        assert_eq!(said[1..], [
            "it is not the document that was checked before it was signed",
            "its document does not verify: The signature does not fit: the document was changed, or signed with another key.",
            // The token's payload is the document's.
            "its JWT does not verify: The signature does not fit: the token was changed, or signed with another key.",
        ]);
        let said = one("document = '{'").await;
        let why = skillmark::json::parse("{").expect_err("no JSON");
        assert_eq!(said[1], format!("its document cannot be read: {why}"), "{said:?}");
        let zeros = if temp.url.is_some() { "'\\x00'" } else { "x'00'" };
        let said = archive.with(&format!("document_sha256 = {zeros}")).await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].ends_with(", that of what was signed was 00"), "{said:?}");
        assert_eq!(archive.with(&format!("unsigned_sha256 = {zeros}")).await, ["it is not the document that was checked before it was signed"]);
        let said = one("jwt = replace(jwt, '.', '.e')").await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("its JWT does not verify: "), "{said:?}");
        let said = one("public_id = 'urn:uuid:0'").await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("its id is ") && said[0].ends_with(", and urn:uuid:0 was promised"), "{said:?}");
        // What a damaged store says moves no cursor.
        let escape = if temp.url.is_some() { "chr(27)" } else { "char(27)" };
        let said = archive.with(&format!("public_id = {escape} || '[2J'")).await;
        assert!(said[0].ends_with(", and \u{fffd}[2J was promised"), "{said:?}");
        let said = one("valid_until = '2031-01-01T00:00:00Z'").await;
        assert_eq!(said, ["its validUntil is nothing, and 2031-01-01T00:00:00Z was promised"]);
        for (set, name) in [("valid_from", "validFrom"), ("proof_created", "proof's date")] {
            let said = archive.with(&format!("{set} = '2020-01-01T00:00:00Z'")).await;
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].starts_with(&format!("its {name} is ")) && said[0].ends_with(", and 2020-01-01T00:00:00Z was promised"), "{said:?}");
        }
        assert_eq!(archive.run(&["audit"]).is(0).out(), WELL);
    }

    fn h16_status_and_keys_that_disagree_are_named(temp) {
        let archive = Archive::open(temp).await;
        let [first, list] = [&archive.credentials[0], &archive.list];
        let key = &temp.texts("select key_id from issuer_keys").await[0];
        let of_first = format!("where credential_id = '{first}'");

        // The bit that strangers see is not what we say.
        let revoked = "update status_entries set changed_at = '2020-01-01T00:00:00Z', state =";
        temp.sql(&format!("{revoked} 'revoked' {of_first}")).await.expect("broken");
        let done = archive.run(&["audit"]).is(1);
        assert_eq!(done.out(), format!(
            "status list {list}: its bits are others than our records say\n\
             credential {first}: it is revoked here, and its bit in the published list {list} is clear\n\
             Looked at 2 credentials, 1 status list and 1 organisation: 2 differences, in 1 credential.\n"
        ));
        temp.sql(&format!("{revoked} 'ok' {of_first}")).await.expect("mended");

        // A key that nobody should believe, or that had gone before.
        temp.sql("update issuer_keys set retired_at = '2020-01-01T00:00:00Z'").await.expect("broken");
        let said = archive.run(&["audit"]).is(1);
        assert!(said.out().contains(", and its key signed nothing after 2020-01-01T00:00:00Z\n"), "{}", said.out());
        temp.sql("update issuer_keys set retired_at = null").await.expect("mended");
        assert_eq!(archive.run(&["audit"]).is(0).out(), WELL);
        archive.run(&["keys", "revoke", key]).is(0);
        let said = archive.run(&["audit"]).is(1);
        let gone = format!("credential {first}: its key {key} was taken back, so that nobody believes it: issue it again, or revoke it\n");
        assert!(said.out().contains(&gone), "{}", said.out());

        // No list at all.
        temp.sql("delete from status_documents").await.expect("deleted");
        archive.run(&["audit"]).is(1).says(&format!("status list {list}: it was never published"));
    }
}

on_both! {
    fn a_change_on_its_way_is_no_difference(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside Tutoring").await;
        let mut credentials: Vec<CredentialId> = Vec::new();
        for learner in ["S-1", "S-2", "S-3"] {
            credentials.push(provider.issue(learner).await.parse().expect("an id"));
        }
        let (app, who) = (site.app.clone(), provider.who.clone());
        let stop = Arc::new(AtomicBool::new(false));
        let changing = tokio::spawn({
            let stop = stop.clone();
            async move {
                let mut changes = 0;
                while !stop.load(Ordering::SeqCst) {
                    for change in [Change::Suspend, Change::Reinstate] {
                        for id in &credentials {
                            revoke::change(&app, &who, id, change).await.expect("changed");
                            list::publish_all(&app, who.issuer()).await.expect("published");
                            changes += 1;
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    }
                }
                changes
            }
        });
        let issuers = site.app.db.issuers().await.expect("organisations");
        let mut told = Vec::new();
        for _ in 0..25 {
            let hear = &mut |said| {
                if let Told::Mismatch(mismatch) = said {
                    told.push(mismatch);
                }
            };
            let summary = audit::run(&site.app, &issuers, hear).await.expect("looked");
            assert_eq!((summary.credentials, summary.lists), (3, 1));
        }
        stop.store(true, Ordering::SeqCst);
        let changes = changing.await.expect("no panic");
        assert!(changes > 5, "{changes} changes are too few to meet one");
        assert_eq!(told, []);
    }
}
