//! "Confirm the name you were given", watched by somebody with a stopwatch (threat J9).

use std::time::Duration;

use skillmark::clock::Stopwatch;

use super::super::support::{
    db::{Temp, on_both},
    site::{Provider, Site},
};

/// The name of every learner here, and names nearer to it and farther from it.
const NAME: &str = "Ana María Lee";
const OTHERS: &[&str] = &["Ana María Lea", "Ona María Lee", "Bob", "Lee"];

/// How long one answer takes.
async fn answer(site: &Site, id: &str, name: &str, sentence: &str) -> Duration {
    let started = Stopwatch::start();
    let page = site.form(&format!("/c/{id}"), &[("name", name)]).await;
    let lasted = started.elapsed();
    page.is(200).shows(sentence);
    lasted
}

/// How much longer a match takes than no match, in seconds: the median over pairs of answers, one
/// right after the other, in turns the one or the other first.
async fn difference(provider: &Provider<'_>, ids: &[String]) -> f64 {
    let (yes, no) = ("Yes, that name matches.", "No, that name does not match.");
    let site = provider.site;
    let mut differences = Vec::new();
    for (round, other) in OTHERS.iter().cycle().take(8).enumerate() {
        if round % 2 == 0 {
            // Two pairs for each credential in an hour: four tries of five.
            site.clock.advance(3_601);
        }
        for (n, id) in ids.iter().enumerate() {
            let (with, without) = if (round + n) % 2 == 0 {
                let with = answer(site, id, NAME, yes).await;
                (with, answer(site, id, other, no).await)
            } else {
                let without = answer(site, id, other, no).await;
                (answer(site, id, NAME, yes).await, without)
            };
            differences.push(with.as_secs_f64() - without.as_secs_f64());
        }
    }
    differences.sort_by(f64::total_cmp);
    differences[differences.len() / 2]
}

#[expect(clippy::print_stdout, reason = "the figure is for whoever looks")]
async fn j9_a_match_takes_as_long_as_no_match(temp: &Temp) {
    let site = Site::over(temp, |config| config.rate_burst = 10_000).await;
    let provider = site.provider("Riverside Tutoring").await;
    let mut ids = Vec::new();
    for n in 0..25 {
        ids.push(provider.issue(&format!("S-{n}")).await);
    }
    let mut told = Vec::new();
    // A busy machine may disturb one series of 200 pairs, and not three.
    for _ in 0..3 {
        let seconds = difference(&provider, &ids).await;
        println!("a match takes longer by {seconds} s");
        told.push(seconds);
        if seconds.abs() < 0.002 {
            return;
        }
    }
    panic!("a match takes longer by {told:?} seconds");
}

async fn j9_five_tries_an_hour_for_one_credential_from_one_address(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let (first, second) = (provider.issue("S-1").await, provider.issue("S-2").await);
    let ask = async |id: &str, from: u8, name: &str| {
        let body = format!("name={}", name.replace(' ', "+"));
        let ask = site.ask("POST", &format!("/c/{id}"));
        let ask = ask.from([203, 0, 113, from]);
        let answer = ask.body("application/x-www-form-urlencoded", body).send();
        answer.await
    };
    for name in ["Bob", NAME, "ana maria lee", "Lee, Ana", "Lee"] {
        ask(&first, 9, name).await.is(200);
    }
    let sixth = ask(&first, 9, NAME).await;
    sixth.is(429).hides("matches").hides("does not match");
    assert_eq!(sixth.header("retry-after"), "3600");
    ask(&second, 9, NAME)
        .await
        .is(200)
        .shows("Yes, that name matches.");
    ask(&first, 10, NAME)
        .await
        .is(200)
        .shows("Yes, that name matches.");
    site.clock.advance(3_590);
    ask(&first, 9, NAME).await.is(429);
    site.clock.advance(20);
    ask(&first, 9, NAME)
        .await
        .is(200)
        .shows("Yes, that name matches.");
}

on_both!(
    j9_a_match_takes_as_long_as_no_match,
    j9_five_tries_an_hour_for_one_credential_from_one_address,
);
