//! Many at once: taken apart, checked beside one another, each within its own time, and told of as
//! they come. What there was no time for is "cannot tell"; nothing is lost.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    clock::Timestamp,
    verify::{self, Answered, Given, Options, Refused, Unreadable},
    web::{Site, check, error::WebError, places::Place, question::Question, site::Asker},
};

/// Bytes of a request that holds many: all that may be checked at once, and what a form adds.
pub(crate) const BODY_BYTES: usize = verify::MAX_BYTES + 256 * 1024;
/// How long one may take, its place in the queue not counted.
const ONE: Duration = Duration::from_secs(12);
/// How many are checked beside one another, and how many of them behind links to one host: fewer
/// than that host is asked at once, so that they do not stand in each other's way.
const AT_ONCE: usize = 16;
const HOST_AT_ONCE: usize = 3;

/// What is in the files of a question: the files of archives, the links of lists.
///
/// # Errors
/// 400 or 413 for an archive that cannot be opened, and for more than is checked at once.
pub(crate) async fn unpack(site: &Site, given: Vec<Given>) -> Result<Vec<Given>, WebError> {
    let unpacked = site.heavy(move || {
        let mut all = Vec::new();
        for one in given {
            all.extend(verify::unpack(one)?);
            verify::within_limits(&all)?;
        }
        Ok(all)
    });
    unpacked
        .await?
        .map_err(|refused: Refused| match refused.kind {
            Unreadable::TooLarge => WebError::too_many_at_once(refused.sentence),
            _ => WebError::unreadable("malformed", refused.sentence),
        })
}

/// Takes the tokens of all but the first, which was paid for on the way in.
///
/// # Errors
/// 429 if the asker has had too many.
pub(crate) fn pay(site: &Site, asker: Asker, count: usize) -> Result<(), WebError> {
    for _ in 1..count {
        site.limits().addresses.take(asker.0, site.now())?;
    }
    Ok(())
}

/// Many under way. Dropping it stops them.
pub(crate) struct Several {
    running: JoinSet<(usize, Answered)>,
    given: Vec<Arc<Given>>,
    answers: Vec<Option<Answered>>,
    until: Instant,
    now: Timestamp,
    /// The place among few that a large one holds until it is answered.
    _place: Option<Place>,
}

impl Several {
    /// Begins with all of them; those that are at hand come before those behind links.
    pub(crate) fn start(
        site: &Site,
        question: Question,
        within: Duration,
        place: Option<Place>,
    ) -> Several {
        let given: Vec<Arc<Given>> = question.given.into_iter().map(Arc::new).collect();
        let options = Arc::new(question.options);
        let all = Arc::new(Semaphore::new(AT_ONCE));
        let mut hosts: HashMap<String, Arc<Semaphore>> = HashMap::new();
        let mut running = JoinSet::new();
        let mut order: Vec<usize> = (0..given.len()).collect();
        order.sort_by_key(|at| given[*at].link().is_some());
        for at in order {
            let one = Arc::clone(&given[at]);
            let host = one.link().map(host).map(|host| {
                let gate = || Arc::new(Semaphore::new(HOST_AT_ONCE));
                Arc::clone(hosts.entry(host).or_insert_with(gate))
            });
            let (site, all) = (site.clone(), Arc::clone(&all));
            let (options, no_fetch) = (Arc::clone(&options), question.no_fetch);
            running.spawn(async move {
                let _host = match host {
                    Some(host) => host.acquire_owned().await.ok(),
                    None => None,
                };
                let _place = all.acquire_owned().await.ok();
                (at, one_of_them(&site, &one, &options, no_fetch).await)
            });
        }
        Several {
            running,
            answers: vec![None; given.len()],
            given,
            until: Instant::now() + within,
            _place: place,
            now: site.now(),
        }
    }

    /// How many they are.
    pub(crate) fn count(&self) -> usize {
        self.given.len()
    }

    /// The next one that is done, in whatever order; `None` when all are, or when time is up.
    pub(crate) async fn next(&mut self) -> Option<&Answered> {
        loop {
            match timeout_at(self.until, self.running.join_next()).await {
                Ok(Some(Ok((at, answered)))) => return Some(self.answers[at].insert(answered)),
                // One that panicked is left without an answer.
                Ok(Some(Err(_))) => {}
                Ok(None) | Err(_) => {
                    self.running.abort_all();
                    return None;
                }
            }
        }
    }

    /// Every answer, in the order given. Of what is not done nobody can tell.
    pub(crate) fn answers(&mut self) -> Vec<Answered> {
        let answers = std::mem::take(&mut self.answers);
        let unread = |(given, answer): (&Arc<Given>, Option<Answered>)| {
            answer.unwrap_or_else(|| given.unread(self.now))
        };
        self.given.iter().zip(answers).map(unread).collect()
    }

    /// [`Self::answers`], when all are done or time is up.
    pub(crate) async fn whole(mut self) -> Vec<Answered> {
        while self.next().await.is_some() {}
        self.answers()
    }
}

async fn one_of_them(site: &Site, given: &Given, options: &Options, no_fetch: bool) -> Answered {
    let asked = check::any(site, given.clone(), options.clone(), no_fetch);
    match timeout(ONE, asked).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(_)) | Err(_) => given.unread(site.now()),
    }
}

/// The host of a link; the empty text for an id of ours.
fn host(link: &str) -> String {
    let rest = link.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.to_ascii_lowercase()
}
