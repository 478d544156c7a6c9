//! Heavy work: reading pictures, checking, drawing. A few pieces at once, away from the threads that
//! answer, and nobody waits for long (threat K4).

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{Notify, oneshot},
    time,
};

use crate::web::error::WebError;

/// How long a piece of work waits until it is begun. Past it whoever asked hears to come again: what
/// waits behind so much would come too late anyway.
const PATIENCE: Duration = Duration::from_secs(5);

/// A piece of work that waits.
const WAITING: u8 = 0;
/// One that was begun.
const BEGUN: u8 = 1;
/// One that nobody waits for any more.
const GIVEN_UP: u8 = 2;

type Job = Box<dyn FnOnce() + Send>;

/// The threads that do heavy work, as many as there are cores: more only makes everybody wait. They
/// take up one piece after the other, and end with this.
pub(crate) struct Workers {
    jobs: mpsc::Sender<Job>,
}

/// How many pieces of work run at once.
fn at_once() -> usize {
    thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
}

impl Workers {
    pub(crate) fn new() -> Workers {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..at_once() {
            let waiting = waiting.clone();
            thread::spawn(move || {
                let next = || {
                    let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                    waiting.recv()
                };
                while let Ok(job) = next() {
                    // What a piece of work leaves behind must not end the thread either.
                    let _ = catch_unwind(AssertUnwindSafe(job));
                }
            });
        }
        Workers { jobs }
    }

    /// Runs pure work as soon as there is a thread for it.
    ///
    /// # Errors
    /// 503 if there was none for [`PATIENCE`]; 500 if the work panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WebError> {
        let (tell, mut told) = oneshot::channel();
        let state = Arc::new(AtomicU8::new(WAITING));
        let becomes = |state: &AtomicU8, next| {
            let order = Ordering::AcqRel;
            state
                .compare_exchange(WAITING, next, order, Ordering::Acquire)
                .is_ok()
        };
        let (seen, runtime) = (state.clone(), Handle::current());
        let job = Box::new(move || {
            // Also for what is only dropped: a connection that goes back to its pool needs it.
            let _runtime = runtime.enter();
            let work = work;
            // Nobody waits for it: then it is not done at all.
            if tell.is_closed() || !becomes(&seen, BEGUN) {
                return;
            }
            let done = catch_unwind(AssertUnwindSafe(work));
            // Whoever asked may have gone.
            let _ = tell.send(done.ok());
        });
        let sent = self.jobs.send(job);
        sent.map_err(|_| WebError::internal(&"nobody does heavy work any more"))?;
        let done = match time::timeout(PATIENCE, &mut told).await {
            Ok(done) => done,
            Err(_) if becomes(&state, GIVEN_UP) => {
                let detail =
                    "Too much is being checked just now. Please try again in a few seconds.";
                return Err(WebError::later(5, "busy", detail));
            }
            Err(_) => told.await,
        };
        let panicked = || WebError::internal(&"a piece of work panicked");
        done.ok().flatten().ok_or_else(panicked)
    }

    /// As [`run`](Self::run), for work that also waits: for the database, or for another server.
    /// While it does it holds neither a thread nor a place among the others.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(crate) async fn run_at_times<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, WebError> {
        let bell = Arc::new(Bell(Notify::new()));
        let mut work = Box::pin(work);
        loop {
            let waker = Waker::from(bell.clone());
            let (there, polled) = self
                .run(move || {
                    let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
                    (work, polled)
                })
                .await?;
            match polled {
                Poll::Ready(done) => return Ok(done),
                Poll::Pending => work = there,
            }
            bell.0.notified().await;
        }
    }
}

/// Remembers that somebody wants to be asked again.
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.0.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use axum::{http::StatusCode, response::IntoResponse as _};

    use super::*;

    /// Every thread is taken by work that does not end by itself.
    #[tokio::test(start_paused = true)]
    async fn k4_the_excess_hears_to_come_again_and_what_runs_is_finished() {
        let workers = Arc::new(Workers::new());
        let (begin, begun) = mpsc::channel();
        let (end, ends): (Vec<_>, Vec<_>) = (0..at_once()).map(|_| mpsc::channel::<()>()).unzip();
        let running: Vec<_> = ends
            .into_iter()
            .map(|ends| {
                let (workers, begin) = (workers.clone(), begin.clone());
                tokio::spawn(async move {
                    let work = move || {
                        begin.send(()).expect("somebody counts");
                        ends.recv().is_ok()
                    };
                    workers.run(work).await.ok()
                })
            })
            .collect();
        tokio::task::yield_now().await;
        for _ in 0..at_once() {
            begun.recv().expect("it is begun");
        }
        let (done, was_done) = mpsc::channel();
        let excess = tokio::spawn({
            let workers = workers.clone();
            async move {
                let late = async move { done.send(()) };
                workers.run_at_times(late).await.map(|_| ())
            }
        });
        tokio::task::yield_now().await;
        time::advance(PATIENCE - Duration::from_millis(1)).await;
        assert!(!excess.is_finished(), "it waits");
        time::advance(Duration::from_millis(2)).await;
        let refused = excess.await.expect("no panic").expect_err("no thread");
        let answer = refused.into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);

        for end in end {
            end.send(()).expect("it waits");
        }
        for running in running {
            assert_eq!(
                running.await.expect("no panic"),
                Some(true),
                "it is finished"
            );
        }
        time::resume();
        assert_eq!(workers.run(|| "in time").await.ok(), Some("in time"));
        assert!(was_done.try_recv().is_err(), "what was refused is not done");
    }

    #[tokio::test]
    async fn a_panic_is_told_and_the_thread_goes_on() {
        let workers = Workers::new();
        for _ in 0..at_once() * 2 {
            let told = workers.run(|| panic!("on purpose")).await;
            let answer = told.expect_err("it panicked").into_response();
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!(workers.run(|| 7).await.ok(), Some(7));
    }

    /// Waits for ever, and is dropped where there is no runtime only with a panic; as a connection is.
    struct Needy(mpsc::Sender<bool>);

    impl Drop for Needy {
        fn drop(&mut self) {
            let _ = self.0.send(Handle::try_current().is_ok());
            let _ = Handle::current();
        }
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_is_dropped_within_the_runtime() {
        let workers = Arc::new(Workers::new());
        for _ in 0..at_once() * 2 {
            let (end, ends) = mpsc::channel::<()>();
            let (dropped, was_dropped) = mpsc::channel();
            let (begin, begun) = oneshot::channel();
            // Every thread is taken, so that what is asked for next waits.
            let ends = Arc::new(Mutex::new(ends));
            let taken: Vec<_> = (0..at_once())
                .map(|_| {
                    let (workers, ends) = (workers.clone(), ends.clone());
                    tokio::spawn(async move {
                        let work = move || ends.lock().expect("unharmed").recv().is_ok();
                        workers.run(work).await.ok()
                    })
                })
                .collect();
            let asked = tokio::spawn({
                let workers = workers.clone();
                async move {
                    let needy = Needy(dropped);
                    begin.send(()).expect("somebody waits");
                    workers.run(move || drop(needy)).await.ok()
                }
            });
            begun.await.expect("it is asked for");
            asked.abort();
            assert!(asked.await.is_err(), "nobody waits for it");
            for _ in 0..at_once() {
                end.send(()).expect("they wait");
            }
            for taken in taken {
                assert_eq!(taken.await.expect("no panic"), Some(true));
            }
            assert_eq!(was_dropped.recv(), Ok(true), "within the runtime");
        }
        assert_eq!(
            workers.run(|| 7).await.ok(),
            Some(7),
            "the threads are there"
        );
    }
}
