//! What a running service does by itself, again and again: publish the status lists that changed,
//! keep the promises that a crash left behind, delete what is past its
//! time, and look whether proven web addresses still are.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{self, MissedTickBehavior},
};

use super::{Error, batch, domain, list, retention};
use crate::app::App;
use crate::config::limits::PUBLISH_WITHIN;

/// From one look to the next: a quarter of [`PUBLISH_WITHIN`], so that a look that fails or takes
/// long is made good in time.
pub const EVERY: Duration = Duration::from_secs(PUBLISH_WITHIN.as_secs() / 4);

/// From one deletion of what is past its time to the next.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// From one look for web addresses whose day has passed to the next.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Starts the rounds, beside each other: however many promises wait, no revocation waits behind
/// them. They end when the answer is dropped.
#[must_use = "the rounds end when this is dropped"]
pub fn start(app: &App, every: Duration) -> JoinSet<()> {
    let mut rounds = JoinSet::new();
    let lists = app.clone();
    rounds.spawn(again(
        every,
        "status lists could not be published",
        move || {
            let app = lists.clone();
            async move { list::publish_due(&app).await }
        },
    ));
    let promises = app.clone();
    rounds.spawn(again(
        every,
        "promised credentials could not be signed",
        move || {
            let app = promises.clone();
            async move { batch::resume(&app).await }
        },
    ));
    let old = app.clone();
    rounds.spawn(again(
        FORGET_EVERY,
        "what is past its time could not be deleted",
        move || {
            let app = old.clone();
            async move { retention::forget(&app).await.map(|_| 0) }
        },
    ));
    let domains = app.clone();
    rounds.spawn(again(
        LOOK_EVERY,
        "proven web addresses could not be looked at again",
        move || {
            let app = domains.clone();
            async move { domain::look_again(&app).await }
        },
    ));
    rounds
}

/// Does `work` for ever, the first time at once. One that fails, or panics, is logged as `trouble`
/// and does not stop the next.
async fn again<W>(every: Duration, trouble: &'static str, work: impl Fn() -> W)
where
    W: Future<Output = Result<usize, Error>> + Send + 'static,
{
    let mut rounds = time::interval(every);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        // A task of its own, so that a panic ends there.
        let mut round = JoinSet::new();
        round.spawn(work());
        match round.join_next().await {
            Some(Ok(Err(error))) => tracing::error!(%error, "{trouble}"),
            Some(Err(_)) => tracing::error!("{trouble}: a round panicked"),
            Some(Ok(Ok(_))) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_that_fails_is_made_good_in_time() {
        assert!(EVERY * 3 < PUBLISH_WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_does_not_end_the_rounds() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static DONE: AtomicUsize = AtomicUsize::new(0);
        let rounds = again(Duration::from_millis(10), "trouble", || async {
            assert_ne!(
                DONE.fetch_add(1, Ordering::SeqCst),
                0,
                "the first one panics"
            );
            Ok(0)
        });
        let second = async {
            while DONE.load(Ordering::SeqCst) < 2 {
                time::sleep(Duration::from_millis(10)).await;
            }
        };
        // A machine with much to do may need seconds to print a panic.
        tokio::select! {
            () = rounds => unreachable!("rounds do not end"),
            done = time::timeout(Duration::from_secs(30), second) => done.expect("a second round"),
        }
    }
}
