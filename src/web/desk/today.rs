//! `/desk`: what needs doing today.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    db::{JobRow, JobState, MemberState},
    issue::{approval::Approval, batches, bulk, publish},
    program::{lab, review, run, second},
    standard::pathway::award,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        frame::Frame,
        signed::Signed,
        text,
    },
    who::{self, Scope},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk",
    label: "Today",
    any: &[Scope::Read],
});

/// Among how many batches those are looked for that wait.
const BATCHES: i64 = 200;

/// Something that waits to be done.
#[derive(Debug, Clone)]
pub(crate) struct ToDo {
    /// What, as a link.
    pub(crate) title: String,
    /// Where it is done.
    pub(crate) path: String,
    /// Why, in a sentence.
    pub(crate) sentence: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/today.html")]
pub(crate) struct TodayPage {
    frame: Frame,
    desk: Desk,
    day: String,
    first_name: String,
    to_do: Vec<ToDo>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/desk", get(shown))
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let page = TodayPage {
        frame: Desk::frame("Today"),
        desk: Desk::new(&signed, "/desk"),
        day: text::day(site.now()),
        first_name: signed.name.split(' ').next().unwrap_or_default().to_owned(),
        to_do: to_do(&site, &signed).await?,
    };
    answer::page(&page, NEVER)
}

/// What waits for whoever asks.
async fn to_do(site: &Site, signed: &Signed) -> Result<Vec<ToDo>, WebError> {
    let mut all = in_the_loop(site, signed).await?;
    let app = site.app();
    let who = &signed.who;
    if who.may(Scope::Manage).is_ok() {
        let issuer = app.db.of(who.issuer()).issuer().await?;
        if issuer.is_some_and(|row| row.domain_proven_at.is_none()) {
            all.push(ToDo {
                title: "Prove your web address".to_owned(),
                path: format!("/issuers/{}", who.issuer()),
                sentence: "Until then every page says “unverified organisation”. Ask whoever runs this service for you to prove it: their command is “skillmark organisation verify-domain”.".to_owned(),
            });
        }
        let people = who::people(app, who).await?;
        let waiting = people
            .iter()
            .filter(|person| person.row.state == MemberState::Invited);
        let waiting = waiting.count();
        if waiting > 0 {
            all.push(ToDo {
                title: match waiting {
                    1 => "One colleague has not joined yet".to_owned(),
                    more => format!("{more} colleagues have not joined yet"),
                },
                path: "/desk/people".to_owned(),
                sentence:
                    "An invitation is good for seven days; you can make a new one at any time."
                        .to_owned(),
            });
        }
        if people.len() < 2 {
            all.push(ToDo {
                title: "Invite your colleagues".to_owned(),
                path: "/desk/people".to_owned(),
                sentence: "A tutor proposes and a reviewer decides: nobody approves their own, so it takes two.".to_owned(),
            });
        }
    }
    Ok(all)
}

/// What waits in the loop, or is the next thing to begin with.
async fn in_the_loop(site: &Site, signed: &Signed) -> Result<Vec<ToDo>, WebError> {
    let mut all = Vec::new();
    let (app, who) = (site.app(), &signed.who);
    let mut add = |title: String, path: &str, sentence: &str| {
        all.push(ToDo {
            title,
            path: path.to_owned(),
            sentence: sentence.to_owned(),
        });
    };
    if who.may(Scope::Review).is_ok() {
        let queue = review::queue(app, who).await?;
        let title = match queue.count {
            1 => "One attempt waits for review".to_owned(),
            count => format!("{count} attempts wait for review"),
        };
        let late = match queue.late {
            0 => "The oldest stands first.".to_owned(),
            late => format!("{late} of them longer than was promised. The oldest stands first."),
        };
        if queue.count > 0 {
            add(title, "/desk/review", &late);
        }
    }
    let standards = who.may(Scope::Standards).is_ok();
    let programs = who.may(Scope::Programs).is_ok();
    let propose = who.may(Scope::Propose).is_ok();
    for one in second_people(site, signed).await? {
        add(one.title, &one.path, &one.sentence);
    }
    if !(standards || programs || propose) {
        return Ok(all);
    }
    let nothing_published = publish::list(app, who).await?.is_empty();
    let no_program = run::all(app, who).await?.is_empty();
    if standards && nothing_published {
        let how = "First which skills matter (a map), then what is scored (a rubric), then the task: that is an achievement.";
        add(
            "Write down what counts".to_owned(),
            "/desk/achievements",
            how,
        );
    }
    if programs && no_program {
        let how = "A term at a school. Its roster says who takes part.";
        add("Make the first program".to_owned(), "/desk/programs", how);
    }
    if propose && !nothing_published && !no_program && lab::all(app, who).await?.is_empty() {
        let how =
            "A session where learners try, with a code for the wall and a grid for what you see.";
        add("Hold the first lab".to_owned(), "/desk/labs", how);
    }
    Ok(all)
}

/// What waits for a second person, or for a decision of whoever may take things back.
async fn second_people(site: &Site, signed: &Signed) -> Result<Vec<ToDo>, WebError> {
    let (app, who) = (site.app(), &signed.who);
    let mut all = Vec::new();
    let mut add = |count: usize, (one, many): (&str, &str), path: &str, sentence: &str| {
        let title = match count {
            0 => return,
            1 => format!("One {one}"),
            count => format!("{count} {many}"),
        };
        all.push(ToDo {
            title,
            path: path.to_owned(),
            sentence: sentence.to_owned(),
        });
    };
    if who.may(Scope::Review).is_ok() {
        let again = second::waiting_for(app, who).await?;
        let words = (
            "decision is to be read again",
            "decisions are to be read again",
        );
        let how = "A sample of all, and those of people who lost the right to decide.";
        add(again.len(), words, "/desk/review", how);
    }
    if who.may(Scope::Issue).is_ok() {
        let batches = batches::newest(app, who, BATCHES).await?;
        let mine = |row: &&JobRow| {
            let approval = Approval::read(row).filter(Approval::waits);
            approval.is_some_and(|one| one.started_by != who.principal())
        };
        let open = |row: &&JobRow| matches!(row.state, JobState::Waiting | JobState::Paused);
        let words = (
            "batch waits for a second person",
            "batches wait for a second person",
        );
        let waiting = batches.iter().filter(open).filter(mine).count();
        let how = "It is large: nothing of it is signed before you say yes.";
        add(waiting, words, "/desk/awards", how);
    }
    if who.may(Scope::Revoke).is_ok() {
        let bulk = bulk::waiting(app, who).await?;
        let others = bulk
            .iter()
            .filter(|one| one.row.asked_by != who.principal());
        let words = (
            "change of many waits for a second person",
            "changes of many wait for a second person",
        );
        let how = "A colleague asked for it: it is done when you say yes.";
        add(others.count(), words, "/desk/corrections", how);
        let pathways = award::list(app, who).await?;
        let waiting: usize = pathways.iter().map(|one| one.waiting).sum();
        let words = (
            "of the stacks needs a decision",
            "of the stacks need a decision",
        );
        let how = "A part of them was taken back.";
        add(waiting, words, "/desk/pathways", how);
    }
    Ok(all)
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let html = |to_do| {
        let page = TodayPage {
            frame: Desk::frame("Today"),
            desk: Desk::sample("/desk"),
            day: "22 November 2026".to_owned(),
            first_name: "Ana".to_owned(),
            to_do,
        };
        page.render().expect("renders")
    };
    let one = ToDo {
        title: "Invite your colleagues".to_owned(),
        path: "/desk/people".to_owned(),
        sentence: "It takes two.".to_owned(),
    };
    vec![
        ("desk-today", html(vec![one])),
        ("desk-today-empty", html(Vec::new())),
    ]
}
