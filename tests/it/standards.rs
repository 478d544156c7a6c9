//! What is taught and what counts: drafts and editions, maps and rubrics in versions, pathways,
//! employers.

use serde_json::{Value, json};
use skillmark::{
    app::App,
    bake::picture::Picture as Medal,
    db::{AttemptKind, EndorsementState, Kept, StackState, VersionRow},
    ids::{AchievementId, CredentialId, DraftId, MapId, PathwayId, PersonId, RubricId},
    issue::{
        Error, Kind, correct,
        issuer::{self, NewIssuer},
        one::{self, Request},
        order::{Assessor, Outcome},
        people, picture as baked,
        plan::{Learner, Row, Wish},
        publish,
        revoke::{self, Change},
    },
    program::{By as ByWhom, attempt, lab, learner, run},
    standard::{
        achievement::{self, Policy},
        draft::{Draft, RubricRef, SkillRef},
        employer::{self, Answer, By, Invitation, Sent, Words},
        map::{Map, Priority, Skill},
        pathway::{
            MapRef, Pathway, Step,
            award::{self, Settle},
            decide::Missing,
        },
        picture,
        rubric::{Rubric, RubricCriterion, RubricLevel},
        versions::{self, Version},
    },
    who::{Role, Scope, Who},
};

use crate::support::{
    db::{Temp, on_both},
    site::Site,
};

/// An organisation of a test's own.
async fn organisation(app: &App, name: &str) -> Who {
    let new = NewIssuer {
        name: name.to_owned(),
        web_address: "https://riverside.example/".to_owned(),
        ..NewIssuer::default()
    };
    let made = issuer::init(app, &new).await.expect("made");
    Who::operator(made.issuer.issuer_id)
}

fn rubric() -> Rubric {
    let level = |name: &str, points: &str| RubricLevel {
        name: name.to_owned(),
        points: points.to_owned(),
    };
    Rubric {
        name: "Memo".to_owned(),
        levels: vec![level("Beginning", "1"), level("Proficient", "2")],
        criteria: vec![RubricCriterion {
            name: "Uses evidence".to_owned(),
            required: "Proficient".to_owned(),
            descriptors: vec!["Names a number.".to_owned(), "Backs each claim.".to_owned()],
            ..RubricCriterion::default()
        }],
        ..Rubric::default()
    }
}

fn map() -> Map {
    let mut map = Map {
        name: "Data".to_owned(),
        ..Map::default()
    };
    map.skills.push(Skill {
        name: "Read a chart".to_owned(),
        priority: Priority::Now,
        standards: vec![standard("6.SP.B.5")],
        jobs: vec![job()],
        ..Skill::default()
    });
    map
}

fn standard(code: &str) -> skillmark::standard::alignment::Standard {
    skillmark::standard::alignment::Standard {
        framework: "CCSS.Math".to_owned(),
        code: code.to_owned(),
        name: "Summarize data".to_owned(),
        url: format!("https://standards.example/{code}"),
        case: false,
    }
}

fn job() -> skillmark::standard::alignment::Job {
    skillmark::standard::alignment::Job {
        code: "43-9111.00".to_owned(),
        title: "Statistical Assistants".to_owned(),
        task: "Compile statistics".to_owned(),
    }
}

async fn a_rubric(app: &App, who: &Who) -> Version<Rubric> {
    let id = RubricId::random(app.chance.as_ref());
    versions::create(app, who, id.as_str(), &rubric())
        .await
        .expect("a rubric")
}

async fn a_map(app: &App, who: &Who) -> Version<Map> {
    let id = MapId::random(app.chance.as_ref());
    versions::create(app, who, id.as_str(), &map())
        .await
        .expect("a map")
}

fn whole(name: &str, rubric: &Version<Rubric>) -> Draft {
    Draft {
        name: name.to_owned(),
        meaning: "Can turn numbers into a recommendation.".to_owned(),
        criteria: "Meets *Proficient*.".to_owned(),
        task: "Read a week of sales.".to_owned(),
        evidence_required: "A memo.".to_owned(),
        rubric: Some(RubricRef {
            id: rubric.id.parse().expect("an id"),
            version: u32::try_from(rubric.version).expect("small"),
        }),
        ..Draft::default()
    }
}

/// An achievement that is published.
async fn published(app: &App, who: &Who, draft: &Draft) -> (DraftId, AchievementId) {
    let written = achievement::create(app, who, draft).await.expect("a draft");
    let edition = achievement::publish(app, who, &written.id)
        .await
        .expect("published");
    (written.id, edition.achievement)
}

fn learner(reference: &str) -> Learner {
    Learner {
        reference: reference.to_owned(),
        name: Some("Ana Canary".to_owned()),
        email: None,
        adult: false,
        wish: Wish::Nothing,
    }
}

/// Somebody is issued an achievement with the required level everywhere.
async fn earn(
    app: &App,
    who: &Who,
    id: &AchievementId,
    reference: &str,
    day: &str,
) -> CredentialId {
    let achievement = publish::achievement(app, who, id).await.expect("there");
    let outcomes = achievement.criteria().iter().map(|criterion| Outcome {
        description: criterion.id.clone(),
        level: criterion
            .required
            .map(|place| criterion.levels[place].id.clone()),
        value: None,
    });
    let performance = achievement.kind() == Kind::Performance;
    let row = Row {
        line: 0,
        learner: learner(reference),
        awarded: format!("{day}T09:00:00Z").parse().expect("a time"),
        outcomes: outcomes.collect(),
        assessor: performance.then(|| Assessor {
            role: "Reviewer".to_owned(),
            qualification: None,
            name: None,
        }),
        evidence: Vec::new(),
        narrative: None,
    };
    let request = Request {
        achievement: id.clone(),
        row,
        person: None,
        valid_until: None,
        key: None,
    };
    one::issue(app, who, &request).await.expect("issued").id
}

/// A credential is issued anew with other words: the one that takes its place.
async fn corrected(app: &App, who: &Who, id: &CredentialId) -> CredentialId {
    let wrong = correct::read(app, who, id).await.expect("read");
    let right = correct::Right {
        awarded: wrong.order.awarded,
        outcomes: wrong.order.outcomes.clone(),
        assessor: wrong.order.assessor.clone(),
        narrative: Some("Put right.".to_owned()),
    };
    correct::correct(app, who, id, &right, "")
        .await
        .expect("corrected")
}

/// A pathway of these achievements, each of which must be earned.
fn of_all(parts: &[&AchievementId]) -> Pathway {
    let step = |id: &&AchievementId| Step {
        achievement: (*id).clone(),
        must: true,
    };
    Pathway {
        name: "Ready for data".to_owned(),
        meaning: "Has shown what a first job asks for.".to_owned(),
        steps: parts.iter().map(step).collect(),
        needed: u32::try_from(parts.len()).expect("few"),
        ..Pathway::default()
    }
}

/// A pathway that is in force.
async fn in_force(app: &App, who: &Who, pathway: &Pathway) -> PathwayId {
    let id = PathwayId::random(app.chance.as_ref());
    let kept = versions::create(app, who, id.as_str(), pathway).await;
    kept.expect("kept");
    award::activate(app, who, &id, 1).await.expect("in force");
    id
}

async fn person(app: &App, who: &Who, reference: &str) -> PersonId {
    let hash = app
        .custody
        .lookup_hash(who.issuer(), reference)
        .expect("a hash");
    let mut rows = app.db.of(who.issuer());
    let found = rows.people_by_lookup(&[hash]).await.expect("read").pop();
    found.expect("known").person_id
}

async fn document(app: &App, who: &Who, id: &CredentialId) -> Value {
    let row = app
        .db
        .of(who.issuer())
        .credential(id)
        .await
        .expect("read")
        .expect("there");
    serde_json::from_str(&row.document.expect("signed")).expect("JSON")
}

fn said(error: &Error) -> Vec<String> {
    match error {
        Error::Faults(faults) => faults.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    }
}

/// Somebody who may do nothing but read.
async fn reader(temp: &Temp, app: &App, who: &Who) -> Who {
    let _ = temp;
    let now = app.now();
    let (row, secret) = skillmark::who::new_api_key(
        who.issuer(),
        "reader",
        &[Scope::Read],
        None,
        now,
        app.chance.as_ref(),
    );
    app.db
        .of(who.issuer())
        .add_api_key(&row)
        .await
        .expect("added");
    Who::by_api_key(&app.db, secret.reveal(), now)
        .await
        .expect("known")
}

on_both! {
    fn a_draft_is_edited_freely_and_published_in_editions_that_never_change(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let (rubric, map) = (a_rubric(&app, &who).await, a_map(&app, &who).await);
        let bare = Draft { name: "Explain".to_owned(), ..Draft::default() };
        let mut written = achievement::create(&app, &who, &bare).await.expect("a draft");
        let check = achievement::check(&app, &who, &written.id).await.expect("checked");
        let places: Vec<&str> = check.faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/meaning", "/criteria", "/task", "/evidence_required", "/rubric"]);
        assert!(check.credential.is_none());
        let refused = achievement::publish(&app, &who, &written.id).await.expect_err("not whole");
        assert_eq!(said(&refused).len(), 5);

        let mut draft = whole("Explain", &rubric);
        draft.skills = vec![SkillRef { map: map.id.parse().expect("an id"), version: 1, skill: "Read a chart".to_owned() }];
        draft.tries = Some(3);
        draft.cool_down_days = 7;
        draft.valid_months = Some(24);
        draft.class_unit = "Algebra I, unit 4".to_owned();
        written = achievement::save(&app, &who, &written.id, written.changes, &draft).await.expect("saved");
        let check = achievement::check(&app, &who, &written.id).await.expect("checked");
        assert_eq!((check.faults, check.warnings, check.edition), (vec![], vec![], 1));
        let first = achievement::publish(&app, &who, &written.id).await.expect("published");
        assert_eq!(first.edition, 1);

        // The very credential that was previewed, but for what is drawn by chance.
        let id = earn(&app, &who, &first.achievement, "S-1", "2026-02-01").await;
        let issued = document(&app, &who, &id).await;
        let preview = Value::from(&check.credential.expect("a preview"));
        assert_eq!(issued["credentialSubject"]["achievement"], preview["credentialSubject"]["achievement"]);
        let names = |value: &Value| { let mut names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect(); names.sort(); names };
        let mut expected = names(&preview);
        expected.push("proof".to_owned());
        expected.retain(|name| name != "evidence");
        expected.sort();
        assert_eq!(names(&issued), expected);
        assert_eq!(issued["validUntil"], "2028-03-01T12:00:00Z");
        assert_eq!(preview["validUntil"], issued["validUntil"]);
        let achievement = &issued["credentialSubject"]["achievement"];
        assert_eq!(achievement["fieldOfStudy"], "Algebra I, unit 4");
        assert_eq!(achievement["alignment"][0]["targetCode"], "6.SP.B.5");
        assert_eq!(achievement["alignment"][1]["targetFramework"], "O*NET-SOC");
        assert_eq!(achievement["resultDescription"][0]["rubricCriterionLevel"][1]["description"], "Backs each claim.");

        // What it rests on is pinned; the next change is the next version.
        let pinned = versions::newest::<Rubric>(&app, &who, &rubric.id).await.expect("there");
        assert!(pinned.pinned_at.is_some());
        let changed = Rubric { name: "Memo, again".to_owned(), ..pinned.document.clone() };
        let next = versions::save(&app, &who, &rubric.id, (1, 1), &changed).await.expect("saved");
        assert_eq!((next.version, next.pinned_at), (2, None));
        let old = versions::version::<Rubric>(&app, &who, &rubric.id, 1).await.expect("there");
        assert_eq!(old.document, pinned.document);
        assert!(versions::newest::<Map>(&app, &who, &map.id).await.expect("there").pinned_at.is_some());

        // Nothing changed, nothing to publish; another edition leaves the first as it was.
        let same = achievement::publish(&app, &who, &written.id).await.expect_err("the same");
        assert_eq!(same.to_string(), "nothing was changed since the last edition");
        let before = publish::row(&app, &who, &first.achievement).await.expect("there");
        draft.tries = None;
        draft.meaning = "Can defend a change.".to_owned();
        written = achievement::save(&app, &who, &written.id, written.changes, &draft).await.expect("saved");
        assert!(written.is_ahead());
        let second = achievement::publish(&app, &who, &written.id).await.expect("published");
        assert_eq!(second.edition, 2);
        assert_ne!(second.achievement, first.achievement);
        assert_eq!(publish::row(&app, &who, &first.achievement).await.expect("there"), before);
        let policy = async |id| achievement::policy(&app, who.issuer(), id).await.expect("a policy");
        assert_eq!(policy(&first.achievement).await, Policy { tries: Some(3), cool_down_days: 7, valid_months: Some(24) });
        assert_eq!(policy(&second.achievement).await, Policy { tries: None, cool_down_days: 7, valid_months: Some(24) });
        let discarded = achievement::discard(&app, &who, &written.id).await.expect_err("published");
        assert_eq!(discarded.to_string(), "it was published, and what was published stays");
    }

    fn two_who_write_at_once_do_not_overwrite_each_other(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let bare = Draft { name: "A".to_owned(), ..Draft::default() };
        let written = achievement::create(&app, &who, &bare).await.expect("a draft");
        let mine = Draft { name: "Mine".to_owned(), ..Draft::default() };
        let theirs = Draft { name: "Theirs".to_owned(), ..Draft::default() };
        achievement::save(&app, &who, &written.id, 1, &mine).await.expect("saved");
        let refused = achievement::save(&app, &who, &written.id, 1, &theirs).await.expect_err("changed since");
        assert!(matches!(refused, Error::Conflict(_)), "{refused}");
        assert_eq!(achievement::open(&app, &who, &written.id).await.expect("there").draft, mine);
        let map = a_map(&app, &who).await;
        let other = Map { name: "Other".to_owned(), ..map.document.clone() };
        versions::save(&app, &who, &map.id, (1, 1), &other).await.expect("saved");
        let refused = versions::save(&app, &who, &map.id, (1, 1), &map.document).await.expect_err("changed since");
        assert!(matches!(refused, Error::Conflict(_)), "{refused}");
        achievement::discard(&app, &who, &written.id).await.expect("thrown away");
    }

    fn g8_g9_what_is_another_organisations_is_as_unknown_as_anything(temp) {
        let app = temp.app().await;
        let (ours, theirs) = (organisation(&app, "Ours").await, organisation(&app, "Theirs").await);
        let foreign_rubric = a_rubric(&app, &theirs).await;
        let foreign_map = a_map(&app, &theirs).await;
        let (foreign_draft, foreign) = published(&app, &theirs, &whole("Foreign", &foreign_rubric)).await;
        let none = "there is no such achievement";
        let unknown = DraftId::random(app.chance.as_ref());
        for id in [&foreign_draft, &unknown] {
            assert_eq!(achievement::open(&app, &ours, id).await.expect_err("none").to_string(), none);
            assert_eq!(achievement::publish(&app, &ours, id).await.expect_err("none").to_string(), none);
            let draft = Draft { name: "x".to_owned(), ..Draft::default() };
            assert_eq!(achievement::save(&app, &ours, id, 1, &draft).await.expect_err("none").to_string(), none);
            assert_eq!(achievement::discard(&app, &ours, id).await.expect_err("none").to_string(), none);
        }
        assert!(versions::newest::<Rubric>(&app, &ours, &foreign_rubric.id).await.is_err());
        assert!(versions::save(&app, &ours, &foreign_rubric.id, (1, 1), &rubric()).await.is_err());
        // A draft may name what is not there, and is not published with it.
        let mut draft = whole("Ours", &foreign_rubric);
        draft.skills = vec![SkillRef { map: foreign_map.id.parse().expect("an id"), version: 1, skill: "Read a chart".to_owned() }];
        let written = achievement::create(&app, &ours, &draft).await.expect("a draft");
        let refused = achievement::publish(&app, &ours, &written.id).await.expect_err("foreign");
        assert_eq!(said(&refused)[..2], ["/rubric: there is no such version of a rubric", "/skills/0: there is no such version of a competency map"]);
        let step = |id: &AchievementId| Step { achievement: id.clone(), must: true };
        let own = published(&app, &ours, &whole("Own", &a_rubric(&app, &ours).await)).await.1;
        let pathway = Pathway { name: "P".to_owned(), meaning: "M".to_owned(), steps: vec![step(&own), step(&foreign)], needed: 2, ..Pathway::default() };
        let id = PathwayId::random(app.chance.as_ref());
        versions::create(&app, &ours, id.as_str(), &pathway).await.expect("kept");
        let refused = award::activate(&app, &ours, &id, 1).await.expect_err("foreign");
        assert_eq!(said(&refused), ["/steps/1: there is no such published achievement"]);
        let invitation = Invitation { organisation: "H".to_owned(), name: String::new(), email: "a@h.example".to_owned(), days: 7 };
        let refused = employer::invite(&app, &ours, &foreign, &invitation, By::Hand).await.expect_err("foreign");
        assert_eq!(refused.to_string(), none);
        // And the database itself refuses.
        let refused = temp.sql(&format!(
            "insert into endorsements (issuer_id, endorsement_id, achievement_id, state, token_hash, by_letter, expires_at, created_at, changed_at) \
             select '{}', 'x', '{foreign}', 'invited', token, false, created_at, created_at, created_at from (select created_at, name as token from issuers limit 1) t",
            ours.issuer()
        )).await;
        assert!(refused.is_err());
    }

    fn nobody_writes_or_publishes_without_the_scope(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let rubric = a_rubric(&app, &who).await;
        let (draft, edition) = published(&app, &who, &whole("A", &rubric)).await;
        let reader = reader(temp, &app, &who).await;
        let bare = Draft { name: "x".to_owned(), ..Draft::default() };
        let pathway = PathwayId::random(app.chance.as_ref());
        let invitation = Invitation { organisation: "H".to_owned(), name: String::new(), email: "a@h.example".to_owned(), days: 7 };
        let refusals = [
            achievement::create(&app, &reader, &bare).await.err(),
            achievement::save(&app, &reader, &draft, 1, &bare).await.err(),
            achievement::discard(&app, &reader, &draft).await.err(),
            achievement::publish(&app, &reader, &draft).await.err(),
            versions::create(&app, &reader, "AAAAAAAAAAAAAAAAAAAAAA", &map()).await.err(),
            versions::save(&app, &reader, &rubric.id, (1, 1), &rubric.document).await.err(),
            picture::upload(&app, &reader, Vec::new()).await.err(),
            award::activate(&app, &reader, &pathway, 1).await.err(),
            award::end(&app, &reader, &pathway).await.err(),
            award::catch_up(&app, &reader, &pathway, 1).await.err(),
            award::settle(&app, &reader, &pathway, &PersonId::random(app.chance.as_ref()), Settle::End).await.err(),
            employer::invite(&app, &reader, &edition, &invitation, By::Hand).await.err(),
            employer::withdraw(&app, &reader, &skillmark::ids::EndorsementId::random(app.chance.as_ref())).await.err(),
        ];
        for (n, refusal) in refusals.into_iter().enumerate() {
            assert!(matches!(refusal, Some(Error::Refused(_))), "{n}: {refusal:?}");
        }
        assert!(achievement::open(&app, &reader, &draft).await.is_ok());
    }

    fn an_uploaded_picture_is_drawn_anew(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let medal = Medal { achievement: "A", issuer: "B", month: "", level: None };
        let baked = skillmark::bake::bake(&medal.png(200).expect("drawn"), r#"{"canary":1}"#).expect("baked");
        let id = picture::upload(&app, &who, baked).await.expect("taken");
        let kept = picture::public(&app, &id).await.expect("read").expect("there");
        assert!(skillmark::bake::extract(&kept).is_err(), "nothing is hidden in it");
        let refused = picture::upload(&app, &who, b"<svg onload=alert(1)>".to_vec()).await.expect_err("no picture");
        assert_eq!(said(&refused).len(), 1);
        // Another organisation cannot use it by its id.
        let other = organisation(&app, "Other").await;
        let mut draft = whole("A", &a_rubric(&app, &other).await);
        draft.picture.upload = Some(id.clone());
        let written = achievement::create(&app, &other, &draft).await.expect("a draft");
        let refused = achievement::publish(&app, &other, &written.id).await.expect_err("foreign");
        assert_eq!(said(&refused), ["/picture/upload: is no picture of yours: upload it again"]);
    }

    fn a_badge_is_baked_into_the_achievements_own_picture(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let medal = Medal { achievement: "A", issuer: "B", month: "", level: None };
        let upload = picture::upload(&app, &who, medal.png(200).expect("drawn")).await.expect("taken");
        let mut draft = whole("A", &a_rubric(&app, &who).await);
        draft.picture.upload = Some(upload.clone());
        let (_, edition) = published(&app, &who, &draft).await;
        let id = earn(&app, &who, &edition, "bea", "2026-02-01").await;
        let signed = document(&app, &who, &id).await.to_string();
        let own = baked::own(&app, &signed).await.expect("read").expect("its own");
        assert_eq!(picture::public(&app, &upload).await, Ok(Some(own.clone())));
        let png = baked::png(&signed, Some(&own)).expect("baked");
        assert_eq!(skillmark::bake::extract(&png).expect("inside").text, signed);
        assert_eq!(png[16..24], own[16..24], "as wide and high");
        assert_ne!(png[16..24], baked::png(&signed, None).expect("drawn")[16..24]);
        let svg = baked::svg(&signed, Some(&own)).expect("baked");
        assert_eq!(skillmark::bake::extract(&svg).expect("inside").text, signed);
        assert!(String::from_utf8_lossy(&svg).contains("data:image/png;base64,"));
        // A picture that stands elsewhere is not fetched, and the badge is drawn.
        let elsewhere = signed.replace("http://localhost:8080/pictures/", "https://elsewhere.example/pictures/");
        assert_eq!(baked::own(&app, &elsewhere).await, Ok(None));
    }

    fn what_is_pinned_is_what_was_read(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let rubric = a_rubric(&app, &who).await;
        let mut steps = Vec::new();
        for name in ["Read", "Explain"] {
            let (_, achievement) = published(&app, &who, &whole(name, &rubric)).await;
            steps.push(Step { achievement, must: true });
        }
        let pathway = Pathway {
            name: "Ready for data".to_owned(),
            meaning: "Ready.".to_owned(),
            steps,
            needed: 2,
            ..Pathway::default()
        };
        let id = PathwayId::random(app.chance.as_ref());
        versions::create(&app, &who, id.as_str(), &pathway).await.expect("kept");
        // Somebody writes it anew while it is put in force.
        let mut tx = app.db.begin().await.expect("begun");
        let mut rows = tx.of(who.issuer());
        let row = rows.version(Kept::Pathway, id.as_str(), 1).await.expect("read").expect("there");
        let renamed = VersionRow {
            name: "Renamed".to_owned(),
            document: row.document.replace("Ready for data", "Renamed"),
            ..row
        };
        rows.rewrite_version(Kept::Pathway, &renamed).await.expect("rewritten");
        let (there, asker, which) = (app.clone(), who.clone(), id.clone());
        let activating = tokio::spawn(async move { award::activate(&there, &asker, &which, 1).await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        tx.commit().await.expect("kept");
        let stack = activating.await.expect("ran").expect("in force");
        let mut rows = app.db.of(who.issuer());
        let stack = rows.achievement(&stack).await.expect("read").expect("there");
        let kept = rows.version(Kept::Pathway, id.as_str(), 1).await.expect("read").expect("there");
        assert_eq!((stack.name.as_str(), kept.name.as_str()), ("Renamed", "Renamed"));
        assert!(kept.pinned_at.is_some());
    }

    fn a_stack_is_awarded_by_itself_and_suspended_when_a_part_is_taken_back(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let rubric = a_rubric(&app, &who).await;
        let mut parts = Vec::new();
        for name in ["Read", "Explain", "Defend"] {
            parts.push(published(&app, &who, &whole(name, &rubric)).await);
        }
        let attended = Draft { kind: Kind::Participation, rubric: None, task: String::new(), evidence_required: String::new(), ..whole("Came along", &rubric) };
        let attended = published(&app, &who, &attended).await.1;
        let map = a_map(&app, &who).await;
        let steps = parts.iter().enumerate().map(|(n, (_, id))| Step { achievement: id.clone(), must: n == 0 });
        let mut pathway = Pathway {
            name: "Ready for data".to_owned(),
            meaning: "Has shown what a first job asks for.".to_owned(),
            steps: steps.collect(),
            needed: 2,
            map: Some(MapRef { id: map.id.parse().expect("an id"), version: 1 }),
            ..Pathway::default()
        };
        let id = PathwayId::random(app.chance.as_ref());
        versions::create(&app, &who, id.as_str(), &pathway).await.expect("kept");

        // Bea has it, Cy has not the one that must be, Dee took part only.
        let read = earn(&app, &who, &parts[0].1, "bea", "2026-02-01").await;
        let explain = earn(&app, &who, &parts[1].1, "bea", "2026-02-03").await;
        earn(&app, &who, &parts[1].1, "cy", "2026-02-03").await;
        earn(&app, &who, &parts[2].1, "cy", "2026-02-04").await;
        earn(&app, &who, &attended, "dee", "2026-02-04").await;
        let dry = award::dry_run(&app, &who, &id, 1).await.expect("a dry run");
        assert_eq!((dry.faults, dry.would_count, dry.have), (vec![], 1, 0));
        assert_eq!(dry.would[0].called, "Ana Canary");
        assert_eq!(dry.would[0].decision.sentence(), "Has 2 of the 2 steps it takes, with every step that must be earned.");
        assert_eq!(dry.on_the_way.len(), 1);
        assert_eq!(dry.on_the_way[0].decision.steps[0].by, Err(Missing::NotEarned));
        assert_eq!(temp.number("select count(*) from pathway_awards").await, 0, "nothing was stored");

        let stack = award::activate(&app, &who, &id, 1).await.expect("in force");
        assert_eq!(award::catch_up(&app, &who, &id, 10).await, Ok((1, 0)));
        assert_eq!(award::catch_up(&app, &who, &id, 10).await, Ok((0, 0)));
        let bea = person(&app, &who, "bea").await;
        let awards = award::awarded(&app, &who, &id).await.expect("read");
        assert_eq!((awards.len(), &awards[0].0.person_id, awards[0].0.state), (1, &bea, StackState::Held));
        let signed = document(&app, &who, &awards[0].0.credential_id).await;
        assert_eq!(signed["name"], "Ready for data");
        assert_eq!(signed["awardedDate"], "2026-02-03T09:00:00Z");
        let narrative = signed["credentialSubject"]["achievement"]["criteria"]["narrative"].as_str().expect("a text");
        assert!(narrative.contains("Each of these must be earned:\n\n- Read\n") && narrative.contains("1 of these must be earned:\n\n- Explain\n- Defend"), "{narrative}");
        let evidence: Vec<&str> = signed["evidence"].as_array().expect("a list").iter().map(|e| e["name"].as_str().expect("a name")).collect();
        assert_eq!(evidence, ["Read", "Explain"]);
        assert!(!signed.to_string().contains("Canary"));
        assert!(!signed.to_string().contains(read.as_str()), "it names no other credential");
        assert!(versions::newest::<Map>(&app, &who, &map.id).await.expect("there").pinned_at.is_some());

        // The next part that counts awards at once; taking part never does.
        let cy = person(&app, &who, "cy").await;
        earn(&app, &who, &parts[0].1, "cy", "2026-02-10").await;
        let done = award::reconsider(&app, who.issuer(), &cy).await.expect("done");
        assert_eq!((done.awarded.len(), done.suspended.len()), (1, 0));
        let again = award::reconsider(&app, who.issuer(), &cy).await.expect("done");
        assert_eq!((again.awarded.len(), again.suspended.len()), (0, 0));
        let dee = person(&app, &who, "dee").await;
        assert!(award::reconsider(&app, who.issuer(), &dee).await.expect("done").awarded.is_empty());

        // Taking back the one that must be: suspended, until somebody decides.
        revoke::change(&app, &who, &read, Change::Revoke).await.expect("revoked");
        let done = award::reconsider(&app, who.issuer(), &bea).await.expect("done");
        assert_eq!(done.suspended, [awards[0].0.credential_id.clone()]);
        let status = async |id: &CredentialId| revoke::status(&app, &who, id).await.expect("a status").state.as_str();
        assert_eq!(status(&awards[0].0.credential_id).await, "suspended");
        let waiting = award::awarded(&app, &who, &id).await.expect("read").remove(0).0;
        assert_eq!((waiting.state, waiting.reason.as_deref()), (StackState::Waiting, Some("Has 1 of the 2 steps it takes; “Read” is earned, and taken back.")));
        assert_eq!(award::list(&app, &who).await.expect("read")[0].waiting, 1);
        award::settle(&app, &who, &id, &bea, Settle::Keep).await.expect("kept");
        assert_eq!(status(&waiting.credential_id).await, "ok");
        let done = award::reconsider(&app, who.issuer(), &bea).await.expect("done");
        assert!(done.suspended.is_empty(), "what somebody decided stands");
        assert!(award::settle(&app, &who, &id, &bea, Settle::End).await.is_err(), "nothing waits");
        // What was decided was decided about that part: another one is asked about again.
        revoke::change(&app, &who, &explain, Change::Revoke).await.expect("revoked");
        let done = award::reconsider(&app, who.issuer(), &bea).await.expect("done");
        assert_eq!(done.suspended, std::slice::from_ref(&waiting.credential_id));
        award::settle(&app, &who, &id, &bea, Settle::Keep).await.expect("kept");
        assert!(award::reconsider(&app, who.issuer(), &bea).await.expect("done").suspended.is_empty());

        // A new version: the old one never changes, and who has the stack keeps it.
        pathway.needed = 3;
        let next = versions::save(&app, &who, id.as_str(), (1, 1), &pathway).await.expect("saved");
        assert_eq!(next.version, 2);
        let second = award::activate(&app, &who, &id, 2).await.expect("in force");
        assert_ne!(second, stack);
        assert_eq!(award::catch_up(&app, &who, &id, 10).await, Ok((0, 0)));
        assert_eq!(temp.number("select count(*) from pathway_stacks where ended_at is null").await, 1);
        let refused = award::activate(&app, &who, &id, 2).await.expect_err("again");
        assert_eq!(refused.to_string(), "this version was activated before");
        award::end(&app, &who, &id).await.expect("ended");
        earn(&app, &who, &parts[0].1, "eli", "2026-02-11").await;
        earn(&app, &who, &parts[1].1, "eli", "2026-02-11").await;
        let eli = person(&app, &who, "eli").await;
        assert!(award::reconsider(&app, who.issuer(), &eli).await.expect("done").awarded.is_empty());

        // A stack goes with its learner into the record that stays.
        let double = people::Details { reference: "bea-2".to_owned(), ..people::Details::default() };
        let double = learner::add(&app, &who, &double).await.expect("added");
        learner::merge(&app, &who, &bea, &double).await.expect("merged");
        let awards = award::awarded(&app, &who, &id).await.expect("read");
        assert!(awards.iter().any(|(award, _)| award.person_id == double && award.credential_id == waiting.credential_id));

        // Erasing somebody erases what is known of their stack.
        people::erase(&app, &who, "bea").await.expect("erased");
        assert_eq!(temp.number("select count(*) from pathway_awards").await, 1);
    }

    fn a_part_that_was_corrected_still_counts(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let rubric = a_rubric(&app, &who).await;
        let read = published(&app, &who, &whole("Read", &rubric)).await.1;
        let explain = published(&app, &who, &whole("Explain", &rubric)).await.1;
        let id = in_force(&app, &who, &of_all(&[&read, &explain])).await;
        let reconsidered = async |person: &PersonId| award::reconsider(&app, who.issuer(), person).await.expect("done");

        // The stack that somebody has stays theirs when a part is put right, also the second time.
        let part = earn(&app, &who, &read, "bea", "2026-02-01").await;
        earn(&app, &who, &explain, "bea", "2026-02-03").await;
        let bea = person(&app, &who, "bea").await;
        assert_eq!(reconsidered(&bea).await.awarded.len(), 1);
        let new = corrected(&app, &who, &part).await;
        assert_eq!(reconsidered(&bea).await, award::Reconsidered::default());
        let wrong = correct::read(&app, &who, &new).await.expect("read");
        let right = correct::Right { awarded: wrong.order.awarded, outcomes: wrong.order.outcomes.clone(), assessor: wrong.order.assessor.clone(), narrative: None };
        correct::correct(&app, &who, &new, &right, "").await.expect("corrected");
        assert_eq!(reconsidered(&bea).await, award::Reconsidered::default());

        // And a part that was put right before the others were earned counts with them.
        let part = earn(&app, &who, &read, "cy", "2026-02-01").await;
        corrected(&app, &who, &part).await;
        earn(&app, &who, &explain, "cy", "2026-02-03").await;
        let dry = award::dry_run(&app, &who, &id, 1).await.expect("a dry run");
        assert_eq!(dry.would_count, 1);
        let cy = person(&app, &who, "cy").await;
        let stack = reconsidered(&cy).await.awarded.remove(0);
        assert_eq!(document(&app, &who, &stack).await["awardedDate"], "2026-02-03T09:00:00Z");
    }

    fn a_stack_comes_back_with_its_parts(temp) {
        let app = temp.app().await;
        let who = organisation(&app, "Riverside").await;
        let rubric = a_rubric(&app, &who).await;
        let read = published(&app, &who, &whole("Read", &rubric)).await.1;
        let explain = published(&app, &who, &whole("Explain", &rubric)).await.1;
        let id = in_force(&app, &who, &of_all(&[&read, &explain])).await;
        let first = earn(&app, &who, &read, "bea", "2026-02-01").await;
        let second = earn(&app, &who, &explain, "bea", "2026-02-03").await;
        let bea = person(&app, &who, "bea").await;
        let reconsidered = async || award::reconsider(&app, who.issuer(), &bea).await.expect("done");
        let stack = reconsidered().await.awarded.remove(0);
        let change = async |credential: &CredentialId, to| revoke::change(&app, &who, credential, to).await.expect("changed");
        let standing = async || {
            let award = award::awarded(&app, &who, &id).await.expect("read").remove(0).0;
            let status = revoke::status(&app, &who, &award.credential_id).await.expect("a status").state;
            (award.state, award.reason.unwrap_or_default(), status.as_str())
        };

        // What it lacks is what it lacks now, and when nothing is lacking any more it is back.
        change(&first, Change::Suspend).await;
        assert_eq!(reconsidered().await.suspended, std::slice::from_ref(&stack));
        let one = "Has 1 of the 2 steps it takes; “Read” is earned, and suspended now.";
        assert_eq!(standing().await, (StackState::Waiting, one.to_owned(), "suspended"));
        change(&second, Change::Suspend).await;
        assert_eq!(reconsidered().await, award::Reconsidered::default());
        let both = "Has 0 of the 2 steps it takes; “Read” is earned, and suspended now; “Explain” is earned, and suspended now.";
        assert_eq!(standing().await, (StackState::Waiting, both.to_owned(), "suspended"));
        change(&second, Change::Reinstate).await;
        reconsidered().await;
        assert_eq!(standing().await, (StackState::Waiting, one.to_owned(), "suspended"));
        change(&first, Change::Reinstate).await;
        reconsidered().await;
        assert_eq!(standing().await, (StackState::Held, String::new(), "ok"));

        // One that somebody had suspended by hand stays suspended.
        change(&stack, Change::Suspend).await;
        change(&first, Change::Suspend).await;
        reconsidered().await;
        assert_eq!(standing().await, (StackState::Waiting, format!("{one} The stack was suspended by hand before."), "suspended"));
        change(&first, Change::Reinstate).await;
        reconsidered().await;
        assert_eq!(standing().await, (StackState::Held, String::new(), "suspended"));
        change(&stack, Change::Reinstate).await;

        // Revoked by hand with all its parts in order it has ended, and looking again does not undo that.
        change(&stack, Change::Revoke).await;
        assert_eq!(reconsidered().await, award::Reconsidered::default());
        let ended = "the stack itself was revoked";
        assert_eq!(standing().await, (StackState::Ended, ended.to_owned(), "revoked"));
        assert_eq!(award::dry_run(&app, &who, &id, 1).await.expect("a dry run").would_count, 0);
        assert_eq!(reconsidered().await, award::Reconsidered::default());
    }

    fn a_stack_that_is_over_is_awarded_again_for_what_is_earned_anew(temp) {
        let site = Site::on(temp).await;
        let app = &site.app;
        let who = organisation(app, "Riverside").await;
        let rubric = a_rubric(app, &who).await;
        let read = published(app, &who, &whole("Read", &rubric)).await.1;
        let explain = published(app, &who, &whole("Explain", &rubric)).await.1;
        let pathway = Pathway { valid_months: Some(12), ..of_all(&[&read, &explain]) };
        let id = in_force(app, &who, &pathway).await;
        let would = async || award::dry_run(app, &who, &id, 1).await.expect("a dry run").would_count;
        let reconsidered = async |person: &PersonId| award::reconsider(app, who.issuer(), person).await.expect("done");
        let first = earn(app, &who, &read, "bea", "2026-02-01").await;
        earn(app, &who, &explain, "bea", "2026-02-03").await;
        let bea = person(app, &who, "bea").await;
        let stack = reconsidered(&bea).await.awarded.remove(0);

        // A part is revoked, somebody ends the stack, and the part is earned anew: another stack.
        site.clock.advance(60);
        revoke::change(app, &who, &first, Change::Revoke).await.expect("revoked");
        reconsidered(&bea).await;
        award::settle(app, &who, &id, &bea, Settle::End).await.expect("ended");
        assert_eq!(would().await, 0);
        site.clock.advance(60);
        earn(app, &who, &read, "bea", "2026-02-02").await;
        assert_eq!(would().await, 1);
        let again = reconsidered(&bea).await.awarded.remove(0);
        assert_ne!(again, stack);
        let awards = award::awarded(app, &who, &id).await.expect("read");
        assert_eq!((awards.len(), &awards[0].0.credential_id, awards[0].0.state, &awards[0].0.reason), (1, &again, StackState::Held, &None));
        assert_eq!(document(app, &who, &again).await["awardedDate"], "2026-03-01T12:02:00Z");
        assert_eq!(reconsidered(&bea).await, award::Reconsidered::default());

        // It ends after a year, and is not awarded again before all of it was earned again.
        site.clock.advance(366 * 86_400);
        assert_eq!((would().await, reconsidered(&bea).await), (0, award::Reconsidered::default()));
        earn(app, &who, &read, "bea", "2027-03-01").await;
        assert_eq!(reconsidered(&bea).await, award::Reconsidered::default());
        earn(app, &who, &explain, "bea", "2027-03-02").await;
        assert_eq!(would().await, 1);
        assert_eq!(award::catch_up(app, &who, &id, 10).await, Ok((1, 0)));
        assert_eq!(would().await, 0);
        assert_eq!(temp.number("select count(*) from pathway_awards").await, 1);
    }

    fn whom_nobody_waits_for_is_awarded_by_the_workers_and_named_to_those_who_work_with_them(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside").await;
        let (app, who) = (&site.app, &provider.who);
        let rubric = a_rubric(app, who).await;
        let read = published(app, who, &whole("Read", &rubric)).await.1;
        let explain = published(app, who, &whole("Explain", &rubric)).await.1;
        for learner in ["bea", "cy", "dee"] {
            earn(app, who, &read, learner, "2026-02-01").await;
            earn(app, who, &explain, learner, "2026-02-03").await;
        }
        earn(app, who, &read, "eli", "2026-02-01").await;
        let id = PathwayId::random(app.chance.as_ref());
        versions::create(app, who, id.as_str(), &of_all(&[&read, &explain])).await.expect("kept");
        // Whoever works with learners or puts a pathway in force sees who they are, an auditor how many.
        let run = format!("/desk/pathways/{id}/run");
        let tutor = provider.member("Tu Tor", &[Role::Tutor]).await;
        let teacher = provider.member("Te Cher", &[Role::Teacher]).await;
        for reader in [&tutor, &teacher] {
            reader.get(&run).await.is(200).shows("Ana Canary").shows("3 learners would get it now");
        }
        let auditor = provider.member("Au Dit", &[Role::Auditor]).await;
        auditor.get(&run).await.is(200).hides("Canary").shows("a learner").shows("3 learners would get it now");
        award::activate(app, who, &id, 1).await.expect("in force");
        assert_eq!(award::catch_up(app, who, &id, 1).await, Ok((1, 2)));
        assert_eq!(award::catch_up(app, who, &id, 0).await, Ok((0, 2)));
        let work = "select count(*) from jobs where kind = 'pathway.reconsider' and state = 'waiting'";
        assert!(temp.number(work).await >= 2);
        skillmark::jobs::run_due(app).await.expect("worked");
        assert_eq!(temp.number("select count(*) from pathway_awards").await, 3);
        assert_eq!(award::catch_up(app, who, &id, 1).await, Ok((0, 0)));
        let dee = person(app, who, "dee").await;
        let held = app.db.of(who.issuer()).holdings_of(&dee).await.expect("read");
        let part = held.into_iter().find(|one| one.achievement_id == read).expect("a part").credential_id;
        revoke::change(app, who, &part, Change::Suspend).await.expect("suspended");
        skillmark::jobs::run_due(app).await.expect("worked");
        for reader in [&tutor, &teacher] {
            reader.get(&run).await.is(200).shows("Ana Canary").shows("One waits for a decision");
        }
        auditor.get(&run).await.is(200).hides("Canary").shows("One waits for a decision");
    }

    fn a_stack_is_awarded_by_its_pathway_and_by_nobody_else(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Riverside").await;
        let (app, who) = (&site.app, &provider.who);
        let boss = provider.member("Bo Boss", &[Role::Administrator]).await;
        let rubric = a_rubric(app, who).await;
        let part = published(app, who, &whole("Read", &rubric)).await.1;
        let other = published(app, who, &whole("Explain", &rubric)).await.1;
        let pathway = Pathway {
            name: "Ready for data".to_owned(),
            meaning: "Has shown what a first job asks for.".to_owned(),
            steps: [&part, &other].map(|id| Step { achievement: id.clone(), must: true }).into(),
            needed: 2,
            ..Pathway::default()
        };
        let id = PathwayId::random(app.chance.as_ref());
        versions::create(app, who, id.as_str(), &pathway).await.expect("kept");
        let stack = award::activate(app, who, &id, 1).await.expect("in force");
        let said = "is the credential at the end of a pathway, which awards it by itself as soon as its parts are earned: award the parts";

        // One by one and as a batch, by the API, on the page, and looked at first.
        let mut order = provider.order("S-1");
        order["achievement"] = json!(stack.as_str());
        let refused = provider.send("/api/v1/credentials", &order).await;
        assert_eq!(refused.is(422).json()["faults"], json!([{"pointer": "/achievement", "detail": said}]));
        for check in ["true", "false"] {
            let path = format!("/api/v1/batches?achievement={stack}&check={check}");
            let refused = site.ask("POST", &path).key(&provider.key).body("text/csv", "learner,date\nS-1,2026-03-01\n").send().await;
            assert_eq!(refused.is(422).json()["faults"][0]["detail"], said);
        }
        for step in ["check", "issue"] {
            let part = |name: &str, text: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            let body = [part("achievement", stack.as_str()), part("rows", "learner,date"), part("step", step), "--x--\r\n".to_owned()].concat();
            let ask = boss.ask("POST", "/desk/awards/new").header("sec-fetch-site", "same-origin");
            let page = ask.body("multipart/form-data; boundary=x", body).send().await;
            page.is(422).shows("What is awarded is the credential at the end of a pathway").shows("learner,date");
        }
        // Below the pages too: whoever calls the service itself.
        let achievement = publish::achievement(app, who, &stack).await.expect("there");
        let row = Row {
            line: 0,
            learner: learner("S-1"),
            awarded: app.now(),
            outcomes: Vec::new(),
            assessor: None,
            evidence: Vec::new(),
            narrative: None,
        };
        let refused = skillmark::issue::batch::start(app, who, achievement.id(), &[row], None).await.expect_err("refused");
        assert_eq!(refused.to_string(), format!("/achievement: {said}"));
        // At a lab it is not on offer, and there is nothing to try.
        let program = run::Said { name: "P".to_owned(), term: "T".to_owned(), school: "S".to_owned(), ..run::Said::default() };
        let program = run::make(app, who, &program).await.expect("a program");
        let offer = lab::Said { program, name: "L".to_owned(), held: "2026-03-02".to_owned(), offers: vec![part.clone(), stack.clone()] };
        let refused = lab::make(app, who, &offer).await.expect_err("refused");
        assert_eq!(refused.to_string(), format!("/offers: names one that {said}"));
        let ana = learner::add(app, who, &people::Details { reference: "S-1".to_owned(), ..people::Details::default() }).await.expect("added");
        let open = attempt::Open { person: ana.clone(), achievement: stack.clone(), kind: AttemptKind::Performance, lab: None, program: None };
        let refused = attempt::open(app, &ByWhom::Staff(who.clone()), &open).await.expect_err("refused");
        assert_eq!(refused.to_string(), format!("this {said}"));
        assert_eq!(temp.number("select count(*) from credentials").await, 0);

        // The pathway awards it, and a correction by hand does not take its place.
        earn(app, who, &part, "S-1", "2026-02-01").await;
        earn(app, who, &other, "S-1", "2026-02-01").await;
        let done = award::reconsider(app, who.issuer(), &ana).await.expect("done");
        assert_eq!(done.awarded.len(), 1);
        let wrong = correct::read(app, who, &done.awarded[0]).await.expect("read");
        let right = correct::Right {
            awarded: wrong.order.awarded,
            outcomes: wrong.order.outcomes.clone(),
            assessor: wrong.order.assessor.clone(),
            narrative: Some("By hand.".to_owned()),
        };
        let refused = correct::correct(app, who, &done.awarded[0], &right, "").await.expect_err("refused");
        assert_eq!(refused.to_string(), format!("/achievement: {said}"));
        let status = revoke::status(app, who, &done.awarded[0]).await.expect("a status");
        assert_eq!(status.state.as_str(), "ok");
    }

    fn what_no_letter_took_anywhere_is_not_called_confirmed(temp) {
        // A folder of this machine is nobody's mailbox.
        let site = Site::on(temp).await;
        let app = &site.app;
        let who = organisation(app, "Riverside").await;
        let edition = published(app, &who, &whole("Explain", &a_rubric(app, &who).await)).await.1;
        let invitation = Invitation { organisation: "Harbour".to_owned(), name: String::new(), email: "jo@harbour.example".to_owned(), days: 7 };
        let sent = employer::invite(app, &who, &edition, &invitation, By::Letter).await.expect("invited");
        assert_eq!(sent.by, By::Hand);
        assert_eq!(temp.number("select count(*) from letters").await, 0);
        let visit = employer::start(app, sent.token.reveal()).await.expect("read").expect("started");
        let words = Words { answer: Answer::Endorse, organisation: "Harbour".to_owned(), role: String::new(), comment: String::new() };
        employer::answer(app, visit.reveal(), &words).await.expect("answered");
        let document = temp.texts("select document from endorsements").await.remove(0);
        assert!(document.contains("that address was not confirmed by a letter"), "{document}");
        let page = format!("/api/v1/achievements/{edition}/employers");
        let (row, secret) = skillmark::who::new_api_key(who.issuer(), "x", &[Scope::Standards], None, app.now(), app.chance.as_ref());
        app.db.of(who.issuer()).add_api_key(&row).await.expect("a key");
        let asked = json!({"employer": {"organisation": "Harbour", "email": "jo@harbour.example"}});
        let answer = site.ask("POST", &page).key(secret.reveal()).json(&asked).send().await;
        assert!(answer.is(201).json()["link"].as_str().is_some_and(|link| link.contains("/employer/")));
    }

    fn an_employers_endorsement_is_signed_carried_and_taken_back(temp) {
        let site = Site::over(temp, |config| config.mail = Some("smtp://localhost:1".parse().expect("an address"))).await;
        let app = &site.app;
        let who = organisation(app, "Riverside").await;
        let (draft, edition) = published(app, &who, &whole("Explain", &a_rubric(app, &who).await)).await;
        let before = earn(app, &who, &edition, "S-0", "2026-02-01").await;
        let invitation = Invitation { organisation: "Harbour".to_owned(), name: "Jo Canary".to_owned(), email: "jo.canary@Harbour.example".to_owned(), days: 7 };
        let Sent { id, token, by } = employer::invite(app, &who, &edition, &invitation, By::Letter).await.expect("invited");
        assert_eq!(by, By::Letter);
        let shown = employer::behind(app, token.reveal()).await.expect("read").expect("there");
        assert_eq!(shown.achievement.name(), "Explain");
        assert!(employer::behind(app, "guess").await.expect("read").is_none());
        // The link starts once.
        let visit = employer::start(app, token.reveal()).await.expect("read").expect("started");
        assert_eq!(employer::start(app, token.reveal()).await.expect("read"), None);
        assert!(employer::behind(app, token.reveal()).await.expect("read").is_none());
        let mut words = Words { answer: Answer::Endorse, organisation: "Harbour Line".to_owned(), role: "Shop manager".to_owned(), comment: "a\0b".to_owned() };
        let refused = employer::answer(app, visit.reveal(), &words).await.expect_err("no text");
        assert_eq!(said(&refused), ["/comment: has a character that is not text"]);
        words.comment = "We would hire for this. <script>alert(1)</script>".to_owned();
        employer::answer(app, visit.reveal(), &words).await.expect("answered");
        let twice = employer::answer(app, visit.reveal(), &words).await.expect_err("once");
        assert_eq!(twice.to_string(), "you have answered already");
        let asked = employer::asked(app, &who, &edition).await.expect("read").remove(0);
        assert_eq!(asked.state, EndorsementState::Endorsed);
        assert!(!temp.texts("select coalesce(document, '') from endorsements").await[0].contains("Canary"));

        // Credentials issued afterwards carry it; those before do not.
        let after = earn(app, &who, &edition, "S-1", "2026-02-02").await;
        assert!(document(app, &who, &before).await["credentialSubject"]["achievement"]["endorsement"].is_null());
        let signed = document(app, &who, &after).await;
        let inside = &signed["credentialSubject"]["achievement"]["endorsement"][0];
        assert_eq!(inside["type"], json!(["VerifiableCredential", "EndorsementCredential"]));
        let comment = inside["credentialSubject"]["endorsementComment"].as_str().expect("a text");
        assert!(comment.contains("as a witness, not by Harbour Line: Riverside sent a link to an address at harbour.example"), "{comment}");
        let report = async || {
            let ask = site.ask("POST", "/api/v1/verify");
            ask.body("application/json", signed.to_string()).send().await.is(200).json()
        };
        let found = report().await;
        assert_eq!(found["verdict"], "valid", "{found:#}");
        assert_eq!(found["endorsements"][0]["report"]["verdict"], "valid", "{found:#}");
        site.get(&format!("/c/{after}")).await.is(200)
            .shows("Harbour Line endorses").hides("<script>alert(1)").hides("Canary");

        // Another edition has none.
        let written = achievement::open(app, &who, &draft).await.expect("there");
        let next = Draft { meaning: "Another.".to_owned(), ..written.draft.clone() };
        achievement::save(app, &who, &draft, written.changes, &next).await.expect("saved");
        let second = achievement::publish(app, &who, &draft).await.expect("published");
        let other = earn(app, &who, &second.achievement, "S-1", "2026-02-03").await;
        assert!(document(app, &who, &other).await["credentialSubject"]["achievement"]["endorsement"].is_null());

        // Taken back, it is revoked wherever it is, and who it was is forgotten.
        employer::withdraw(app, &who, &id).await.expect("withdrawn");
        let found = report().await;
        assert_eq!(found["verdict"], "valid");
        assert_eq!(found["endorsements"][0]["report"]["verdict"], "invalid");
        assert!(employer::asked(app, &who, &edition).await.expect("read")[0].details.is_none());
        let later = earn(app, &who, &edition, "S-2", "2026-02-04").await;
        assert!(document(app, &who, &later).await["credentialSubject"]["achievement"]["endorsement"].is_null());
        let again = employer::withdraw(app, &who, &id).await.expect_err("again");
        assert_eq!(again.to_string(), "it was taken back before");
    }

    fn a_link_that_ended_or_was_taken_back_opens_nothing(temp) {
        let site = Site::on(temp).await;
        let app = &site.app;
        let who = organisation(app, "Riverside").await;
        let edition = published(app, &who, &whole("Explain", &a_rubric(app, &who).await)).await.1;
        let invitation = Invitation { organisation: "H".to_owned(), name: String::new(), email: "a@h.example".to_owned(), days: 7 };
        let ended = employer::invite(app, &who, &edition, &invitation, By::Hand).await.expect("invited").token;
        let begun = employer::invite(app, &who, &edition, &invitation, By::Hand).await.expect("invited").token;
        let visit = employer::start(app, begun.reveal()).await.expect("read").expect("started");
        let Sent { id: back, token, .. } = employer::invite(app, &who, &edition, &invitation, By::Hand).await.expect("invited");
        employer::withdraw(app, &who, &back).await.expect("withdrawn");
        assert!(employer::behind(app, token.reveal()).await.expect("read").is_none());
        site.clock.advance(8 * 86_400);
        assert!(employer::behind(app, ended.reveal()).await.expect("read").is_none());
        assert_eq!(employer::start(app, ended.reveal()).await.expect("read"), None);
        assert!(employer::visit(app, visit.reveal()).await.expect("read").is_none());
        let words = Words { answer: Answer::Decline, organisation: String::new(), role: String::new(), comment: String::new() };
        assert!(employer::answer(app, visit.reveal(), &words).await.is_err());
        let bad = Invitation { email: "nobody".to_owned(), days: 0, organisation: String::new(), ..invitation };
        let refused = employer::invite(app, &who, &edition, &bad, By::Hand).await.expect_err("faults");
        assert_eq!(said(&refused), ["/organisation: is missing: the employer's name", "/email: is no e-mail address", "/days: is not from 1 to 90"]);
    }
}
