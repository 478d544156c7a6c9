//! A provider with its people, a program and a lab.

use std::{collections::HashMap, sync::Arc};

use skillmark::{
    app::App,
    clock::{FixedClock, SystemChance},
    config::Config,
    db::{ApiKeyRow, AttemptKind, Decision},
    ids::{AchievementId, AttemptId, LabId, PersonId, ProgramId},
    issue::{Achievement, issuer, people::Details, publish},
    program::{
        By, attempt, decide::Judgement, evidence, lab, learner, qualification, roster, run, score,
    },
    who::{Scope, Who, new_api_key},
};

use crate::support::{db::Temp, site::memo};

/// Everything a test of the loop needs.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    /// May do everything.
    pub(crate) boss: Who,
    pub(crate) coordinator: Who,
    pub(crate) tutor: Who,
    pub(crate) reviewer: Who,
    pub(crate) second: Who,
    pub(crate) program: ProgramId,
    pub(crate) lab: LabId,
    pub(crate) memo: Achievement,
    /// Ana, Bo and Cy.
    pub(crate) learners: Vec<PersonId>,
}

pub(crate) const ROSTER: &str = "learner,name,email,guardian,birthMonth\n\
    u-1,Ana Canary,ana@school.example,Eva Canary 555-0101,2012-05\n\
    u-2,Bo Canary,bo@school.example,,\n\
    u-3,Cy Canary,,,\n";

impl World {
    pub(crate) async fn new(temp: &Temp) -> World {
        World::named(temp, "Riverside Tutoring").await
    }

    pub(crate) async fn named(temp: &Temp, name: &str) -> World {
        World::with(temp.config(), name).await
    }

    pub(crate) async fn with(config: Config, name: &str) -> World {
        let at = "2026-03-02T10:00:00Z".parse().expect("a time");
        let clock = Arc::new(FixedClock::at(at));
        let app = App::open_or_make(config, clock.clone(), Arc::new(SystemChance)).await;
        let app = app.expect("the program opens");
        let new = issuer::NewIssuer {
            name: name.to_owned(),
            web_address: "https://riverside.example".to_owned(),
            ..Default::default()
        };
        let made = issuer::init(&app, &new).await.expect("an organisation");
        let boss = Who::operator(made.issuer.issuer_id);
        let memo = Achievement::parse(memo().to_string().as_bytes()).expect("an achievement");
        publish::publish(&app, &boss, &memo)
            .await
            .expect("published");
        let coordinator = somebody(
            &app,
            &boss,
            &[Scope::Read, Scope::Programs, Scope::Propose, Scope::Issue],
        )
        .await;
        let tutor = somebody(&app, &boss, &[Scope::Read, Scope::Propose]).await;
        let reviewer = somebody(&app, &boss, &[Scope::Read, Scope::Review]).await;
        let second = somebody(&app, &boss, &[Scope::Read, Scope::Review]).await;
        for who in [&reviewer, &second] {
            qualify(&app, &boss, who, "2026-12-31").await;
        }
        let said = run::Said {
            name: "Career skills".to_owned(),
            term: "Spring 2026".to_owned(),
            school: "Riverside Middle".to_owned(),
            grade_band: "6-8".to_owned(),
            funding_stream: "Title I".to_owned(),
            second_percent: Some(100),
            ..run::Said::default()
        };
        let program = run::make(&app, &coordinator, &said)
            .await
            .expect("a program");
        roster::apply(&app, &coordinator, &program, ROSTER.as_bytes(), false)
            .await
            .expect("a roster");
        let learners = learner::all(&app, &coordinator, "")
            .await
            .expect("learners");
        let said = lab::Said {
            program: program.clone(),
            name: "Data lab".to_owned(),
            held: "2026-03-02".to_owned(),
            offers: vec![memo.id().clone()],
        };
        let lab = lab::make(&app, &tutor, &said).await.expect("a lab");
        World {
            learners: learners.into_iter().map(|one| one.person).collect(),
            app,
            clock,
            boss,
            coordinator,
            tutor,
            reviewer,
            second,
            program,
            lab,
            memo,
        }
    }

    pub(crate) fn ana(&self) -> By {
        self.learner(0)
    }

    pub(crate) fn learner(&self, at: usize) -> By {
        By::Learner(self.boss.issuer().clone(), self.learners[at].clone())
    }

    pub(crate) fn offer(&self) -> AchievementId {
        self.memo.id().clone()
    }

    /// A performance at the lab, opened by the learner.
    pub(crate) async fn opened(&self, at: usize) -> AttemptId {
        let open = attempt::Open {
            person: self.learners[at].clone(),
            achievement: self.offer(),
            kind: AttemptKind::Performance,
            lab: Some(self.lab.clone()),
            program: None,
        };
        attempt::open(&self.app, &self.learner(at), &open)
            .await
            .expect("opened")
    }

    /// As [`World::opened`], scored by the tutor and handed in with a note.
    pub(crate) async fn submitted(&self, at: usize) -> AttemptId {
        let id = self.opened(at).await;
        let by = self.learner(at);
        let note = evidence::New::Note("The memo says: open on Mondays.".to_owned());
        evidence::add(&self.app, &by, &id, "My memo", note)
            .await
            .expect("added");
        let marks = ["Uses evidence", "Explains clearly"].map(|name| score::Mark {
            criterion: name.to_owned(),
            level: "Proficient".to_owned(),
            note: String::new(),
        });
        let tutor = By::Staff(self.tutor.clone());
        score::put(&self.app, &tutor, &id, &marks)
            .await
            .expect("proposed");
        attempt::submit(&self.app, &by, &id)
            .await
            .expect("handed in");
        id
    }

    /// A judgement: levels by the place of the criterion.
    pub(crate) fn judge(
        &self,
        decision: Decision,
        levels: &[(usize, &str)],
        say: &str,
    ) -> Judgement {
        Judgement {
            decision,
            levels: self.levels(levels),
            notes: HashMap::new(),
            feedback: say.to_owned(),
        }
    }

    pub(crate) fn levels(&self, levels: &[(usize, &str)]) -> HashMap<String, String> {
        let id = |at: usize| self.memo.criteria()[at].id.clone();
        levels
            .iter()
            .map(|(at, level)| (id(*at), (*level).to_owned()))
            .collect()
    }
}

/// Somebody with an API key of these scopes.
pub(crate) async fn somebody(app: &App, boss: &Who, scopes: &[Scope]) -> Who {
    let (row, secret): (ApiKeyRow, _) = new_api_key(
        boss.issuer(),
        "x",
        scopes,
        None,
        app.now(),
        app.chance.as_ref(),
    );
    app.db
        .of(boss.issuer())
        .add_api_key(&row)
        .await
        .expect("a key");
    Who::by_api_key(&app.db, secret.reveal(), app.now())
        .await
        .expect("known")
}

pub(crate) async fn qualify(app: &App, boss: &Who, who: &Who, until: &str) {
    let said = qualification::Said {
        reviewer: who.actor().to_owned(),
        role: "Career skills reviewer".to_owned(),
        title: "State teaching licence".to_owned(),
        valid_until: Some(until.to_owned()),
    };
    qualification::add(app, boss, &said)
        .await
        .expect("qualified");
}

pub(crate) fn details(reference: &str, name: &str) -> Details {
    Details {
        reference: reference.to_owned(),
        name: Some(name.to_owned()),
        ..Details::default()
    }
}
