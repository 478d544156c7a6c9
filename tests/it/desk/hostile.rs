//! F15 and F16 where people work: characters that turn the direction, and bytes that are no text, in
//! the fields of the desk and of learners' pages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;
use skillmark::{
    db::{AttemptKind, Decision, ProviderRow},
    ids::{AchievementId, AttemptId, LabId, PersonId},
    issue::{issuer, people::Details},
    letters,
    program::{
        By, attempt, decide::Judgement, evidence, lab, learner, link, qualification, review,
        roster, run, score,
    },
    standard::{
        achievement, draft::Draft, employer, map::Map, pathway::Pathway, rubric::Rubric, versions,
    },
    who::{self, Role, Scope, Who},
};

use crate::support::{
    db::{Temp, on_both},
    html::{self, Piece},
    pages::{pages, template},
    site::{Answer, Provider, Site, Visitor},
};

const MAP: &str = "MapXfLk2Qp8sVb1NwYt6Ag";
const RUBRIC: &str = "RubXfLk2Qp8sVb1NwYt6Ag";
const PATHWAY: &str = "PatXfLk2Qp8sVb1NwYt6Ag";

/// An organisation all of whose texts are the same words, and who may see them.
pub(crate) struct Spoilt<'s> {
    pub(crate) staff: Visitor<'s>,
    pub(crate) learner: Visitor<'s>,
}

/// Maps, rubrics, an achievement that is published, a pathway, and what an employer is asked.
async fn standards(site: &Site, who: &Who, words: &str) -> AchievementId {
    let app = &site.app;
    let map = json!({"name": words, "summary": words, "skills": [{"name": words, "statement": words, "priority": "now",
        "standards": [{"framework": words, "code": words, "name": words, "url": "https://standards.example/6"}],
        "jobs": [{"code": "43-9111.00", "title": words, "task": words}]}]});
    let map: Map = serde_json::from_value(map).expect("a map");
    versions::create(app, who, MAP, &map).await.expect("a map");
    let level = |n: usize| json!({"name": format!("{words} {n}"), "points": n.to_string()});
    let rubric = json!({"name": words, "description": words, "levels": [level(1), level(2)],
        "criteria": [{"name": words, "description": words, "required": format!("{words} 2"), "descriptors": [words, words]}]});
    let rubric: Rubric = serde_json::from_value(rubric).expect("a rubric");
    versions::create(app, who, RUBRIC, &rubric)
        .await
        .expect("a rubric");
    let draft = json!({"name": words, "meaning": words, "description": words, "kind": "performance", "criteria": words,
        "task": words, "evidence_required": words, "rubric": {"id": RUBRIC, "version": 1},
        "skills": [{"map": MAP, "version": 1, "skill": words}], "class_unit": words, "tags": [words],
        "standards": [{"framework": words, "code": words, "name": words, "url": "https://standards.example/7", "case": false}],
        "jobs": [{"code": "43-9111.00", "title": words, "task": words}]});
    let draft: Draft = serde_json::from_value(draft).expect("a draft");
    let written = achievement::create(app, who, &draft)
        .await
        .expect("a draft");
    let edition = achievement::publish(app, who, &written.id)
        .await
        .expect("published");
    let pathway = json!({"name": words, "meaning": words, "description": words, "needed": 2,
        "steps": [{"achievement": edition.achievement, "must": true}], "map": {"id": MAP, "version": 1}});
    let pathway: Pathway = serde_json::from_value(pathway).expect("a pathway");
    versions::create(app, who, PATHWAY, &pathway)
        .await
        .expect("a pathway");
    let asked = employer::Invitation {
        organisation: words.to_owned(),
        name: words.to_owned(),
        email: "jo@employer.example".to_owned(),
        days: 7,
    };
    let by = employer::By::Hand;
    let sent = employer::invite(app, who, &edition.achievement, &asked, by)
        .await
        .expect("asked");
    let secret = employer::start(app, sent.token.reveal())
        .await
        .expect("started")
        .expect("once");
    let said = employer::Words {
        answer: employer::Answer::Endorse,
        organisation: words.to_owned(),
        role: words.to_owned(),
        comment: words.to_owned(),
    };
    employer::answer(app, secret.reveal(), &said)
        .await
        .expect("answered");
    edition.achievement
}

/// A program with one learner and a lab, and an attempt that was returned, handed in again and
/// approved.
async fn a_loop(
    site: &Site,
    (who, tutor, reviewer): (&Who, &Who, &Who),
    offer: &AchievementId,
    words: &str,
) -> (PersonId, LabId) {
    let app = &site.app;
    let said = run::Said {
        name: words.to_owned(),
        term: words.to_owned(),
        school: words.to_owned(),
        // It stands in one line with the others.
        grade_band: String::new(),
        funding_stream: words.to_owned(),
        second_percent: Some(100),
        ..run::Said::default()
    };
    let program = run::make(app, who, &said).await.expect("a program");
    let details = Details {
        reference: words.to_owned(),
        name: Some(words.to_owned()),
        guardian: Some(words.to_owned()),
        ..Details::default()
    };
    let person = learner::add(app, who, &details).await.expect("a learner");
    roster::set(app, who, &program, &person, true)
        .await
        .expect("on the roster");
    let said = lab::Said {
        program,
        name: words.to_owned(),
        held: "2026-03-01".to_owned(),
        offers: vec![offer.clone()],
    };
    let lab = lab::make(app, tutor, &said).await.expect("a lab");
    let said = qualification::Said {
        reviewer: reviewer.actor().to_owned(),
        role: words.to_owned(),
        title: words.to_owned(),
        valid_until: None,
    };
    qualification::add(app, who, &said)
        .await
        .expect("qualified");
    let open = attempt::Open {
        person: person.clone(),
        achievement: offer.clone(),
        kind: AttemptKind::Performance,
        lab: Some(lab.clone()),
        program: None,
    };
    let by = By::Learner(who.issuer().clone(), person.clone());
    let id = attempt::open(app, &by, &open).await.expect("opened");
    let pieces = [
        evidence::New::Note(words.to_owned()),
        evidence::New::Link("https://evidence.example/1".to_owned()),
        evidence::New::File(words.as_bytes().to_vec()),
    ];
    for piece in pieces {
        evidence::add(app, &by, &id, words, piece)
            .await
            .expect("added");
    }
    let mark = |n: usize| score::Mark {
        criterion: words.to_owned(),
        level: format!("{words} {n}"),
        note: words.to_owned(),
    };
    score::put(
        app,
        &by,
        &id,
        &[score::Mark {
            note: String::new(),
            ..mark(1)
        }],
    )
    .await
    .expect("seen by oneself");
    score::put(app, &By::Staff(tutor.clone()), &id, &[mark(1)])
        .await
        .expect("proposed");
    attempt::submit(app, &by, &id).await.expect("handed in");
    decide(site, reviewer, &id, (Decision::Return, 1), words).await;
    attempt::submit(app, &by, &id).await.expect("handed in");
    decide(site, reviewer, &id, (Decision::Approve, 2), words).await;
    (person, lab)
}

async fn decide(
    site: &Site,
    reviewer: &Who,
    id: &AttemptId,
    (decision, level): (Decision, usize),
    words: &str,
) {
    let view = review::view(&site.app, reviewer, id).await.expect("a view");
    let criterion = view.achievement.criteria()[0].id.clone();
    let judgement = Judgement {
        decision,
        levels: HashMap::from([(criterion.clone(), format!("{words} {level}"))]),
        notes: HashMap::from([(criterion, words.to_owned())]),
        feedback: words.to_owned(),
    };
    review::decide(&site.app, reviewer, id, &judgement)
        .await
        .expect("decided");
}

/// Somebody of these roles who is called by the words, and their cookie.
async fn member(provider: &Provider<'_>, n: usize, words: &str, roles: &[Role]) -> (Who, String) {
    let visitor = provider.member(&format!("Member {n}"), roles).await;
    let id = visitor.member.parse().expect("an id");
    // In this order they stand in lists.
    let name = format!("{n} {words}");
    let changed = who::change(&provider.site.app, &provider.who, &id, &name, roles).await;
    changed.expect("called");
    let who = Who::member(provider.who.issuer(), &id, roles);
    (who, visitor.cookie("skillmark"))
}

/// An organisation with `words` in every text.
pub(crate) async fn spoil<'s>(site: &'s Site, words: &str) -> Spoilt<'s> {
    let (app, provider) = (&site.app, site.beginner(words).await);
    let who = &provider.who;
    let (_, token) = member(&provider, 1, words, &Role::ALL).await;
    let (tutor, _) = member(&provider, 2, words, &[Role::Tutor]).await;
    let (reviewer, _) = member(&provider, 3, words, &[Role::Reviewer]).await;
    let offer = standards(site, who, words).await;
    let (person, _) = a_loop(site, (who, &tutor, &reviewer), &offer, words).await;
    let key = issuer::new_api_key(app, who, words, &[Scope::Read], None);
    key.await.expect("a key");
    let mut rows = app.db.of(who.issuer());
    let row = ProviderRow {
        issuer_id: who.issuer().clone(),
        provider_id: MAP.parse().expect("an id"),
        name: words.to_owned(),
        address: "https://login.school.example".to_owned(),
        client_id: words.to_owned(),
        secret_sealed: None,
        kek_id: String::new(),
        created_at: app.now().into(),
    };
    rows.add_provider(&row).await.expect("a provider");
    if !words.contains(['{', '}']) {
        let body = format!("{words}\n\n{{link}}");
        let kind = letters::kind("earned").expect("a kind");
        let set = letters::set_text(app, who, kind, (words, &body));
        set.await.expect("a letter");
    }
    let token_of_learner = link::make(app, &tutor, &person).await.expect("a link");
    let own = link::enter(app, token_of_learner.reveal(), words).await;
    let staff = site.visitor();
    staff.keep("skillmark", &token);
    let learner = site.visitor();
    learner.keep("skillmark-me", own.expect("a session").reveal());
    Spoilt { staff, learner }
}

/// The paths of ours that a page leads to; files are not opened.
fn links(page: &Answer) -> Vec<String> {
    let pieces = html::read(&page.text());
    let links = pieces.iter().filter_map(|piece| match piece {
        Piece::Tag(tag, attributes) if tag == "a" => {
            attributes.iter().find(|(name, _)| name == "href")
        }
        _ => None,
    });
    links
        .map(|(_, path)| path.split(['?', '#']).next().unwrap_or_default().to_owned())
        .filter(|path| path.starts_with('/') && !path.ends_with(".csv") && !path.ends_with(".json"))
        .collect()
}

/// The pages that links lead to, each kind once.
pub(crate) async fn walk(visitor: &Visitor<'_>, start: &str) -> BTreeMap<String, Answer> {
    let kinds = pages();
    let mut found = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut next = vec![start.to_owned()];
    while let Some(path) = next.pop() {
        let Some(kind) = template(&kinds, &path) else {
            continue;
        };
        if found.contains_key(kind) || !known.insert(path.clone()) {
            continue;
        }
        let page = visitor.get(&path).await;
        next.extend(links(page.is(200)));
        found.insert(kind.to_owned(), page);
    }
    found
}

async fn f15_no_page_of_the_desk_shows_what_turns_the_direction(temp: &Temp) {
    let site = Site::over(temp, |config| config.rate_burst = 1_000_000).await;
    let provider = site.provider("Harbour Tutoring").await;
    let staff = provider.member("Ana Lee", &Role::ALL).await;
    // Where texts are signed or kept as documents, they are refused.
    for (path, name) in [
        ("/desk/maps", "name"),
        ("/desk/rubrics", "name"),
        ("/desk/achievements", "name"),
        ("/desk/pathways", "name"),
    ] {
        let answer = staff
            .form(
                path,
                &[
                    (name, "gnp.\u{202e}exe"),
                    ("colour", "blue"),
                    ("icon", "star"),
                    ("needed", "2"),
                ],
            )
            .await;
        answer.is(422);
    }
    // Elsewhere they are shown without.
    for (path, fields) in [
        (
            "/desk/programs",
            vec![("name", "gnp.\u{202e}exe"), ("term", "x"), ("school", "x")],
        ),
        (
            "/desk/learners",
            vec![("reference", "u-1"), ("name", "gnp.\u{202e}exe")],
        ),
        (
            "/desk/people",
            vec![
                ("address", "eve@x.example"),
                ("name", "gnp.\u{202e}exe"),
                ("role", "tutor"),
            ],
        ),
    ] {
        staff.form(path, &fields).await;
        let page = staff.get(path).await;
        page.is(200).shows("gnp.exe").hides("\u{202e}");
    }
}

/// Every form of the desk and of learners, with bytes that are no text in every field it has.
async fn f16_no_field_of_the_desk_takes_bytes_that_are_no_text(temp: &Temp) {
    let site = Site::over(temp, |config| config.rate_burst = 1_000_000).await;
    let spoilt = spoil(&site, "Plain").await;
    let mut asked = 0;
    for (visitor, start) in [(&spoilt.staff, "/desk"), (&spoilt.learner, "/me")] {
        for page in walk(visitor, start).await.into_values() {
            for (action, method, parts, fields) in forms(&page) {
                for field in &fields {
                    for odd in [&b"\0"[..], b"a\0b", b"\xff", b"\xc3\x28", b"\xed\xa0\x80"] {
                        let answer = send(visitor, (&action, &method, parts), field, odd).await;
                        // A file may be bytes, and is then no file that we take.
                        assert!(
                            (400..500).contains(&answer.status),
                            "{action} {field} {odd:?}: {}",
                            answer.status
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
    // And in addresses.
    for path in pages() {
        if !path.contains('{') {
            continue;
        }
        for odd in ["%00", "%ff", "a%00b", "%c3%28"] {
            let start = path.find('{').expect("a parameter");
            let end = path[start..].find('}').expect("its end") + start;
            let odd = format!(
                "{}{odd}{}",
                &path[..start],
                path[end + 1..].replace(['{', '}'], "x")
            );
            let visitor = if path.starts_with("/me") {
                &spoilt.learner
            } else {
                &spoilt.staff
            };
            let answer = visitor.get(&odd).await;
            assert!(
                (400..500).contains(&answer.status),
                "{odd}: {}",
                answer.status
            );
        }
    }
}

/// Where a form is sent, how, whether in parts, and its fields.
fn forms(page: &Answer) -> Vec<(String, String, bool, BTreeSet<String>)> {
    let mut all: Vec<(String, String, bool, BTreeSet<String>)> = Vec::new();
    let mut inside = false;
    for piece in html::read(&page.text()) {
        match piece {
            Piece::Tag(tag, attributes) if tag == "form" => {
                let value = |name: &str| {
                    let found = attributes.iter().find(|(there, _)| there == name);
                    found.map(|(_, value)| value.clone()).unwrap_or_default()
                };
                let parts = value("enctype").starts_with("multipart");
                // Signing out has no fields, and would end the walk.
                all.push((value("action"), value("method"), parts, BTreeSet::new()));
                inside = true;
            }
            Piece::End(tag) if tag == "form" => inside = false,
            Piece::Tag(_, attributes) if inside => {
                let name = attributes.iter().find(|(there, _)| there == "name");
                if let (Some((_, name)), Some(form)) = (name, all.last_mut()) {
                    form.3.insert(name.clone());
                }
            }
            _ => {}
        }
    }
    all
}

/// Sends one field alone.
async fn send(
    visitor: &Visitor<'_>,
    (action, method, parts): (&str, &str, bool),
    field: &str,
    value: &[u8],
) -> Answer {
    let encoded: String = value.iter().map(|byte| format!("%{byte:02x}")).collect();
    if method == "get" {
        return visitor.get(&format!("{action}?{field}={encoded}")).await;
    }
    let ask = visitor
        .ask("POST", action)
        .header("sec-fetch-site", "same-origin");
    let ask = if parts {
        let head = format!("--x\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n");
        let body = [head.as_bytes(), value, b"\r\n--x--\r\n"].concat();
        ask.body("multipart/form-data; boundary=x", body)
    } else {
        ask.body(
            "application/x-www-form-urlencoded",
            format!("{field}={encoded}"),
        )
    };
    visitor.send(ask).await
}

on_both!(
    f15_no_page_of_the_desk_shows_what_turns_the_direction,
    f16_no_field_of_the_desk_takes_bytes_that_are_no_text,
);
