//! Every kind of work, and how it is done.

use std::{future::Future, pin::Pin};

use tokio::sync::watch;

use crate::{
    app::App,
    clock::Timestamp,
    db::{self, JobRow},
    hooks,
    ids::{LetterId, PersonId, WebhookId},
    issue::{self, batch, batches},
    letters, program, queue,
    standard::pathway,
    who,
};

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// It was held or cancelled meanwhile, or the worker is to stop.
    Stopped,
    /// It could not be done now, which is no fault of the work: the try does not count.
    Later(String),
    /// There is more to do, not before then: the try does not count.
    Again(Timestamp),
    /// It failed; the words hold nothing of a person.
    Failed(String),
}

/// Who does what. Work that waits for other machines, one that answers slowly or not at all, keeps
/// none of those busy that sign; and in no lane can one organisation take all the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What is done here.
    Here,
    /// What the mail server is asked.
    Letters,
    /// What other people's machines are told.
    Messages,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Lane; 3] = [Lane::Here, Lane::Letters, Lane::Messages];

    /// How many work in it where `count` were asked for, and how many of them for one organisation.
    pub(super) fn places(self, count: usize) -> (usize, i64) {
        match self {
            Lane::Here => (count, i64::MAX),
            _ if count == 0 => (0, 0),
            Lane::Letters => (3, 2),
            Lane::Messages => (6, 2),
        }
    }
}

/// One try at some work.
#[derive(Clone)]
pub struct Task {
    /// What every service is given.
    pub app: App,
    /// The work.
    pub job: JobRow,
    /// Whether to stop at the next chance.
    pub stop: watch::Receiver<bool>,
}

/// An answer that comes later.
pub type Soon<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A kind of work.
pub struct Kind {
    /// Its word in [`crate::queue`].
    pub name: &'static str,
    /// Who does it.
    pub lane: Lane,
    /// Seconds to wait after each try that failed; after the last one it is given up.
    pub waits: &'static [i64],
    /// Does it.
    pub run: fn(Task) -> Soon<Outcome>,
    /// What is left to do when it is given up.
    pub give_up: fn(App, JobRow, String) -> Soon<()>,
}

/// Tried five times within half a minute.
const SOON: &[i64] = &[1, 2, 4, 8];
/// Tried for a day.
const PATIENTLY: &[i64] = &[5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Every kind of work.
pub const KINDS: &[Kind] = &[
    Kind {
        name: queue::ISSUE,
        lane: Lane::Here,
        waits: SOON,
        run: |task| Box::pin(sign(task)),
        give_up: |app, job, why| Box::pin(give_up_batch(app, job, why)),
    },
    Kind {
        name: queue::LETTER,
        lane: Lane::Letters,
        waits: PATIENTLY,
        run: |task| Box::pin(letter(task)),
        give_up: |app, job, why| Box::pin(give_up_letter(app, job, why)),
    },
    Kind {
        name: queue::WEBHOOK,
        lane: Lane::Messages,
        waits: PATIENTLY,
        run: |task| Box::pin(webhook(task)),
        give_up: |_, _, _| Box::pin(async {}),
    },
    Kind {
        name: queue::RECONSIDER,
        lane: Lane::Here,
        waits: PATIENTLY,
        run: |task| Box::pin(reconsider(task)),
        give_up: |_, _, _| Box::pin(async {}),
    },
    Kind {
        name: queue::REMIND,
        lane: Lane::Here,
        waits: PATIENTLY,
        run: |task| Box::pin(remind(task)),
        give_up: |_, _, _| Box::pin(async {}),
    },
];

async fn sign(task: Task) -> Outcome {
    let Task { app, job, stop } = task;
    let going = move || !*stop.borrow();
    match batch::work_while(&app, &job.issuer_id, &job.job_id, &going).await {
        Ok(counts) if counts.pending == 0 => Outcome::Done,
        Ok(_) => Outcome::Stopped,
        Err(error) => of_issue(&error),
    }
}

fn of_issue(error: &issue::Error) -> Outcome {
    if error.passes() {
        Outcome::Later(error.to_string())
    } else {
        Outcome::Failed(error.to_string())
    }
}

async fn give_up_batch(app: App, job: JobRow, why: String) {
    if let Err(error) = batches::give_up(&app, &job, &why).await {
        tracing::error!(%error, "a batch could not be given up");
    }
}

async fn letter(task: Task) -> Outcome {
    let Ok(id) = task.job.about.parse::<LetterId>() else {
        return Outcome::Done;
    };
    match letters::deliver(&task.app, &task.job.issuer_id, &id).await {
        Ok(letters::Outcome::Ended) => Outcome::Done,
        Ok(letters::Outcome::Later(why)) => Outcome::Failed(why),
        Err(
            error @ (letters::Error::Db(db::Error::Unavailable(_)) | letters::Error::Custody(_)),
        ) => Outcome::Later(error.to_string()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

async fn give_up_letter(app: App, job: JobRow, why: String) {
    let Ok(id) = job.about.parse::<LetterId>() else {
        return;
    };
    if let Err(error) = letters::give_up(&app, &job.issuer_id, &id, &why).await {
        tracing::error!(%error, "a letter could not be given up");
    }
}

async fn webhook(task: Task) -> Outcome {
    let Task { app, job, stop } = task;
    let Ok(id) = job.about.parse::<WebhookId>() else {
        return Outcome::Done;
    };
    let going = move || !*stop.borrow();
    let next = match hooks::deliver(&app, &job.issuer_id, &id, &going).await {
        Ok(hooks::Next::Nothing) => return Outcome::Done,
        Ok(hooks::Next::At(next)) => next,
        Err(error) => return Outcome::Later(error.to_string()),
    };
    // What happened meanwhile brought work of its own: one that comes in time is enough.
    let mut rows = app.db.of(&job.issuer_id);
    let planned = rows.job_is_planned(queue::WEBHOOK, &job.about, &job.job_id, next.into());
    match planned.await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::Again(next),
        Err(error) => Outcome::Later(error.to_string()),
    }
}

async fn reconsider(task: Task) -> Outcome {
    let Task { app, job, .. } = task;
    let Ok(person) = job.about.parse::<PersonId>() else {
        return Outcome::Done;
    };
    match pathway::award::reconsider(&app, &job.issuer_id, &person).await {
        Ok(_) => Outcome::Done,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Looks who is to be reminded. What was written before is not written again, so that a look that was
/// cut off is done from the beginning.
async fn remind(task: Task) -> Outcome {
    let Task { app, job, .. } = task;
    let invited = letters::remind_invited(&app, &job.issuer_id).await;
    let others = program::remind::look(&app, &job.issuer_id).await;
    match (invited, others) {
        (Ok(_), Ok(_)) => Outcome::Done,
        (Err(who::Error::Db(db::Error::Unavailable(why))), _)
        | (_, Err(program::Error::Db(db::Error::Unavailable(why)))) => Outcome::Later(why),
        (Err(error), _) => Outcome::Failed(error.to_string()),
        (_, Err(error)) => Outcome::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_can_be_put_down_is_done() {
        for name in queue::KINDS {
            assert!(KINDS.iter().any(|kind| kind.name == *name), "{name}");
        }
        assert_eq!(KINDS.len(), queue::KINDS.len());
    }
}
