//! Programs and labs, attempts with what is handed in and scored, who may decide, merged records.

use skillmark::{
    clock::SystemChance,
    db::{
        AttemptEvidenceRow, AttemptKind, AttemptRow, AttemptState, Decision, Error, EvidenceKind,
        Kept, LabRow, PersonRow, ProgramRow, QualificationRow, Reading, ReviewRow, ScoreRow,
        SecondReading, Ts, VersionRow, Voice,
    },
    ids::{AttemptId, EvidenceId, LabId, PathwayId, PersonId, ProgramId, QualificationId},
};

use super::{
    issuers::{at, noon},
    world::World,
};
use crate::support::db::on_both;

/// An organisation with a program, a lab of it, and two learners.
struct House<'d> {
    world: World<'d>,
    program: ProgramRow,
    lab: LabRow,
    ana: PersonRow,
    bo: PersonRow,
}

impl<'d> House<'d> {
    async fn new(db: &'d skillmark::db::Db) -> House<'d> {
        let world = World::new(db).await;
        let program = ProgramRow {
            issuer_id: world.id().clone(),
            program_id: ProgramId::random(&SystemChance),
            name: "Career skills".to_owned(),
            term: "Spring".to_owned(),
            school: "Riverside".to_owned(),
            grade_band: "6-8".to_owned(),
            pathway_id: None,
            pathway_version: None,
            owner: None,
            funding_stream: "Title I".to_owned(),
            turnaround_days: 7,
            second_percent: 10,
            created_at: noon(),
            ended_at: None,
        };
        let lab = LabRow {
            issuer_id: world.id().clone(),
            lab_id: LabId::random(&SystemChance),
            program_id: program.program_id.clone(),
            name: "Data lab".to_owned(),
            held_at: noon(),
            created_at: noon(),
            closed_at: None,
        };
        let mut of = db.of(world.id());
        of.add_program(&program).await.expect("added");
        of.add_lab(&lab).await.expect("added");
        let (ana, bo) = (world.person(1).await, world.person(2).await);
        House {
            world,
            program,
            lab,
            ana,
            bo,
        }
    }

    fn attempt(&self, person: &PersonRow, kind: AttemptKind) -> AttemptRow {
        AttemptRow {
            issuer_id: self.world.id().clone(),
            attempt_id: AttemptId::random(&SystemChance),
            person_id: person.person_id.clone(),
            sealed_for: person.person_id.clone(),
            achievement_id: self.world.achievement.achievement_id.clone(),
            program_id: Some(self.program.program_id.clone()),
            lab_id: Some(self.lab.lab_id.clone()),
            kind,
            state: AttemptState::Open,
            round: 1,
            opened_at: noon(),
            opened_by: "learner".to_owned(),
            submitted_at: None,
            due_at: None,
            decided_at: None,
            decided_by: None,
            second_reading: None,
            credential_id: None,
            edition: 1,
        }
    }
}

fn ids(rows: &[AttemptRow]) -> Vec<AttemptId> {
    rows.iter().map(|row| row.attempt_id.clone()).collect()
}

on_both! {
    fn a_program_follows_a_version_of_a_pathway_that_exists(temp) {
        let (house, other) = (House::new(&temp.db).await, House::new(&temp.db).await);
        let mut of = temp.db.of(house.world.id());
        let id = &house.program.program_id;
        assert_eq!(of.program(id).await, Ok(Some(house.program.clone())));
        assert_eq!(of.programs().await, Ok(vec![house.program.clone()]));
        let pathway = PathwayId::random(&SystemChance);
        let follows = ProgramRow {
            pathway_id: Some(pathway.clone()),
            pathway_version: Some(1),
            name: "Career".to_owned(),
            ..house.program.clone()
        };
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.of(house.world.id()).set_program(&follows).await, Err(Error::Missing));
        drop(tx);
        assert_eq!(of.program(id).await, Ok(Some(house.program.clone())));
        let version = VersionRow {
            issuer_id: house.world.id().clone(),
            id: pathway.to_string(),
            version: 1,
            name: "Ready".to_owned(),
            document: "{}".to_owned(),
            changes: 1,
            changed_at: noon(),
            pinned_at: None,
        };
        of.add_version(Kept::Pathway, &version).await.expect("added");
        for _ in 0..2 {
            of.set_program(&follows).await.expect("set");
            assert_eq!(of.program(id).await, Ok(Some(follows.clone())));
        }
        of.set_program(&house.program).await.expect("set");
        assert_eq!(of.program(id).await, Ok(Some(house.program.clone())), "it follows none");
        let new = ProgramRow { program_id: ProgramId::random(&SystemChance), ..follows.clone() };
        of.add_program(&new).await.expect("added");
        assert_eq!(of.program(&new.program_id).await, Ok(Some(new)));
        let mut others = temp.db.of(other.world.id());
        assert_eq!(others.program(id).await, Ok(None));
        assert_eq!(others.set_program(&ProgramRow { issuer_id: other.world.id().clone(), ..follows }).await, Err(Error::NoRow));
        let out = ProgramRow { turnaround_days: 0, program_id: ProgramId::random(&SystemChance), ..house.program.clone() };
        assert!(matches!(of.add_program(&out).await, Err(Error::Refused(_))));
    }

    fn learners_join_and_leave_programs_and_labs(temp) {
        let (house, other) = (House::new(&temp.db).await, House::new(&temp.db).await);
        let mut of = temp.db.of(house.world.id());
        let (program, lab) = (&house.program.program_id, &house.lab.lab_id);
        let (ana, bo) = (&house.ana.person_id, &house.bo.person_id);
        of.join_program(program, &[ana.clone(), bo.clone()], noon()).await.expect("joined");
        let left: Ts = at("2026-04-01T00:00:00Z");
        of.leave_program(program, ana, left).await.expect("left");
        let inside = of.program_learners(program).await.expect("read");
        let gone = inside.iter().find(|row| row.person_id == *ana).expect("keeps a row");
        assert_eq!((inside.len(), gone.left_at), (2, Some(left)));
        of.join_program(program, std::slice::from_ref(ana), left).await.expect("back");
        assert_eq!(of.programs_of(ana).await.map(|rows| rows[0].left_at), Ok(None));
        let nobody = PersonId::random(&SystemChance);
        assert_eq!(of.leave_program(program, &nobody, left).await, Err(Error::NoRow));

        assert_eq!(of.lab(lab).await, Ok(Some(house.lab.clone())));
        assert_eq!(of.labs().await, Ok(vec![house.lab.clone()]));
        of.add_to_lab(lab, &[ana.clone(), bo.clone()]).await.expect("expected");
        of.add_to_lab(lab, std::slice::from_ref(ana)).await.expect("expected before");
        of.take_from_lab(lab, bo).await.expect("taken off");
        assert_eq!(of.take_from_lab(lab, bo).await, Err(Error::NoRow));
        assert_eq!(of.lab_learners(lab).await, Ok(vec![ana.clone()]));
        assert_eq!(of.labs_of(ana).await, Ok(vec![house.lab.clone()]));
        assert_eq!(of.labs_of(bo).await, Ok(vec![]));
        let offer = house.world.achievement.achievement_id.clone();
        for _ in 0..2 {
            of.offer_at_lab(lab, std::slice::from_ref(&offer)).await.expect("offered");
        }
        assert_eq!(of.lab_offers(lab).await, Ok(vec![offer]));
        of.close_lab(lab, Some(left)).await.expect("closed");
        assert_eq!(of.lab(lab).await.map(|row| row.and_then(|row| row.closed_at)), Ok(Some(left)));
        let mut others = temp.db.of(other.world.id());
        assert_eq!(others.close_lab(lab, None).await, Err(Error::NoRow));
        assert_eq!(others.add_to_lab(lab, std::slice::from_ref(&other.ana.person_id)).await, Err(Error::Missing));
        assert_eq!(others.lab_learners(lab).await, Ok(vec![]));
    }

    fn an_attempt_is_changed_by_whoever_saw_it_last(temp) {
        let (house, other) = (House::new(&temp.db).await, House::new(&temp.db).await);
        let mut of = temp.db.of(house.world.id());
        let first = house.attempt(&house.ana, AttemptKind::Performance);
        of.add_attempt(&first).await.expect("added");
        let twice = house.attempt(&house.ana, AttemptKind::Performance);
        assert!(matches!(of.add_attempt(&twice).await, Err(Error::Duplicate(_))), "one at a time");
        let practice = house.attempt(&house.ana, AttemptKind::Practice);
        of.add_attempt(&practice).await.expect("of another kind");
        let running = of.running_attempt(&first.person_id, &first.achievement_id, AttemptKind::Performance);
        assert_eq!(running.await, Ok(Some(first.clone())));
        let due = at("2026-03-08T12:00:00Z");
        let sent = AttemptRow { state: AttemptState::Submitted, submitted_at: Some(noon()), due_at: Some(due), ..first.clone() };
        of.set_attempt(&sent).await.expect("set");
        assert_eq!(of.set_attempt(&sent).await, Err(Error::NoRow), "somebody was first");
        let id = &first.attempt_id;
        let now = of.attempt(id).await.expect("read").expect("there");
        assert_eq!(now, AttemptRow { edition: 2, ..sent });
        let mut tx = temp.db.begin().await.expect("begun");
        assert_eq!(tx.of(house.world.id()).hold_attempt(id).await, Ok(Some(now.clone())));
        drop(tx);
        assert_eq!(of.attempts_waiting(9).await, Ok(vec![now.clone()]));
        assert_eq!(of.attempts_waiting_count(noon()).await, Ok((1, 0)));
        assert_eq!(of.attempts_waiting_count(at("2026-03-09T00:00:00Z")).await, Ok((1, 1)));
        for hand in ["tutor", "tutor", "learner"] {
            of.add_hand(id, hand).await.expect("noted");
        }
        assert_eq!(of.hands(id).await.map(|hands| hands.len()), Ok(2));
        let late = at("2026-03-08T12:00:01Z");
        assert_eq!(of.attempts_late_for("reviewer", due).await, Ok(0));
        assert_eq!(of.attempts_late_for("reviewer", late).await, Ok(1));
        assert_eq!(of.attempts_late_for("tutor", late).await, Ok(0), "they had a hand in it");
        assert_eq!(of.attempts_returned(late).await, Ok(vec![]));
        let mut tx = temp.db.begin().await.expect("begun");
        let back = AttemptRow { state: AttemptState::Returned, decided_at: Some(due), ..now.clone() };
        tx.of(house.world.id()).set_attempt(&back).await.expect("set");
        assert_eq!(tx.of(house.world.id()).attempts_returned(noon()).await, Ok(vec![]));
        assert_eq!(ids(&tx.of(house.world.id()).attempts_returned(due).await.expect("read")), std::slice::from_ref(id));
        tx.rollback().await.expect("as it was");
        let mut all = ids(&of.attempts_of(&house.ana.person_id).await.expect("read"));
        all.sort();
        let mut both = vec![id.clone(), practice.attempt_id.clone()];
        both.sort();
        assert_eq!(all, both);
        assert_eq!(of.attempts_at(&house.lab.lab_id).await.map(|rows| rows.len()), Ok(2));
        let promise = house.world.promised().await;
        let approved = AttemptRow {
            state: AttemptState::Approved,
            decided_at: Some(noon()),
            decided_by: Some("reviewer".to_owned()),
            second_reading: Some(SecondReading::Sample),
            credential_id: Some(promise.credential_id.clone()),
            ..now
        };
        of.set_attempt(&approved).await.expect("set");
        let approved = AttemptRow { edition: 3, ..approved };
        assert_eq!(of.attempts_approved_by("reviewer").await, Ok(vec![approved.clone()]));
        assert_eq!(of.attempts_to_read_again(9).await, Ok(vec![approved.clone()]));
        assert_eq!(of.attempt_behind(&promise.credential_id).await, Ok(Some(approved)));
        let mut others = temp.db.of(other.world.id());
        assert_eq!(others.attempt(id).await, Ok(None));
        assert_eq!(others.hands(id).await, Ok(vec![]));
    }

    fn what_is_handed_in_leaves_its_file_to_be_deleted(temp) {
        let house = House::new(&temp.db).await;
        let issuer = house.world.id().clone();
        let mut of = temp.db.of(&issuer);
        let attempt = house.attempt(&house.ana, AttemptKind::Performance);
        of.add_attempt(&attempt).await.expect("added");
        let note = AttemptEvidenceRow {
            evidence_id: EvidenceId::random(&SystemChance),
            attempt_id: attempt.attempt_id.clone(),
            round: 1,
            kind: EvidenceKind::Note,
            body_sealed: vec![5; 60],
            file: None,
            media_type: None,
            bytes: None,
            sha256: None,
            added_by: "learner".to_owned(),
            added_at: noon(),
        };
        let file = AttemptEvidenceRow {
            evidence_id: EvidenceId::random(&SystemChance),
            kind: EvidenceKind::File,
            file: Some("x/aa/aa".to_owned()),
            media_type: Some("image/png".to_owned()),
            bytes: Some(7),
            sha256: Some(vec![6; 32]),
            added_at: at("2026-03-01T12:00:01Z"),
            ..note.clone()
        };
        let until = at("2026-03-02T12:00:00Z");
        of.file_is_coming("x/aa/aa", until).await.expect("noted");
        of.file_is_coming("x/bb/bb", until).await.expect("noted");
        of.add_attempt_evidence(&note).await.expect("added");
        of.add_attempt_evidence(&file).await.expect("added");
        of.file_has_come("x/aa/aa").await.expect("referred to");
        assert_eq!(of.file_has_come("x/aa/aa").await, Err(Error::NoRow));
        assert_eq!(temp.db.forgotten_files(noon(), 9).await, Ok(vec![]));
        assert_eq!(temp.db.forgotten_files(until, 9).await, Ok(vec![(issuer.clone(), "x/bb/bb".to_owned())]));
        assert_eq!(of.evidence_of_attempt(&attempt.attempt_id).await, Ok(vec![note.clone(), file.clone()]));
        assert_eq!(of.attempt_evidence(&file.evidence_id).await, Ok(Some(file.clone())));
        of.remove_attempt_evidence(&file.evidence_id).await.expect("removed");
        of.remove_attempt_evidence(&note.evidence_id).await.expect("removed");
        assert_eq!(of.remove_attempt_evidence(&note.evidence_id).await, Err(Error::NoRow));
        assert_eq!(temp.db.forgotten_files(noon(), 9).await, Ok(vec![(issuer.clone(), "x/aa/aa".to_owned())]));
        assert_eq!(temp.db.forgotten_files(until, 1).await.map(|all| all.len()), Ok(1));
        for name in ["x/aa/aa", "x/bb/bb"] {
            temp.db.file_is_deleted(&issuer, name).await.expect("noted");
        }
        assert_eq!(temp.db.forgotten_files(until, 9).await, Ok(vec![]));
    }

    fn scores_are_one_for_each_voice_and_round_and_reviews_for_each_reading(temp) {
        let house = House::new(&temp.db).await;
        let mut of = temp.db.of(house.world.id());
        let attempt = house.attempt(&house.ana, AttemptKind::Performance);
        of.add_attempt(&attempt).await.expect("added");
        let id = attempt.attempt_id.clone();
        let score = |voice: Voice, level: &str| ScoreRow {
            attempt_id: id.clone(),
            round: 1,
            voice,
            criterion: "c1".to_owned(),
            level: level.to_owned(),
            actor: "tutor".to_owned(),
            at: noon(),
            note_sealed: None,
        };
        of.put_scores(&[score(Voice::Own, "1"), score(Voice::Proposed, "1")]).await.expect("put");
        of.put_scores(&[score(Voice::Proposed, "2")]).await.expect("put anew");
        let mut levels: Vec<(String, String)> = of.scores(std::slice::from_ref(&id)).await.expect("read")
            .into_iter().map(|row| (row.voice.to_string(), row.level)).collect();
        levels.sort();
        assert_eq!(levels, [("proposed".to_owned(), "2".to_owned()), ("self".to_owned(), "1".to_owned())]);
        let review = |reading: Reading| ReviewRow {
            attempt_id: id.clone(),
            round: 1,
            reading,
            decision: Decision::Return,
            reviewer: "reviewer".to_owned(),
            feedback_sealed: Some(vec![7; 50]),
            decided_at: noon(),
        };
        of.put_review(&review(Reading::First)).await.expect("put");
        assert_eq!(of.attempts_read_twice(noon()).await, Ok(vec![]));
        of.put_review(&review(Reading::Second)).await.expect("put");
        assert_eq!(of.reviews(std::slice::from_ref(&id)).await.map(|rows| rows.len()), Ok(2));
        assert_eq!(of.attempts_read_twice(noon()).await, Ok(vec![id.clone()]));
        assert_eq!(of.attempts_read_twice(at("2026-03-02T00:00:00Z")).await, Ok(vec![]));
        let nobody = AttemptId::random(&SystemChance);
        assert_eq!(of.scores(std::slice::from_ref(&nobody)).await, Ok(vec![]));
        assert_eq!(of.reviews(&[nobody]).await, Ok(vec![]));
    }

    fn qualifications_end_and_rights_are_suspended_and_given_back(temp) {
        let (ours, theirs) = (World::new(&temp.db).await, World::new(&temp.db).await);
        let mut of = temp.db.of(ours.id());
        let row = QualificationRow {
            qualification_id: QualificationId::random(&SystemChance),
            reviewer: "bo".to_owned(),
            role: "Reviewer".to_owned(),
            title: "Licence".to_owned(),
            valid_until: None,
            created_at: noon(),
        };
        of.add_qualification(&row).await.expect("added");
        assert_eq!(of.qualifications().await, Ok(vec![row.clone()]));
        of.end_qualification(&row.qualification_id, Some(noon())).await.expect("ended");
        assert_eq!(of.qualifications().await.map(|rows| rows[0].valid_until), Ok(Some(noon())));
        let mut others = temp.db.of(theirs.id());
        assert_eq!(others.qualifications().await, Ok(vec![]));
        assert_eq!(others.end_qualification(&row.qualification_id, None).await, Err(Error::NoRow));
        for _ in 0..2 {
            of.suspend_reviewer("bo", "ana", noon()).await.expect("suspended");
        }
        assert_eq!(of.suspended_reviewers().await, Ok(vec!["bo".to_owned()]));
        assert_eq!(others.suspended_reviewers().await, Ok(vec![]));
        of.reinstate_reviewer("bo").await.expect("back");
        assert_eq!(of.suspended_reviewers().await, Ok(vec![]));
    }

    fn two_records_become_one_and_the_old_id_leads_there(temp) {
        let house = House::new(&temp.db).await;
        let mut of = temp.db.of(house.world.id());
        let attempt = house.attempt(&house.ana, AttemptKind::Performance);
        of.add_attempt(&attempt).await.expect("added");
        of.join_program(&house.program.program_id, std::slice::from_ref(&house.ana.person_id), noon()).await.expect("joined");
        let (from, into) = (&house.ana.person_id, &house.bo.person_id);
        let mut tx = temp.db.begin().await.expect("begun");
        tx.of(house.world.id()).merge_people((from, &[1; 32]), (into, &[2; 32]), noon()).await.expect("merged");
        tx.commit().await.expect("kept");
        let led = of.merged(&[from.clone(), into.clone()]).await.expect("read");
        assert_eq!((led.len(), &led[0].person_id, &led[0].into_person_id), (1, from, into));
        assert_eq!(of.merged_into(into).await, Ok(vec![from.clone()]));
        assert_eq!(of.attempts_of(into).await.map(|all| ids(&all)), Ok(vec![attempt.attempt_id.clone()]));
        assert_eq!(of.programs_of(into).await.map(|rows| rows.len()), Ok(1));
        let kept = of.attempt(&attempt.attempt_id).await.expect("read").expect("there");
        assert_eq!(&kept.sealed_for, from, "what was sealed keeps its key");
        let all = of.everybody().await.expect("read");
        assert!(all.iter().any(|row| row.person_id == *into) && all.iter().all(|row| row.person_id != *from));
    }
}
