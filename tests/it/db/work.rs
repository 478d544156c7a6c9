//! Work promised for later, letters, messages to webhooks; changes of many and their reasons; what
//! the rounds note.

use skillmark::{
    clock::SystemChance,
    db::{
        AuditFilter, AuditRow, BulkChange, BulkRow, BulkState, Claim, DeliveryRow, DeliveryState,
        DomainWay, Error, GivenEntryRow, JobRow, JobState, Lane, Lease, LetterRow, LetterState,
        LetterTextRow, ReceiptKeyRow, ReceiptKeyState, StatusReasonRow, StatusState, SupersededRow,
        Tried, WebhookRow, WebhookState,
    },
    ids::{AuditId, BulkId, CredentialId, JobId, LetterId, WebhookId},
};

use super::{
    issuers::{at, noon},
    people::signed_as,
    world::World,
};
use crate::support::db::on_both;

const LETTERS: &Lane<'static> = &Lane {
    kinds: &["letter"],
    share: i64::MAX,
};

fn job(world: &World<'_>, about: &str) -> JobRow {
    JobRow {
        issuer_id: world.id().clone(),
        job_id: JobId::random(&SystemChance),
        kind: "letter".to_owned(),
        about: about.to_owned(),
        details: "{}".to_owned(),
        actor: "cli".to_owned(),
        state: JobState::Waiting,
        attempts: 0,
        run_after: noon(),
        lease: None,
        leased_until: None,
        total: 2,
        done: 0,
        failed: 0,
        cancelled: 0,
        repeated: 0,
        problem: None,
        created_at: noon(),
        finished_at: None,
    }
}

fn lease(word: &str, until: &str) -> Lease {
    Lease {
        word: word.to_owned(),
        until: at(until),
    }
}

fn line(action: &str, second: &str) -> AuditRow {
    AuditRow {
        audit_id: AuditId::random(&SystemChance),
        at: at(second),
        actor: "ana".to_owned(),
        action: action.to_owned(),
        subject: "x".to_owned(),
        on_behalf: None,
        reason: None,
    }
}

on_both! {
    fn work_belongs_to_one_worker_until_its_lease_ends(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let row = job(&world, "a");
        of.add_job(&row).await.expect("added");
        assert_eq!(of.job_waits("letter", "a").await, Ok(true));
        assert_eq!(of.job_waits("letter", "b").await, Ok(false));
        let other = JobId::random(&SystemChance);
        assert_eq!(of.job_is_planned("letter", "a", &other, noon()).await, Ok(true));
        assert_eq!(of.job_is_planned("letter", "a", &row.job_id, noon()).await, Ok(false), "that is the same");
        assert_eq!(of.job_is_planned("letter", "a", &other, at("2026-03-01T11:59:59Z")).await, Ok(false), "too late");
        assert_eq!(of.job_is_planned("webhook", "a", &other, noon()).await, Ok(false));
        let early = at("2026-03-01T11:00:00Z");
        assert_eq!(temp.db.claim_job(early, &lease("w", "2026-03-01T11:01:00Z"), LETTERS).await, Ok(None));
        let first = temp.db.claim_job(noon(), &lease("one", "2026-03-01T12:00:15Z"), LETTERS).await.expect("answered").expect("due");
        assert_eq!((first.job_id.clone(), first.attempts), (row.job_id.clone(), 1));
        assert_eq!(of.job_is_planned("letter", "a", &other, noon()).await, Ok(false), "somebody began it");
        assert_eq!(temp.db.claim_job(noon(), &lease("two", "2026-03-01T12:00:15Z"), LETTERS).await, Ok(None));
        let id = &row.job_id;
        assert_eq!(of.add_job_once(&row).await, Ok(false), "it is there, and somebody is at it");
        assert_eq!(of.hold_job(id, &lease("one", "2026-03-01T12:00:30Z")).await, Ok(true));
        assert_eq!(of.hold_job(id, &lease("two", "2026-03-01T12:00:30Z")).await, Ok(false));
        assert_eq!(of.keep_job(id, at("2026-03-01T12:00:20Z")).await, Ok(true));
        assert_eq!(temp.db.claim_job(at("2026-03-01T12:00:29Z"), &lease("two", "2026-03-01T12:01:00Z"), LETTERS).await, Ok(None));
        let later = at("2026-03-01T12:00:30Z");
        let second = temp.db.claim_job(later, &lease("two", "2026-03-01T12:01:00Z"), LETTERS).await.expect("answered").expect("forsaken");
        assert_eq!(second.attempts, 2);
        assert_eq!(of.finish_job(id, "one", JobState::Done, None, later).await, Ok(false), "it lost it");
        assert_eq!(of.lay_down_job(id, "two", at("2026-03-01T13:00:00Z"), (false, Some("later"))).await, Ok(true));
        let waits = of.job(id).await.expect("read").expect("there");
        assert_eq!((waits.attempts, waits.problem.as_deref(), waits.lease), (1, Some("later"), None));
        of.turn_job(id, JobState::Waiting, JobState::Paused, later).await.expect("held");
        assert_eq!(of.turn_job(id, JobState::Waiting, JobState::Paused, later).await, Err(Error::NoRow));
        assert_eq!(of.keep_job(id, later).await, Ok(false));
        of.turn_job(id, JobState::Paused, JobState::Waiting, later).await.expect("goes on");
        of.count_job(id.as_str(), 1, 0).await.expect("counted");
        of.end_job(id, JobState::Cancelled, (1, Some("stopped")), later).await.expect("ended");
        assert_eq!(of.end_job(id, JobState::Cancelled, (1, None), later).await, Err(Error::NoRow));
        let over = of.job(id).await.expect("read").expect("there");
        assert_eq!((over.done, over.cancelled, over.finished_at), (1, 1, Some(later)));
        of.add_jobs(&[job(&world, "b"), job(&world, "c")]).await.expect("added");
        assert_eq!(of.jobs("letter", 9).await.map(|rows| rows.len()), Ok(3));
        assert_eq!(of.jobs("letter", 2).await.map(|rows| rows.len()), Ok(2));
        let third = temp.db.claim_job(noon(), &lease("three", "2026-03-01T13:00:00Z"), LETTERS).await.expect("answered").expect("due");
        assert_eq!(of.finish_job(&third.job_id, "three", JobState::Done, None, noon()).await, Ok(true));
        assert_eq!(temp.db.forget_jobs(noon()).await, Ok(0));
        assert_eq!(temp.db.forget_jobs(at("2026-03-02T00:00:00Z")).await, Ok(2));
    }

    fn a_batch_that_is_given_up_says_why_of_each_part(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let batch = JobRow { kind: "batch".to_owned(), ..job(&world, "x") };
        of.add_job(&batch).await.expect("added");
        let mut promises = world.promises(3).await;
        for (n, promise) in promises.iter_mut().enumerate() {
            promise.batch = Some(batch.job_id.to_string());
            promise.issue_event = n.to_string();
        }
        of.promise(&promises).await.expect("written");
        let mut all: Vec<_> = promises.iter().map(|promise| promise.credential_id.clone()).collect();
        all.sort();
        let first = of.pending_after(&batch.job_id, None, 2).await.expect("read");
        let seen: Vec<_> = first.iter().map(|row| row.promise.credential_id.clone()).collect();
        assert_eq!(seen, all[..2]);
        let rest = of.pending_after(&batch.job_id, seen.last(), 9).await.expect("read");
        assert_eq!(rest.iter().map(|row| row.promise.credential_id.clone()).collect::<Vec<_>>(), all[2..]);
        let stored = of.store_many(&[signed_as(&promises[0])], noon()).await.expect("stored");
        assert_eq!((stored.len(), &stored[0].credential_id), (1, &promises[0].credential_id));
        assert_eq!(of.store_many(&[signed_as(&promises[0])], noon()).await.map(|all| all.len()), Ok(0));
        assert_eq!(of.give_up_batch(&batch.job_id, "no key", true).await, Ok(2));
        let parts = of.batch_parts(&batch.job_id, 9).await.expect("read");
        let why: Vec<Option<&str>> = parts.iter().map(|(_, why)| why.as_deref()).collect();
        assert_eq!(why, [Some("no key"), Some("no key"), None]);
        let counts = of.counts().await.expect("counted");
        assert_eq!((counts.pending, counts.issued, counts.failed), (0, 1, 2));
        let issued = of.issued_after(None, 9).await.expect("read");
        assert_eq!(issued.len(), 1);
        assert_eq!(of.issued_after(Some(&issued[0].promise.credential_id), 9).await, Ok(vec![]));
        assert_eq!(of.forsaken(9).await, Ok(vec![]));
    }

    fn a_letter_is_written_once_and_forgets_its_words(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let row = LetterRow {
            issuer_id: ours.id().clone(),
            letter_id: LetterId::random(&SystemChance),
            kind: "earned".to_owned(),
            person_id: None,
            letter_sealed: Some(vec![8; 90]),
            state: LetterState::Waiting,
            problem: None,
            created_at: noon(),
            finished_at: None,
        };
        let letters = std::slice::from_ref(&row);
        assert_eq!(of.add_letters(letters).await, Ok(vec![row.letter_id.clone()]));
        assert_eq!(of.add_letters(letters).await, Ok(vec![]));
        for (silent, changes) in [(true, true), (true, false), (false, true), (true, true)] {
            assert_eq!(of.set_letter_silent("earned", silent).await, Ok(changes));
        }
        assert_eq!(of.silent_letters().await, Ok(vec!["earned".to_owned()]));
        assert_eq!(temp.db.of(theirs.id()).silent_letters().await, Ok(vec![]));
        assert_eq!(of.letter(&row.letter_id).await, Ok(Some(row.clone())));
        of.end_letter(&row.letter_id, LetterState::Failed, Some("550"), noon()).await.expect("ended");
        assert_eq!(of.end_letter(&row.letter_id, LetterState::Sent, None, noon()).await, Err(Error::NoRow));
        let ended = LetterRow { letter_sealed: None, state: LetterState::Failed, problem: Some("550".to_owned()), finished_at: Some(noon()), ..row };
        assert_eq!(of.letters(9).await, Ok(vec![ended]));
        assert_eq!(temp.db.of(theirs.id()).letters(9).await, Ok(vec![]));
        assert_eq!(temp.db.forget_letters(noon()).await, Ok(0));
        assert_eq!(temp.db.forget_letters(at("2026-03-02T00:00:00Z")).await, Ok(1));
        let mut words = LetterTextRow { kind: "earned".to_owned(), subject: "a".to_owned(), body: "b".to_owned(), changed_at: noon() };
        of.set_letter_text(&words).await.expect("set");
        words.subject = "c".to_owned();
        of.set_letter_text(&words).await.expect("set anew");
        assert_eq!(of.letter_texts().await, Ok(vec![words]));
        assert_eq!(temp.db.of(theirs.id()).letter_texts().await, Ok(vec![]));
        of.unset_letter_text("earned").await.expect("gone");
        assert_eq!(of.unset_letter_text("earned").await, Err(Error::NoRow));
    }

    fn messages_belong_to_an_address_and_go_with_it(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let hook = WebhookRow {
            issuer_id: ours.id().clone(),
            webhook_id: WebhookId::random(&SystemChance),
            url: "https://x.example/".to_owned(),
            events: "credential.issued".to_owned(),
            secret_sealed: vec![9; 60],
            state: WebhookState::On,
            failures: 0,
            rests_until: None,
            created_at: noon(),
        };
        of.add_webhook(&hook).await.expect("added");
        let message = DeliveryRow {
            issuer_id: ours.id().clone(),
            delivery_id: "msg_1".to_owned(),
            webhook_id: hook.webhook_id.clone(),
            event: "credential.issued".to_owned(),
            about: "x".to_owned(),
            body: "{}".to_owned(),
            state: DeliveryState::Waiting,
            attempts: 0,
            status: None,
            problem: None,
            next_try: Some(noon()),
            no_later_than: Some(at("2026-03-02T18:00:00Z")),
            created_at: noon(),
            finished_at: None,
        };
        of.add_deliveries(std::slice::from_ref(&message)).await.expect("added");
        let foreign = DeliveryRow { issuer_id: theirs.id().clone(), ..message.clone() };
        assert_eq!(temp.db.of(theirs.id()).add_deliveries(&[foreign]).await, Err(Error::Missing));
        let one = at("2026-03-01T12:00:01Z");
        assert_eq!(of.due_delivery(&hook.webhook_id, at("2026-03-01T11:59:59Z")).await, Ok(None));
        assert_eq!(of.due_delivery(&hook.webhook_id, noon()).await, Ok(Some(message.clone())));
        assert_eq!(temp.db.of(theirs.id()).due_delivery(&hook.webhook_id, noon()).await, Ok(None));
        assert_eq!(of.next_delivery(&hook.webhook_id).await, Ok(Some(noon())));
        // Two who take the same message do not both have it.
        assert_eq!(of.move_delivery("msg_1", Some(noon()), one).await, Ok(true));
        assert_eq!(of.move_delivery("msg_1", Some(noon()), one).await, Ok(false));
        assert_eq!(temp.db.of(theirs.id()).move_delivery("msg_1", Some(one), noon()).await, Ok(false));
        let tried = Tried {
            state: DeliveryState::Failed,
            status: Some(500),
            problem: Some("it answered 500".to_owned()),
            at: noon(),
            next_try: None,
        };
        of.note_delivery("msg_1", &tried).await.expect("noted");
        assert_eq!(of.next_delivery(&hook.webhook_id).await, Ok(None));
        let failed = DeliveryRow { state: DeliveryState::Failed, attempts: 1, status: Some(500), problem: tried.problem.clone(), next_try: None, finished_at: Some(noon()), ..message };
        assert_eq!(of.delivery("msg_1").await, Ok(Some(failed.clone())));
        assert_eq!(of.deliveries(&hook.webhook_id, 9).await, Ok(vec![failed.clone()]));
        let until = at("2026-03-03T00:00:00Z");
        of.wake_delivery("msg_1", one, until).await.expect("waits again");
        let awake = DeliveryRow { state: DeliveryState::Waiting, attempts: 0, next_try: Some(one), no_later_than: Some(until), finished_at: None, ..failed };
        assert_eq!(of.delivery("msg_1").await, Ok(Some(awake)));
        assert_eq!(of.wake_delivery("msg_2", one, until).await, Err(Error::NoRow));
        assert_eq!(of.give_up_deliveries(&hook.webhook_id, "late", at("2026-03-02T23:59:59Z"), noon()).await, Ok(0));
        assert_eq!(temp.db.of(theirs.id()).give_up_deliveries(&hook.webhook_id, "late", until, noon()).await, Ok(0));
        assert_eq!(of.give_up_deliveries(&hook.webhook_id, "late", until, noon()).await, Ok(1));
        let given_up = of.delivery("msg_1").await.expect("read").expect("there");
        assert_eq!((given_up.state, given_up.problem.as_deref(), given_up.finished_at), (DeliveryState::Failed, Some("late"), Some(noon())));
        of.wake_delivery("msg_1", one, until).await.expect("waits again");
        of.rest_webhook(&hook.webhook_id, 3, Some(until)).await.expect("noted");
        assert_eq!(of.webhooks().await.map(|all| (all[0].failures, all[0].rests_until)), Ok((3, Some(until))));
        assert_eq!(temp.db.forget_deliveries(at("2026-03-02T00:00:00Z")).await, Ok(0), "it waits");
        of.turn_webhook(&hook.webhook_id, WebhookState::Off).await.expect("off");
        let off = of.webhooks().await.map(|all| (all[0].state, all[0].failures, all[0].rests_until));
        assert_eq!(off, Ok((WebhookState::Off, 0, None)));
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.remove_webhook(&hook.webhook_id).await, Err(Error::NoRow));
        assert_eq!(others.turn_webhook(&hook.webhook_id, WebhookState::On).await, Err(Error::NoRow));
        of.remove_webhook(&hook.webhook_id).await.expect("gone");
        assert_eq!(of.delivery("msg_1").await, Ok(None));
    }

    fn a_change_of_many_is_decided_once_and_its_reasons_are_kept(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let (old, new) = (ours.promised().await, ours.promised().await);
        let mut both = vec![old.credential_id.clone(), new.credential_id.clone()];
        both.sort();
        let mut row = BulkRow {
            bulk_id: BulkId::random(&SystemChance),
            change: BulkChange::Revoke,
            reason_sealed: Some(vec![1; 50]),
            state: BulkState::Waiting,
            asked_by: "ana".to_owned(),
            asked_at: noon(),
            decided_by: None,
            decided_at: None,
        };
        of.add_bulk_change(&row, &both).await.expect("added");
        let id = row.bulk_id.clone();
        assert_eq!(of.bulk_credentials(&id).await, Ok(both));
        of.decide_bulk_change(&id, BulkState::Done, "bo", noon()).await.expect("decided");
        assert_eq!(of.decide_bulk_change(&id, BulkState::Declined, "cy", noon()).await, Err(Error::NoRow));
        (row.state, row.decided_by, row.decided_at) = (BulkState::Done, Some("bo".to_owned()), Some(noon()));
        assert_eq!(of.bulk_change(&id).await, Ok(Some(row.clone())));
        assert_eq!(of.bulk_changes().await, Ok(vec![row]));
        assert_eq!(temp.db.of(theirs.id()).bulk_change(&id).await, Ok(None));

        let said = line("credential.revoke", "2026-03-01T12:00:00Z");
        of.log(std::slice::from_ref(&said)).await.expect("logged");
        let reason = StatusReasonRow {
            audit_id: said.audit_id.clone(),
            credential_id: old.credential_id.clone(),
            change: "revoke".to_owned(),
            reason_sealed: Some(vec![2; 50]),
            sealed_for: None,
            changed_at: noon(),
        };
        of.add_status_reasons(std::slice::from_ref(&reason)).await.expect("added");
        assert_eq!(of.status_reasons(&old.credential_id).await, Ok(vec![reason]));
        assert_eq!(temp.db.of(theirs.id()).status_reasons(&old.credential_id).await, Ok(vec![]));

        let row = SupersededRow { credential_id: old.credential_id.clone(), by_credential_id: new.credential_id.clone(), superseded_at: noon() };
        of.supersede(&row).await.expect("noted");
        assert!(matches!(of.supersede(&row).await, Err(Error::Duplicate(_))));
        assert_eq!(of.superseded(&old.credential_id).await, Ok(Some(row.clone())));
        assert_eq!(of.supersedes(&new.credential_id).await, Ok(Some(row)));
        assert_eq!(of.superseded(&new.credential_id).await, Ok(None));
        assert_eq!(temp.db.of(theirs.id()).superseded(&old.credential_id).await, Ok(None));
    }

    fn the_log_is_read_by_who_what_and_when_and_forgotten_in_time(temp) {
        let world = World::new(&temp.db).await;
        let mut of = temp.db.of(world.id());
        let lines = [line("a.one", "2026-03-01T12:00:00Z"), line("b.two", "2026-03-01T12:00:01Z"), line("a.one", "2026-03-01T12:00:02Z")];
        of.log(&lines).await.expect("logged");
        assert_eq!(of.audit_actions().await, Ok(vec!["a.one".to_owned(), "b.two".to_owned()]));
        let asked = AuditFilter { action: Some("a.one".to_owned()), from: Some(at("2026-03-01T12:00:01Z")), ..AuditFilter::default() };
        assert_eq!(of.audit_where(&asked, 9).await, Ok(vec![lines[2].clone()]));
        let nobody = AuditFilter { actor: Some("bo".to_owned()), ..AuditFilter::default() };
        assert_eq!(of.audit_where(&nobody, 9).await, Ok(vec![]));
        assert_eq!(of.audit_where(&AuditFilter::default(), 1).await, Ok(vec![lines[2].clone()]));
        assert_eq!(temp.db.forget_audit(at("2026-03-01T12:00:01Z")).await, Ok(1));
    }

    fn keys_for_receipts_follow_each_other(temp) {
        let key = |id: &str, created: &str| ReceiptKeyRow {
            key_id: id.to_owned(),
            state: ReceiptKeyState::Active,
            seed_sealed: Some(vec![7; 72]),
            kek_id: "kek".to_owned(),
            created_at: at(created),
            retired_at: None,
            revoked_at: None,
        };
        let (old, new) = (key("z6Mk1", "2026-03-01T12:00:00Z"), key("z6Mk2", "2026-03-02T12:00:00Z"));
        let before = temp.db.revision().await.expect("counted");
        let mut tx = temp.db.begin().await.expect("begun");
        tx.add_receipt_key(&old).await.expect("added");
        tx.retire_receipt_key(noon()).await.expect("retired");
        tx.add_receipt_key(&new).await.expect("added");
        tx.revoke_receipt_key("z6Mk1", noon()).await.expect("revoked");
        assert_eq!(tx.revoke_receipt_key("z6Mk9", noon()).await, Err(Error::NoRow));
        tx.commit().await.expect("kept");
        assert_eq!(temp.db.active_receipt_key().await, Ok(Some(new.clone())));
        let gone = temp.db.receipt_key("z6Mk1").await.expect("read").expect("there");
        assert_eq!((gone.state, gone.seed_sealed, gone.revoked_at), (ReceiptKeyState::Revoked, None, Some(noon())));
        assert_eq!(temp.db.receipt_keys().await.map(|all| all.len()), Ok(2));
        let after = temp.db.revision().await.expect("counted");
        assert_eq!(after.keys, before.keys + 2);
    }

    fn what_is_unfinished_and_what_changed_is_found(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let (first, second) = (ours.promised().await, ours.promised().await);
        assert_eq!(of.give_up(&second.credential_id, "no key").await, Ok(None));
        let unfinished = of.unfinished().await.expect("counted");
        assert_eq!((unfinished.pending, unfinished.oldest, unfinished.failed), (1, Some(noon()), 1));
        assert_eq!(unfinished.problem.as_deref(), Some("no key"));
        assert_eq!(temp.db.of(theirs.id()).unfinished().await.map(|all| all.pending), Ok(0));
        let day = at("2026-03-02T12:00:00Z");
        let list = &first.status_list_id;
        assert_eq!(of.first_bit_since(list, noon()).await, Ok(None));
        let id = &first.credential_id;
        of.change_status(id, StatusState::Ok, StatusState::Suspended, day).await.expect("changed");
        assert_eq!(of.first_bit_since(list, day).await, Ok(Some(day)));
        assert_eq!(of.first_bit_since(list, at("2026-03-02T12:00:01Z")).await, Ok(None));
        let statuses = of.statuses_of(std::slice::from_ref(id)).await.expect("read");
        assert_eq!((statuses.len(), statuses[0].state), (1, StatusState::Suspended));
        assert_eq!(temp.db.of(theirs.id()).statuses_of(std::slice::from_ref(id)).await, Ok(vec![]));
        // Another purpose has lists of its own.
        let other = CredentialId::random(&SystemChance);
        let places = of.take_status_places_for("suspension", &[other], &SystemChance, noon()).await.expect("taken");
        let row = of.status_list(&places[0].status_list_id).await.expect("read").expect("there");
        assert_eq!(row.purpose, "suspension");
        assert!(places[0].status_list_id != *list);
        assert!(temp.db.dids().await.expect("read").contains(&ours.issuer.did));
        assert_eq!(of.claim(&[1; 32], &[2; 32], noon()).await, Ok(Claim::New));
        assert_eq!(temp.db.forget_requests(noon()).await, Ok(0));
        assert_eq!(temp.db.forget_requests(day).await, Ok(1));
    }

    fn rounds_note_what_they_saw(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let day = at("2026-03-02T12:00:00Z");
        assert_eq!(of.note_domain_lost(noon()).await, Err(Error::NoRow), "never proven");
        of.note_domain_found("lab.example", DomainWay::Dns, noon()).await.expect("noted");
        of.note_domain_lost(day).await.expect("noted");
        let check = of.domain_check().await.expect("read").expect("there");
        assert_eq!((check.failures, check.failing_since, check.checked_at), (1, Some(day), day));
        assert_eq!(temp.db.domains_due(noon(), 9).await, Ok(vec![]));
        assert_eq!(temp.db.domains_due(day, 9).await, Ok(vec![ours.id().clone()]));
        assert_eq!(temp.db.of(theirs.id()).domain_check().await, Ok(None));

        let (url, newer) = ("https://x.example/status/1", day);
        assert_eq!(temp.db.note_list(url, noon(), noon()).await, Ok(noon()));
        assert_eq!(temp.db.note_list(url, newer, noon()).await, Ok(newer));
        assert_eq!(temp.db.note_list(url, noon(), noon()).await, Ok(newer), "an older one is not taken for new");
        assert_eq!(temp.db.forget_lists(noon()).await, Ok(0));
        assert_eq!(temp.db.forget_lists(day).await, Ok(1));

        assert_eq!(of.count_promised("2026-03-01", 2).await, Ok(2));
        assert_eq!(of.count_promised("2026-03-01", 3).await, Ok(5));
        assert_eq!(of.count_promised("2026-03-02", 1).await, Ok(1));
        assert_eq!(temp.db.of(theirs.id()).count_promised("2026-03-01", 1).await, Ok(1));

        let promise = ours.promised().await;
        let entry = GivenEntryRow {
            issuer_id: ours.id().clone(),
            given_hash: vec![3; 32],
            purpose: "revocation".to_owned(),
            credential_id: promise.credential_id,
            created_at: noon(),
        };
        of.add_given_entry(&entry).await.expect("added");
        assert!(matches!(of.add_given_entry(&entry).await, Err(Error::Duplicate(_))));
        assert_eq!(of.given_entry(&[3; 32], "revocation").await, Ok(Some(entry)));
        assert_eq!(of.given_entry(&[3; 32], "suspension").await, Ok(None));
        assert_eq!(temp.db.of(theirs.id()).given_entry(&[3; 32], "revocation").await, Ok(None));
    }
}
