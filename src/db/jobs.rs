//! Work promised for later, and who works on it.

use super::{Db, Error, Many, Query, Tenant, Ts, issuers::one, plain::words};
use crate::ids::{IssuerId, JobId};

words! {
    /// What became of work.
    JobState, "state of work" {
        /// To be done, or being done.
        Waiting = "waiting",
        /// Held until somebody says to go on.
        Paused = "paused",
        /// Done; of work with parts, every part came out in some way.
        Done = "done",
        /// Given up; the row says why.
        Failed = "failed",
        /// Stopped for good; what was done until then stays.
        Cancelled = "cancelled",
    }
}

/// Work as it stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct JobRow {
    /// Whose work it is.
    pub issuer_id: IssuerId,
    /// Its id.
    pub job_id: JobId,
    /// Which kind of work.
    pub kind: String,
    /// The id of what it is about.
    pub about: String,
    /// What else the work needs to know, as JSON; nothing of a person.
    pub details: String,
    /// Who asked for it.
    pub actor: String,
    /// What became of it.
    pub state: JobState,
    /// How often it was begun since it last came a step further.
    pub attempts: i64,
    /// Not before this.
    pub run_after: Ts,
    /// Who works on it.
    pub lease: Option<String>,
    /// Until when they must say that they still do.
    pub leased_until: Option<Ts>,
    /// How many parts it has.
    pub total: i64,
    /// How many of them are done.
    pub done: i64,
    /// How many were given up.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
    /// How many were done before; not in `total`.
    pub repeated: i64,
    /// What went wrong the last time; nothing of a person.
    pub problem: Option<String>,
    /// Since when it is there.
    pub created_at: Ts,
    /// When it ended.
    pub finished_at: Option<Ts>,
}

/// What somebody at work holds, so that no two do the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// A random word, another each time.
    pub word: String,
    /// Until when it is theirs without another sign of life.
    pub until: Ts,
}

macro_rules! columns {
    () => {
        "issuer_id, job_id, kind, about, details, actor, state, attempts, run_after, lease, \
         leased_until, total, done, failed, cancelled, repeated, problem, created_at, finished_at"
    };
}

/// Which work a worker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane<'a> {
    /// Of these kinds.
    pub kinds: &'a [&'a str],
    /// Of one organisation no more than so many at once.
    pub share: i64,
}

/// What is due at `$1` of a lane's kinds, of organisations that have not had their share (`$2`). Of
/// two workers who look at the same moment both may find the last place free.
fn due(lane: &Lane<'_>, first: usize) -> String {
    let places: Vec<String> = (0..lane.kinds.len())
        .map(|n| format!("${}", first + n))
        .collect();
    let kinds = places.join(", ");
    format!(
        "state = 'waiting' and kind in ({kinds}) and run_after <= $1 \
         and (leased_until is null or leased_until <= $1) \
         and issuer_id not in (select held.issuer_id from jobs held where held.lease is not null \
         and held.kind in ({kinds}) and held.leased_until > $1 \
         group by held.issuer_id having count(*) >= $2)"
    )
}

impl Tenant<'_> {
    /// Puts work down, in the transaction of its cause.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the id is taken.
    pub async fn add_job(&mut self, row: &JobRow) -> Result<(), Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        let row = std::slice::from_ref(row);
        self.add_jobs(row).await
    }

    /// Puts much work down.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if an id is taken: then none is put down.
    pub async fn add_jobs(&mut self, rows: &[JobRow]) -> Result<(), Error> {
        let many = self.jobs_to_add(rows);
        self.insert(many).await?;
        Ok(())
    }

    /// Puts work down unless work with its id is there already, in whatever state; whether it was
    /// not.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn add_job_once(&mut self, row: &JobRow) -> Result<bool, Error> {
        debug_assert_eq!(self.issuer_id(), &row.issuer_id);
        let many = self
            .jobs_to_add(std::slice::from_ref(row))
            .tail("on conflict (issuer_id, job_id) do nothing returning job_id");
        let added: Vec<(JobId,)> = self.insert_returning(many).await?;
        Ok(!added.is_empty())
    }

    fn jobs_to_add(&self, rows: &[JobRow]) -> Many {
        let all = || rows.iter();
        self.many("jobs", rows.len())
            .text("job_id", all().map(|r| r.job_id.to_string()))
            .text("kind", all().map(|r| r.kind.clone()))
            .text("about", all().map(|r| r.about.clone()))
            .text("details", all().map(|r| r.details.clone()))
            .text("actor", all().map(|r| r.actor.clone()))
            .text("state", all().map(|r| r.state.to_string()))
            .number("attempts", all().map(|r| r.attempts))
            .time("run_after", all().map(|r| r.run_after))
            .text("lease", all().map(|r| r.lease.clone()))
            .time("leased_until", all().map(|r| r.leased_until))
            .number("total", all().map(|r| r.total))
            .number("done", all().map(|r| r.done))
            .number("failed", all().map(|r| r.failed))
            .number("cancelled", all().map(|r| r.cancelled))
            .number("repeated", all().map(|r| r.repeated))
            .time("created_at", all().map(|r| r.created_at))
            .time("finished_at", all().map(|r| r.finished_at))
    }

    /// The work with this id.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn job(&mut self, id: &JobId) -> Result<Option<JobRow>, Error> {
        self.read(concat!(
            "select ",
            columns!(),
            " from jobs where issuer_id = $1 and job_id = $2"
        ))
        .bind(id.clone())
        .opt()
        .await
    }

    /// The newest work of a kind, newest first.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn jobs(&mut self, kind: &str, limit: i64) -> Result<Vec<JobRow>, Error> {
        self.read(concat!(
            "select ",
            columns!(),
            " from jobs where issuer_id = $1 and kind = $2 \
             order by created_at desc, job_id desc limit $3"
        ))
        .bind(kind.to_owned())
        .bind(limit)
        .all()
        .await
    }

    /// Whether work of this kind about this waits already, and nobody has begun it. On Postgres
    /// nobody begins it until the caller's transaction ends: it is to see what the caller writes.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn job_waits(&mut self, kind: &str, about: &str) -> Result<bool, Error> {
        let found: Vec<JobId> = self
            .write_locking(
                "select job_id from jobs where issuer_id = $1 and about = $2 and kind = $3 \
                 and state = 'waiting' and lease is null limit 1 for update",
                "select job_id from jobs where issuer_id = $1 and about = $2 and kind = $3 \
                 and state = 'waiting' and lease is null limit 1",
            )
            .bind(about.to_owned())
            .bind(kind.to_owned())
            .scalars()
            .await?;
        Ok(!found.is_empty())
    }

    /// Whether other work of this kind about this waits, which nobody has begun and which is due by
    /// `then`.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn job_is_planned(
        &mut self,
        kind: &str,
        about: &str,
        but: &JobId,
        then: Ts,
    ) -> Result<bool, Error> {
        let found: Vec<JobId> = self
            .read(
                "select job_id from jobs where issuer_id = $1 and about = $2 and kind = $3 \
                 and state = 'waiting' and lease is null and job_id <> $4 and run_after <= $5 \
                 limit 1",
            )
            .bind(about.to_owned())
            .bind(kind.to_owned())
            .bind(but.clone())
            .bind(then)
            .scalars()
            .await?;
        Ok(!found.is_empty())
    }

    /// Holds work, or lets it go on. Whoever works on it loses it.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it is not in the state `from`.
    pub async fn turn_job(
        &mut self,
        id: &JobId,
        from: JobState,
        to: JobState,
        at: Ts,
    ) -> Result<(), Error> {
        let rows = self
            .write(
                "update jobs set state = $4, lease = null, leased_until = null, attempts = 0, \
                 run_after = $5 where issuer_id = $1 and job_id = $2 and state = $3",
            )
            .bind(id.clone())
            .bind(from)
            .bind(to)
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Writes down what else work needs to know, in place of what stood there.
    ///
    /// # Errors
    /// [`Error::NoRow`] if something else stands there by now.
    pub async fn detail_job(&mut self, id: &JobId, before: &str, after: &str) -> Result<(), Error> {
        let rows = self
            .write(
                "update jobs set details = $4 \
                 where issuer_id = $1 and job_id = $2 and details = $3",
            )
            .bind(id.clone())
            .bind(before.to_owned())
            .bind(after.to_owned())
            .run()
            .await?;
        one(rows)
    }

    /// Ends work that was not ended: whoever works on it loses it. `lost` parts are counted as
    /// cancelled, or else as failed.
    ///
    /// # Errors
    /// [`Error::NoRow`] if it has ended before.
    pub async fn end_job(
        &mut self,
        id: &JobId,
        end: JobState,
        (lost, problem): (i64, Option<&str>),
        at: Ts,
    ) -> Result<(), Error> {
        let cancelled = end == JobState::Cancelled;
        let rows = self
            .write(
                "update jobs set state = $3, cancelled = cancelled + $4, failed = failed + $5, \
                 problem = coalesce($6, problem), lease = null, leased_until = null, \
                 finished_at = $7 where issuer_id = $1 and job_id = $2 \
                 and state in ('waiting', 'paused')",
            )
            .bind(id.clone())
            .bind(end)
            .bind(if cancelled { lost } else { 0 })
            .bind(if cancelled { 0 } else { lost })
            .bind(problem.map(str::to_owned))
            .bind(at)
            .run()
            .await?;
        one(rows)
    }

    /// Says that `lease` is still at work on it; `false`: it is not theirs any more, stop.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn hold_job(&mut self, id: &JobId, lease: &Lease) -> Result<bool, Error> {
        let rows = self
            .write(
                "update jobs set leased_until = $4 \
                 where issuer_id = $1 and job_id = $2 and lease = $3 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(lease.word.clone())
            .bind(lease.until)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// Says that whoever works on it still does, whoever that is; `false`: it is not to be worked
    /// on any more.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn keep_job(&mut self, id: &JobId, until: Ts) -> Result<bool, Error> {
        let rows = self
            .write(
                "update jobs set leased_until = case when lease is null or leased_until > $3 then leased_until \
                 else $3 end where issuer_id = $1 and job_id = $2 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(until)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// Ends work that `lease` is at; `false`: it is not theirs any more.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn finish_job(
        &mut self,
        id: &JobId,
        lease: &str,
        end: JobState,
        problem: Option<&str>,
        at: Ts,
    ) -> Result<bool, Error> {
        let rows = self
            .write(
                "update jobs set state = $4, problem = coalesce($5, problem), lease = null, \
                 leased_until = null, finished_at = $6 \
                 where issuer_id = $1 and job_id = $2 and lease = $3 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(lease.to_owned())
            .bind(end)
            .bind(problem.map(str::to_owned))
            .bind(at)
            .run()
            .await?;
        Ok(rows == 1)
    }

    /// Lays work down that `lease` is at, until `run_after`. If it is no fault of the work, the
    /// try does not count.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn lay_down_job(
        &mut self,
        id: &JobId,
        lease: &str,
        run_after: Ts,
        (counts, problem): (bool, Option<&str>),
    ) -> Result<bool, Error> {
        let rows = self
            .write(
                "update jobs set lease = null, leased_until = null, run_after = $4, \
                 problem = coalesce($5, problem), \
                 attempts = case when attempts > $6 then attempts - $6 else 0 end \
                 where issuer_id = $1 and job_id = $2 and lease = $3 and state = 'waiting'",
            )
            .bind(id.clone())
            .bind(lease.to_owned())
            .bind(run_after)
            .bind(problem.map(str::to_owned))
            .bind(i64::from(!counts))
            .run()
            .await?;
        Ok(rows == 1)
    }
}

impl Db {
    /// Takes the work of a lane that is due at `now`, or whose worker has not been heard of since
    /// its lease ended. Across organisations: for the worker.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn claim_job(
        &self,
        now: Ts,
        lease: &Lease,
        lane: &Lane<'_>,
    ) -> Result<Option<JobRow>, Error> {
        fn of<'q>(query: Query<'q>, lane: &Lane<'_>) -> Query<'q> {
            let kinds = lane.kinds.iter().map(|kind| (*kind).to_owned());
            kinds.fold(query, Query::bind)
        }
        // Asked of those that only read first, so that an idle worker never takes the write lock.
        let look = format!("select job_id from jobs where {} limit 1", due(lane, 3));
        let found: Vec<JobId> = of(self.read_built(look).bind(now).bind(lane.share), lane)
            .scalars()
            .await?;
        if found.is_empty() {
            return Ok(None);
        }
        // Postgres passes over what another worker is taking; SQLite has one writer at a time.
        let lock = match self {
            Db::Postgres { .. } => "for update skip locked",
            Db::Sqlite { .. } => "",
        };
        let take = format!(
            "with due as materialized (select issuer_id as due_issuer, job_id as due_job \
             from jobs where {} order by run_after, created_at, job_id limit 1 {lock}) \
             update jobs set lease = $3, leased_until = $4, attempts = attempts + 1 from due \
             where issuer_id = due_issuer and job_id = due_job returning {}",
            due(lane, 5),
            columns!()
        );
        let query = self.write_built(take).bind(now).bind(lane.share);
        of(query.bind(lease.word.clone()).bind(lease.until), lane)
            .opt()
            .await
    }

    /// Forgets work that ended before `then`: how much. Across organisations: for the round that
    /// keeps what the privacy page promises.
    ///
    /// # Errors
    /// [`Error`] if the database could not answer.
    pub async fn forget_jobs(&self, then: Ts) -> Result<u64, Error> {
        self.write("delete from jobs where finished_at < $1")
            .bind(then)
            .run()
            .await
    }
}
