//! An organisation's web address, proven by what only its owner can place (threat G19).

use skillmark::{
    db::{DomainCheckRow, DomainWay},
    issue::{
        Error,
        domain::{self, LOOKS_LOST},
    },
    outbound::Fetcher,
    who::{Refusal, Scope, Who},
};

use super::lab::Lab;
use crate::support::{
    db::{Engine, on_both},
    peers::{World, answer},
    site::Site,
};

const DAY: i64 = 24 * 3_600;
const RECORD: &str = "_skillmark.weld.example";
const FILE: &str = "/.well-known/skillmark-domain";

/// A lab on a made-up internet, and what has to be found there.
async fn online<'t>(temp: &'t crate::support::db::Temp, world: &World) -> (Lab<'t>, String) {
    let mut lab = Lab::open(temp).await;
    lab.app.outbound = Some(world.fetcher());
    let row = lab.app.db.of(lab.who.issuer()).issuer().await;
    let token = row.expect("read").expect("there").domain_token;
    (lab, format!("skillmark-domain={token}"))
}

impl Lab<'_> {
    async fn look(&self) -> Option<DomainWay> {
        domain::verify(&self.app, &self.who)
            .await
            .expect("looked")
            .way
    }

    /// A reader that remembers no failure.
    fn anew(&mut self, fetcher: Fetcher) {
        self.app.outbound = Some(fetcher);
    }

    async fn is_proven(&self) -> bool {
        let row = self.app.db.of(self.who.issuer()).issuer().await;
        row.expect("read")
            .expect("there")
            .domain_proven_at
            .is_some()
    }

    async fn known(&self) -> Option<DomainCheckRow> {
        self.app
            .db
            .of(self.who.issuer())
            .domain_check()
            .await
            .expect("read")
    }

    async fn next_day(&self) -> usize {
        self.clock.advance(DAY);
        domain::look_again(&self.app).await.expect("looked")
    }

    async fn log(&self) -> Vec<String> {
        let lines = self
            .app
            .db
            .of(self.who.issuer())
            .audit(10)
            .await
            .expect("read");
        let told = lines
            .into_iter()
            .filter(|line| line.action.starts_with("domain"));
        told.map(|line| format!("{} {}", line.actor, line.action))
            .collect()
    }
}

on_both! {
    fn g19_a_record_or_a_file_proves_a_web_address(temp) {
        let world = World::new();
        let (mut lab, value) = online(temp, &world).await;
        world.page("weld.example", FILE, "text/plain", "skillmark-domain=another\n");
        world.text(RECORD, &["v=spf1 -all", "skillmark-domain=", &value[1..]]);
        assert_eq!(lab.look().await, None);
        assert!(!lab.is_proven().await && lab.known().await.is_none());

        lab.anew(world.fetcher());
        world.page("weld.example", FILE, "text/html", &value);
        assert_eq!(lab.look().await, None, "a page is no such file");

        lab.anew(world.fetcher());
        world.page("weld.example", FILE, "text/plain", &format!("{value}\r\n"));
        assert_eq!(lab.look().await, Some(DomainWay::File));
        assert!(lab.is_proven().await);

        world.text(RECORD, &["v=spf1 -all", &value]);
        assert_eq!(lab.look().await, Some(DomainWay::Dns), "the record comes first");
        let known = lab.known().await.expect("known");
        assert_eq!((known.host.as_str(), known.way, known.failures), ("weld.example", DomainWay::Dns, 0));
        assert_eq!(lab.log().await, ["cli domain.prove"]);
    }

    fn g19_what_was_proven_is_looked_at_every_day_and_lapses(temp) {
        let world = World::new();
        let (lab, value) = online(temp, &world).await;
        world.text(RECORD, &[&value]);
        assert_eq!(domain::look_again(&lab.app).await, Ok(0), "nothing was proven yet");
        lab.look().await;
        assert_eq!((world.dns(), domain::look_again(&lab.app).await), (1, Ok(0)));
        assert_eq!((lab.next_day().await, world.dns()), (1, 2));

        world.text(RECORD, &[]);
        world.says("weld.example", crate::support::peers::address(1), answer("text/plain", b""));
        for day in 1..=LOOKS_LOST {
            assert!(lab.is_proven().await, "day {day}");
            assert_eq!(lab.next_day().await, 1);
        }
        assert!(!lab.is_proven().await);
        let known = lab.known().await.expect("known");
        assert_eq!(known.failures, LOOKS_LOST);
        assert_eq!(known.checked_at, lab.app.now().into());
        let first = lab.app.now() - jiff::SignedDuration::from_hours(48);
        assert_eq!(known.failing_since, Some(first.into()));
        assert_eq!(lab.log().await, ["service domain.lapse", "cli domain.prove"]);

        world.text(RECORD, &[&value]);
        assert_eq!(lab.next_day().await, 1);
        assert!(lab.is_proven().await, "it is found again");
        let known = lab.known().await.expect("known");
        assert_eq!((known.failures, known.failing_since), (0, None));
    }

    fn g19_another_web_address_has_yet_to_be_proven(temp) {
        let world = World::new();
        let (mut lab, value) = online(temp, &world).await;
        world.text(RECORD, &[&value]);
        lab.look().await;
        let describe = async |address: &str| {
            let mut of = lab.app.db.of(lab.who.issuer());
            of.describe_issuer("Lab", address, None, None, false).await.expect("described");
        };
        describe("https://weld.example").await;
        assert!(lab.is_proven().await);
        describe("https://other.example").await;
        assert!(!lab.is_proven().await);
        world.text("_skillmark.other.example", &[&value]);
        assert_eq!(lab.next_day().await, 1);
        assert!(lab.is_proven().await);
        assert_eq!(lab.known().await.expect("known").host, "other.example");

        lab.app.outbound = None;
        assert_eq!(lab.next_day().await, 0, "nobody is asked, and nothing lapses");
        let refused = domain::verify(&lab.app, &lab.who).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let service = Who::service(lab.who.issuer().clone());
        let refused = domain::verify(&lab.app, &service).await;
        assert_eq!(refused, Err(Error::Refused(Refusal::Scope(Scope::Manage))));
    }
}

#[tokio::test]
async fn g19_pages_say_what_was_proven() {
    let world = World::new();
    let site = Site::online(Engine::Sqlite, &world).await;
    let provider = site.provider("Harvard University").await;
    let id = provider.issue("S-1042").await;
    let row = site.app.db.of(provider.who.issuer()).issuer().await;
    let token = row.expect("read").expect("there").domain_token;
    let pages = [
        format!("/c/{id}"),
        format!("/issuers/{}", provider.who.issuer()),
    ];
    for page in &pages {
        site.get(page)
            .await
            .shows("Unverified organisation")
            .shows("riverside.example");
    }
    assert_eq!(world.dns(), 0, "a page asks nobody");
    world.text(
        "_skillmark.riverside.example",
        &[&format!("skillmark-domain={token}")],
    );
    domain::verify(&site.app, &provider.who)
        .await
        .expect("looked");
    for page in &pages {
        site.get(page)
            .await
            .shows("Domain proven")
            .hides("Unverified organisation");
    }
}
