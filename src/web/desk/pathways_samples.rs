//! The pages of pathways in each state worth looking at.

use super::*;
use crate::{
    clock::{SystemChance, Timestamp},
    ids::{AchievementId, PersonId},
    standard::pathway::decide::{Wanted, decide},
};

fn candidate() -> Candidate {
    let wanted = Wanted {
        name: "Read a chart".to_owned(),
        editions: vec![AchievementId::random(&SystemChance)],
        must: true,
    };
    Candidate {
        person: PersonId::random(&SystemChance),
        called: "Ana Lee".to_owned(),
        decision: decide(&[wanted], 1, &[], Timestamp::UNIX_EPOCH),
    }
}

fn written() -> PathwayPage {
    PathwayPage {
        frame: Desk::frame("Ready for data"),
        desk: Desk::sample(PATH),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        version: 1,
        changes: 1,
        used: true,
        in_force: Some(1),
        told: Vec::new(),
        pathway: Pathway {
            name: "Ready for data".to_owned(),
            ..Pathway::default()
        },
        needed: "2".to_owned(),
        months: String::new(),
        rows: vec![Row {
            choices: vec![("a".to_owned(), "Read a chart".to_owned(), true)],
            must: true,
        }],
        maps: vec![("m|1".to_owned(), "Data, version 1".to_owned(), true)],
        colours: vec![("blue", true)],
        icons: vec![("star", true)],
    }
}

fn run(faults: Vec<Told>) -> RunPage {
    let award = |reason: &str| Award {
        person: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        called: "Ana Lee".to_owned(),
        credential: "BBBBBBBBBBBBBBBBBBBBBA".to_owned(),
        reason: reason.to_owned(),
    };
    RunPage {
        frame: Desk::frame("Try out"),
        desk: Desk::sample(PATH),
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: "Ready for data".to_owned(),
        version: 2,
        in_force: faults.is_empty().then_some(1),
        would_count: 1,
        would: vec![candidate()],
        on_the_way: vec![candidate()],
        waiting: vec![award("Has 1 of the 2 steps it takes.")],
        held: vec![award("")],
        faults,
    }
}

/// Each state.
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let overview = Overview {
        newest: Version {
            id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
            version: 1,
            changes: 1,
            changed_at: Timestamp::UNIX_EPOCH,
            pinned_at: None,
            document: Pathway {
                name: "Ready for data".to_owned(),
                ..Pathway::default()
            },
        },
        in_force: Some(1),
        waiting: 1,
        held: 14,
    };
    let list = |all| {
        let page = PathwaysPage {
            frame: Desk::frame("Pathways"),
            desk: Desk::sample(PATH),
            all,
        };
        page.render().expect("renders")
    };
    let fault = Told {
        place: "Step 2".to_owned(),
        sentence: "is for taking part".to_owned(),
        field: "p1".to_owned(),
    };
    vec![
        ("desk-pathways", list(vec![overview])),
        ("desk-pathways-empty", list(Vec::new())),
        ("desk-pathway", written().render().expect("renders")),
        (
            "desk-pathway-run",
            run(Vec::new()).render().expect("renders"),
        ),
        (
            "desk-pathway-run-faults",
            run(vec![fault]).render().expect("renders"),
        ),
    ]
}
