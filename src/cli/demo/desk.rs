//! The provider's side of the demo: a map, a rubric, achievements, a pathway, a program with a lab,
//! and attempts in every state. It is made by the services behind the pages, by three people.

use serde::de::DeserializeOwned;

use super::{Failure, PARTS};
use crate::{
    app::App,
    db::{AttemptKind, Decision},
    ids::{AchievementId, AttemptId, LabId, MapId, PathwayId, PersonId, RubricId},
    issue::Achievement,
    program::{
        By, attempt, decide::Judgement, evidence, lab, learner, link, qualification, review,
        roster, run, score,
    },
    standard::{
        achievement,
        draft::{Draft, RubricRef, SkillRef},
        map::Map,
        pathway::{Pathway, Step},
        picture::Picture,
        rubric::Rubric,
        versions,
    },
    who::{self, Answer, Door, Invite, Role, Token, Who},
};

/// Who can sign in: address, name, what they do here.
const PEOPLE: [(&str, &str, &[Role]); 3] = [
    ("admin@career-lab.example", "Alex Administrator", &Role::ALL),
    ("tutor@career-lab.example", "Priya Nair", &[Role::Tutor]),
    (
        "reviewer@career-lab.example",
        "Dana Whitfield",
        &[Role::Reviewer],
    ),
];
/// The program, and the sign that all of this was made before.
const PROGRAM: &str = "Career Readiness Lab, spring";
/// How many of the class are in the program.
const CLASS: usize = 8;
/// Whose link is printed: somebody who has begun.
const OWN: usize = 3;

/// Who does what.
pub(super) struct Staff {
    /// The password of today, the same for everybody.
    pub(super) password: String,
    operator: Who,
    tutor: Who,
    reviewer: Who,
}

/// Lets the demo's people in, by the same links as everybody: each address, and a new password.
pub(super) async fn let_in(app: &App, operator: &Who) -> Result<Staff, Failure> {
    let password = Token::random(app.chance.as_ref()).reveal()[..16].to_owned();
    let door = Door::default();
    let mut members = Vec::new();
    for (address, name, roles) in PEOPLE {
        let all = who::people(app, operator).await?;
        let mut there = all.into_iter();
        let there = there.find(|person| person.address.as_deref() == Some(address));
        let (member, link) = match there {
            Some(person) => {
                let link = who::reset_link(app, operator, &person.row.member_id)
                    .await?
                    .1;
                (person.row.member_id, link)
            }
            None => {
                let asked = Invite {
                    address: address.to_owned(),
                    name: name.to_owned(),
                    roles: roles.to_vec(),
                };
                who::invite(app, operator, &asked).await?
            }
        };
        let answer = Answer {
            name: name.to_owned(),
            new: password.clone(),
            ..Answer::default()
        };
        who::accept(app, &door, link.token.reveal(), &answer, "demo").await?;
        members.push(Who::member(operator.issuer(), &member, roles));
    }
    let reviewer = members.pop().unwrap_or_else(|| operator.clone());
    let tutor = members.pop().unwrap_or_else(|| operator.clone());
    Ok(Staff {
        password,
        operator: operator.clone(),
        tutor,
        reviewer,
    })
}

/// Everybody's address, with what they do.
pub(super) fn addresses() -> impl Iterator<Item = (&'static str, &'static str)> {
    PEOPLE.iter().map(|(address, _, roles)| match roles {
        [one] => (one.as_str(), *address),
        _ => ("everything", *address),
    })
}

/// A new link for a learner who has begun an attempt, with their name.
pub(super) async fn a_learner(
    app: &App,
    staff: &Staff,
) -> Result<Option<(String, Token)>, Failure> {
    let reference = format!("CRL-{:02}", OWN + 1);
    let found = learner::all(app, &staff.operator, &reference).await?;
    let Some(one) = found.into_iter().next() else {
        return Ok(None);
    };
    let token = link::make(app, &staff.tutor, &one.person).await?;
    Ok(Some((one.called().to_owned(), token)))
}

/// Makes it all, unless it is there.
pub(super) async fn fill(app: &App, staff: &Staff) -> Result<(), Failure> {
    let there = run::all(app, &staff.operator).await?;
    if there.iter().any(|program| program.name == PROGRAM) {
        return Ok(());
    }
    let memo = standards(app, &staff.operator).await?;
    let pathway = pathway(app, &staff.operator).await?;
    let said = qualification::Said {
        reviewer: staff.reviewer.actor().to_owned(),
        role: "Career and technical education teacher".to_owned(),
        title: "State teaching licence, business education".to_owned(),
        valid_until: None,
    };
    qualification::add(app, &staff.operator, &said).await?;
    let said = run::Said {
        name: PROGRAM.to_owned(),
        term: "Spring".to_owned(),
        school: "Eastside High School".to_owned(),
        grade_band: "9-10".to_owned(),
        pathway: Some(pathway.to_string()),
        pathway_version: Some(1),
        funding_stream: "Title I".to_owned(),
        turnaround_days: Some(5),
        second_percent: Some(100),
        ..run::Said::default()
    };
    let program = run::make(app, &staff.operator, &said).await?;
    let class = class();
    roster::apply(app, &staff.operator, &program, class.as_bytes(), false).await?;
    let said = lab::Said {
        program: program.clone(),
        name: "Memo lab".to_owned(),
        held: app.now().strftime("%Y-%m-%d").to_string(),
        offers: vec![memo.clone()],
    };
    let lab = lab::make(app, &staff.tutor, &said).await?;
    let mut learners = roster::learners(app, &staff.operator, &program).await?;
    learners.sort_by(|a, b| a.details.reference.cmp(&b.details.reference));
    let learners: Vec<PersonId> = learners.into_iter().map(|one| one.person).collect();
    attempts(app, staff, (&lab, &memo), &learners).await
}

/// The first of the class as a roster: reference and name, and how to reach a parent.
fn class() -> String {
    let rows = PARTS[0].csv.lines().skip(1).take(CLASS);
    let rows = rows.map(|row| {
        let known = row.splitn(3, ',').take(2).collect::<Vec<_>>();
        let reference = known.first().map_or("", |one| one).to_lowercase();
        format!("{},parent.of.{reference}@families.example", known.join(","))
    });
    let rows: Vec<String> = std::iter::once("learner,name,guardian".to_owned())
        .chain(rows)
        .collect();
    rows.join("\n")
}

fn document<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(Failure::refused)
}

/// A map, a rubric, an achievement that is published, and one that is being written.
async fn standards(app: &App, who: &Who) -> Result<AchievementId, Failure> {
    let chance = app.chance.as_ref();
    let (map, rubric) = (MapId::random(chance), RubricId::random(chance));
    let skills: Map = document(include_str!("map.json"))?;
    versions::create(app, who, map.as_str(), &skills).await?;
    let levels: Rubric = document(include_str!("rubric.json"))?;
    versions::create(app, who, rubric.as_str(), &levels).await?;
    let skill = |name: &str| SkillRef {
        map: map.clone(),
        version: 1,
        skill: name.to_owned(),
    };
    let memo = Draft {
        name: "Explain a Decision with Data".to_owned(),
        meaning: "Can turn a page of numbers into a clear recommendation.".to_owned(),
        criteria: "Reaches the level that is needed in *every* criterion of the rubric.".to_owned(),
        task: "Read four weeks of sales of the school shop and recommend one change, on one page."
            .to_owned(),
        evidence_required: "The memo, and the sheet with the numbers it uses.".to_owned(),
        rubric: Some(RubricRef {
            id: rubric,
            version: 1,
        }),
        tries: Some(3),
        cool_down_days: 1,
        valid_months: Some(36),
        picture: picture("teal", "chart"),
        skills: vec![skill("Read a chart"), skill("Defend a decision")],
        class_unit: "Algebra I, unit 4".to_owned(),
        language: "en".to_owned(),
        tags: vec!["Reading charts".to_owned(), "Writing at work".to_owned()],
        ..Draft::default()
    };
    let written = achievement::create(app, who, &memo).await?;
    let edition = achievement::publish(app, who, &written.id).await?;
    let begun = Draft {
        name: "Run a Short Meeting".to_owned(),
        meaning: "Can lead a team to a decision in fifteen minutes.".to_owned(),
        picture: picture("violet", "talk"),
        skills: vec![skill("Run a short meeting")],
        ..Draft::default()
    };
    achievement::create(app, who, &begun).await?;
    Ok(edition.achievement)
}

fn picture(colour: &str, icon: &str) -> Picture {
    Picture {
        colour: colour.to_owned(),
        icon: icon.to_owned(),
        upload: None,
    }
}

/// A pathway over the four parts of the lab, not in force: its dry run says who would get it.
async fn pathway(app: &App, who: &Who) -> Result<PathwayId, Failure> {
    let mut steps = Vec::new();
    for (place, part) in PARTS.iter().enumerate() {
        let achievement = Achievement::parse(part.achievement.as_bytes());
        let achievement = achievement.map_err(crate::issue::Error::Faults)?;
        steps.push(Step {
            achievement: achievement.id().clone(),
            must: place == 1,
        });
    }
    let pathway = Pathway {
        name: "Ready for a First Job".to_owned(),
        meaning: "Has shown, piece by piece, what a first month at work asks for.".to_owned(),
        steps,
        needed: 3,
        picture: picture("amber", "star"),
        ..Pathway::default()
    };
    let id = PathwayId::random(app.chance.as_ref());
    versions::create(app, who, id.as_str(), &pathway).await?;
    Ok(id)
}

/// What learners handed in, by their place in the class.
const MEMOS: [&str; 5] = [
    "Open the shop on Friday afternoons: a third of the week's sales fell into those two hours in three of four weeks. Ms Ruiz decides at Monday's meeting. Against it: the caretaker leaves at four; ask him first.",
    "Sell fewer sweets. They are 18 % of sales and 4 % of what is left over.",
    "Order water in crates of 24: it ran out on nine of twenty days, and the supplier takes 12 % off. I order it, from March.",
    "Draft: the chart of week 3 shows …",
    "Move the shop to the hall. 61 of 80 asked would come more often.",
];

/// Attempts in every state: approved, returned, waiting, begun, and only entered in the grid.
async fn attempts(
    app: &App,
    staff: &Staff,
    (lab, memo): (&LabId, &AchievementId),
    learners: &[PersonId],
) -> Result<(), Failure> {
    let tutor = By::Staff(staff.tutor.clone());
    let marks = |levels: [&str; 3]| {
        criteria()
            .zip(levels)
            .map(|(criterion, level)| score::Mark {
                criterion: criterion.to_owned(),
                level: level.to_owned(),
                note: String::new(),
            })
            .collect::<Vec<_>>()
    };
    let mut opened = Vec::new();
    for (person, memo_text) in learners.iter().zip(MEMOS) {
        opened.push(begin(app, staff, (lab, memo, person), memo_text).await?);
    }
    for (place, (id, person)) in opened.iter().zip(learners).enumerate() {
        if place == OWN {
            continue;
        }
        let levels = match place {
            1 => ["Developing", "Developing", "Beginning"],
            _ => ["Proficient", "Proficient", "Developing"],
        };
        score::put(app, &tutor, id, &marks(levels)).await?;
        let by = By::Learner(staff.operator.issuer().clone(), person.clone());
        attempt::submit(app, &by, id).await?;
    }
    let approve = ["Proficient", "Exemplary", "Proficient"];
    decide(
        app,
        staff,
        &opened,
        0,
        (
            Decision::Approve,
            approve,
            "Clear, and the objection is a real one.",
        ),
    )
    .await?;
    let not_yet = ["Proficient", "Developing", "Beginning"];
    let feedback = "Your two figures fit the claim. Now say who changes what and when, and answer what the shop’s regulars would say.";
    decide(
        app,
        staff,
        &opened,
        1,
        (Decision::Return, not_yet, feedback),
    )
    .await?;
    if let Some(person) = learners.get(MEMOS.len()) {
        for mark in marks(["Developing", "Proficient", "Developing"]) {
            lab::enter(app, &staff.tutor, lab, person, memo, &mark).await?;
        }
    }
    Ok(())
}

/// The criteria of the rubric, by name.
fn criteria() -> impl Iterator<Item = &'static str> {
    [
        "Uses evidence",
        "Recommends one thing",
        "Answers the other side",
    ]
    .into_iter()
}

/// Opens a learner's attempt and hands in a note.
async fn begin(
    app: &App,
    staff: &Staff,
    (lab, memo, person): (&LabId, &AchievementId, &PersonId),
    text: &str,
) -> Result<AttemptId, Failure> {
    let by = By::Learner(staff.operator.issuer().clone(), person.clone());
    let open = attempt::Open {
        person: person.clone(),
        achievement: memo.clone(),
        kind: AttemptKind::Performance,
        lab: Some(lab.clone()),
        program: None,
    };
    let id = attempt::open(app, &by, &open).await?;
    let note = evidence::New::Note(text.to_owned());
    evidence::add(app, &by, &id, "My memo", note).await?;
    Ok(id)
}

/// The reviewer decides on one of the attempts.
async fn decide(
    app: &App,
    staff: &Staff,
    opened: &[AttemptId],
    place: usize,
    (decision, levels, feedback): (Decision, [&str; 3], &str),
) -> Result<(), Failure> {
    let Some(id) = opened.get(place) else {
        return Ok(());
    };
    let view = review::view(app, &staff.reviewer, id).await?;
    let ids = view.achievement.criteria().iter().map(|one| one.id.clone());
    let judgement = Judgement {
        decision,
        levels: ids.zip(levels.map(str::to_owned)).collect(),
        notes: Default::default(),
        feedback: feedback.to_owned(),
    };
    review::decide(app, &staff.reviewer, id, &judgement).await?;
    Ok(())
}
