//! Heavy work: reading pictures, checking, drawing. A few pieces at once, away from the threads that
//! answer, and nobody waits for long (threat K4).

use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore},
    time,
};

use crate::web::error::WebError;

/// How many pieces of work run at once: more only makes everybody wait.
const AT_ONCE: usize = 16;
/// How long a piece of work waits until it is begun. Past it whoever asked hears to come again: what
/// waits behind so much would come too late anyway.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places where heavy work is done.
pub(crate) struct Workers(Semaphore);

impl Workers {
    pub(crate) fn new() -> Workers {
        Workers(Semaphore::new(AT_ONCE))
    }

    /// Runs pure work as soon as there is a place.
    ///
    /// # Errors
    /// 503 if there was none for [`PATIENCE`]; 500 if the work panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WebError> {
        let place = time::timeout(PATIENCE, self.0.acquire());
        let _place = place
            .await
            .map_err(|_| {
                let detail =
                    "Too much is being checked just now. Please try again in a few seconds.";
                WebError::later(5, "busy", detail)
            })?
            .map_err(|cause| WebError::internal(&cause))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| WebError::internal(&"a piece of work panicked"))
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

    /// Every place is taken by work that does not end by itself.
    #[tokio::test(start_paused = true)]
    async fn k4_the_excess_hears_to_come_again_and_what_runs_is_finished() {
        let workers = Arc::new(Workers::new());
        let (end, ends): (Vec<_>, Vec<_>) = (0..AT_ONCE).map(|_| mpsc::channel::<()>()).unzip();
        let running: Vec<_> = ends
            .into_iter()
            .map(|ends| {
                let workers = workers.clone();
                tokio::spawn(async move { workers.run(move || ends.recv().is_ok()).await.is_ok() })
            })
            .collect();
        while workers.0.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let excess = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run_at_times(async { "late" }).await }
        });
        tokio::task::yield_now().await;
        time::advance(PATIENCE - Duration::from_millis(1)).await;
        assert!(!excess.is_finished(), "it waits");
        time::advance(Duration::from_millis(2)).await;
        let refused = excess.await.expect("no panic").expect_err("no place");
        let answer = refused.into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);

        for end in end {
            end.send(()).expect("it waits");
        }
        for running in running {
            assert!(running.await.expect("no panic"), "what runs is finished");
        }
        assert_eq!(workers.run(|| "in time").await.ok(), Some("in time"));
    }
}
