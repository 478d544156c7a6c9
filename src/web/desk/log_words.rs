//! What was done, in words: for the log's page. The API tells the codes themselves.

use crate::who::{Scope, WITH_LEARNERS};

/// The words for a code; one without words is shown as it is.
pub(crate) fn words(code: &str) -> &str {
    let found = WORDS.binary_search_by_key(&code, |(code, _)| code);
    found.map_or(code, |at| WORDS[at].1)
}

/// Where what a line is about can be looked at, before its id, and by whom: whoever has one of these
/// scopes. `None` where there is no page, or none yet: an award is written down before it is signed.
pub(crate) fn room(code: &str) -> Option<(&'static str, &'static [Scope])> {
    const ALL: &[Scope] = &[Scope::Read];
    Some(match code {
        "credential.issue" | "pathway.award" => return None,
        "guardian.end" | "guardian.link" | "lab.excuse" | "lab.expect" | "roster.join"
        | "roster.leave" => ("/desk/learners/", WITH_LEARNERS),
        "roster.apply" => ("/desk/programs/", ALL),
        "pathway.activate" | "pathway.end" | "pathway.save" => ("/desk/pathways/", ALL),
        _ => match code.split('.').next()? {
            "attempt" => ("/desk/attempts/", WITH_LEARNERS),
            "batch" => ("/desk/awards/", ALL),
            "credential" => ("/c/", ALL),
            "lab" => ("/desk/labs/", WITH_LEARNERS),
            "learner" => ("/desk/learners/", WITH_LEARNERS),
            "map" => ("/desk/maps/", ALL),
            "program" => ("/desk/programs/", ALL),
            "rubric" => ("/desk/rubrics/", ALL),
            _ => return None,
        },
    })
}

/// Every code and its words, by code.
const WORDS: &[(&str, &str)] = &[
    ("account.forgot", "Asked for a new password"),
    ("account.passkey", "Added a passkey"),
    ("account.password", "Chose a password"),
    ("achievement.discard", "Threw a draft away"),
    ("achievement.publish", "Published an achievement"),
    ("achievement.save", "Wrote an achievement"),
    ("api-key.new", "Made an API key"),
    ("api-key.revoke", "Took an API key back"),
    ("attempt.approve", "Approved an attempt"),
    ("attempt.open", "Began an attempt"),
    ("attempt.remind", "Reminded of an attempt"),
    ("attempt.reread", "Read an attempt a second time"),
    ("attempt.return", "Returned an attempt"),
    ("attempt.score", "Proposed a level"),
    ("attempt.submit", "Handed an attempt in"),
    ("attempt.unscore", "Took a proposal back"),
    ("attempt.withdraw", "Gave an attempt up"),
    ("batch.approve", "Said yes to a batch"),
    ("batch.cancel", "Cancelled a batch"),
    ("batch.pause", "Held a batch"),
    ("batch.resume", "Let a batch go on"),
    ("batch.start", "Started a batch"),
    ("bulk.ask", "Asked for many changes"),
    ("bulk.confirm", "Said yes to many changes"),
    ("bulk.decline", "Said no to many changes"),
    ("credential.correct", "Corrected a credential"),
    ("credential.issue", "Issued a credential"),
    ("credential.reinstate", "Reinstated a credential"),
    ("credential.revoke", "Revoked a credential"),
    ("credential.suspend", "Suspended a credential"),
    ("domain.lapse", "Lost the proof of the web address"),
    ("domain.prove", "Proved the web address"),
    ("employer.comment", "Commented as an employer"),
    ("employer.decline", "Declined as an employer"),
    ("employer.endorse", "Endorsed as an employer"),
    ("employer.invite", "Invited an employer"),
    ("employer.start", "Took up an employer's invitation"),
    ("employer.withdraw", "Took an employer's word back"),
    ("evidence.add", "Added evidence"),
    ("evidence.remove", "Removed evidence"),
    ("given.issue", "Signed a credential that was brought"),
    ("guardian.end", "Ended a guardian's link"),
    ("guardian.link", "Made a guardian's link"),
    ("issuer.init", "Set the organisation up"),
    ("key.new", "Made a signing key"),
    ("key.revoke", "Took a signing key back"),
    ("key.rotate", "Changed the signing key"),
    ("lab.cards", "Made cards for a lab"),
    ("lab.close", "Closed a lab"),
    ("lab.excuse", "Took a learner off a lab"),
    ("lab.expect", "Put a learner on a lab"),
    ("lab.make", "Made a lab"),
    ("lab.offer", "Changed what a lab offers"),
    ("lab.reopen", "Opened a lab again"),
    ("learner.add", "Added a learner"),
    ("learner.describe", "Changed a learner's details"),
    ("learner.link", "Made a learner's link"),
    ("learner.links_end", "Ended a learner's links"),
    ("learner.merge", "Merged two learners"),
    ("letter.change", "Changed the words of a letter"),
    ("letter.reset", "Went back to our words of a letter"),
    ("letter.start", "Let a letter be sent again"),
    ("letter.stop", "Stopped a letter"),
    ("map.save", "Wrote a competency map"),
    ("member.invite", "Invited a colleague"),
    ("member.join", "Joined"),
    ("member.name", "Changed a colleague's name"),
    ("member.remind", "Reminded of an invitation"),
    ("member.remove", "Removed a colleague"),
    ("member.reset", "Made a link to a new password"),
    ("member.roles", "Changed a colleague's roles"),
    ("member.suspend", "Suspended a colleague"),
    ("member.unsuspend", "Let a colleague in again"),
    ("pathway.activate", "Put a pathway in force"),
    ("pathway.award", "Awarded a pathway's credential"),
    ("pathway.end", "Ended a pathway"),
    ("pathway.end_stack", "Took a pathway's credential back"),
    ("pathway.keep", "Kept a pathway's credential"),
    ("pathway.reinstate", "Reinstated a pathway's credential"),
    ("pathway.save", "Wrote a pathway"),
    ("pathway.suspend", "Suspended a pathway's credential"),
    ("person.erase", "Erased a learner"),
    ("picture.upload", "Uploaded a picture"),
    ("portfolio.create", "Made a portfolio"),
    ("portfolio.revoke", "Took a portfolio's link back"),
    ("program.describe", "Changed a program"),
    ("program.end", "Ended a program"),
    ("program.make", "Made a program"),
    ("program.resume", "Took a program up again"),
    ("provider.add", "Added a way to sign in"),
    ("provider.remove", "Removed a way to sign in"),
    ("qualification.add", "Wrote a qualification down"),
    ("qualification.end", "Ended a qualification"),
    ("reviewer.reinstate", "Let a reviewer decide again"),
    ("reviewer.reread", "Had a reviewer's decisions read again"),
    ("reviewer.suspend", "Suspended a reviewer"),
    ("roster.apply", "Took over a roster"),
    ("roster.join", "Put a learner on a roster"),
    ("roster.leave", "Took a learner off a roster"),
    ("rubric.save", "Wrote a rubric"),
    ("session.start", "Signed in"),
    ("support.open", "Let the operator look"),
    ("support.read", "Looked as the operator"),
    ("webhook.add", "Added a webhook"),
    ("webhook.again", "Sent a message once more"),
    ("webhook.off", "Stopped a webhook"),
    ("webhook.on", "Turned a webhook on"),
    ("webhook.remove", "Removed a webhook"),
];

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn they_are_sorted_and_begin_like_a_sentence() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(
            WORDS
                .iter()
                .all(|(_, said)| said.starts_with(char::is_uppercase))
        );
        assert_eq!(words("session.start"), "Signed in");
        assert_eq!(words("any.other"), "any.other");
    }

    /// Every code that is written next to `did(` somewhere in the sources has words.
    #[test]
    fn nothing_that_is_logged_is_without_words() {
        let mut found = 0;
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![src];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|end| end != "rs") {
                    continue;
                }
                let text = fs::read_to_string(&path).expect("text");
                for call in text.split(".did(").skip(1) {
                    let arguments = call.split(')').next().unwrap_or_default();
                    let code = arguments.split('"').nth(1).unwrap_or_default();
                    if !code.contains('.') {
                        continue;
                    }
                    found += 1;
                    assert_ne!(words(code), code, "{}", path.display());
                }
            }
        }
        assert!(found > 40, "{found}");
    }
}
