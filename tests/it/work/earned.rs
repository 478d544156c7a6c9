//! "You earned it": a learner is told of a credential, once, and of nothing else.

use std::{fs, path::Path, sync::Arc};

use skillmark::{
    config::Config,
    ids::CredentialId,
    issue::{batch, correct, fulfil, one},
    jobs,
    letters::{self, EARNED, NOT_YET},
    mail::Reach,
};

use crate::{
    issue::lab::Lab,
    support::{
        copy::dump,
        db::{Temp, on_both},
    },
};

/// Every letter that went out: the names of the files without their end, and what they say.
pub(crate) fn sent(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder.join("mail")) else {
        return Vec::new();
    };
    let mut all: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                fs::read_to_string(&path).expect("a letter"),
            )
        })
        .collect();
    all.sort();
    all
}

/// The lab, which writes to its learners.
async fn writing(temp: &Temp) -> Lab<'_> {
    let lab = Lab::open(temp).await;
    let gone = "delete from silent_letters";
    temp.sql(gone).await.expect("gone");
    lab
}

async fn written(lab: &Lab<'_>) -> Vec<String> {
    let sql = "select kind || ' ' || letter_id from letters order by letter_id";
    lab.temp.texts(sql).await
}

on_both! {
    fn h12_a_learner_is_written_to_once_however_often_it_is_tried(temp) {
        let lab = writing(temp).await;
        let issued = lab.issue("s-1").await;
        assert_eq!(written(&lab).await, [format!("earned {}", issued.id)]);
        // The same request again, and signing it again, write no second letter.
        assert!(lab.issue("s-1").await.repeated);
        let ids = [issued.id.clone()];
        fulfil::fulfil(&lab.app, lab.who.issuer(), &ids, Arc::new(fulfil::plainly)).await.expect("kept");
        assert_eq!(written(&lab).await.len(), 1);
        assert!(!String::from_utf8_lossy(&dump(temp)).contains("canary.example"), "it is sealed");

        assert_eq!(jobs::run_due(&lab.app).await, Ok(1));
        let letters = sent(temp.folder.path());
        assert_eq!(letters.len(), 1);
        let (name, text) = &letters[0];
        assert_eq!(name, issued.id.as_str());
        for words in [
            format!("Message-ID: <{}@localhost>", issued.id),
            "To: s-1@canary.example".to_owned(),
            "Subject: You earned it".to_owned(),
            format!("http://localhost:8080/c/{}", issued.id),
        ] {
            assert!(text.contains(&words), "{words}: {text}");
        }
        // No name and no result, and no achievement unless the organisation writes it (threat J15).
        for words in ["CANARY", "expert", "competent", "Weld quality", "Photo"] {
            assert!(!text.contains(words), "{words}: {text}");
        }
    }

    fn nobody_is_written_to_who_has_no_address_or_whose_organisation_does_without(temp) {
        let mut lab = writing(temp).await;
        let mut silent = lab.request("s-1", None);
        silent.row.learner.email = None;
        one::issue(&lab.app, &lab.who, &silent).await.expect("issued");
        assert_eq!(written(&lab).await, Vec::<String>::new());

        letters::set_sent(&lab.app, &lab.who, EARNED, false).await.expect("stopped");
        letters::set_sent(&lab.app, &lab.who, EARNED, false).await.expect("again");
        lab.issue("s-2").await;
        assert_eq!(written(&lab).await, Vec::<String>::new());
        letters::set_sent(&lab.app, &lab.who, NOT_YET, false).await.expect("another one");
        letters::set_sent(&lab.app, &lab.who, EARNED, true).await.expect("started");
        lab.issue("s-3").await;
        assert_eq!(written(&lab).await.len(), 1);
        let needed = letters::set_sent(&lab.app, &lab.who, letters::INVITATION, false).await;
        assert_eq!(needed, Err(letters::Error::Needed("Invitation")));
        let log = temp.texts("select action from audit where action like 'letter.%' order by action").await;
        assert_eq!(log, ["letter.start", "letter.stop", "letter.stop"]);

        // A service with a public address and no mail server writes to nobody.
        let config = Config {
            public_url: "https://badges.example".parse().expect("an address"),
            ..temp.config()
        };
        assert_eq!(Reach::of(&config), Reach::Nobody);
        lab.app.config = Arc::new(config);
        lab.issue("s-4").await;
        assert_eq!(written(&lab).await.len(), 1);
    }

    fn a_batch_writes_to_everybody_who_has_an_address(temp) {
        let lab = writing(temp).await;
        let mut rows: Vec<_> = ["s-1", "s-2", "s-3"].map(crate::issue::lab::row).into();
        rows[1].learner.email = None;
        let own = "Look at {achievement}:\n\n{link}";
        letters::set_text(&lab.app, &lab.who, EARNED, ("Moin", own)).await.expect("kept");
        let started = batch::start(&lab.app, &lab.who, &lab.achievement, &rows, None).await.expect("promised");
        assert_eq!(written(&lab).await, Vec::<String>::new(), "promised is not earned");
        batch::work(&lab.app, lab.who.issuer(), &started.batch, &mut |_| {}).await.expect("signed");
        let mut wanted: Vec<String> = [0, 2].map(|n: usize| format!("earned {}", started.rows[n].1.id())).into();
        wanted.sort();
        assert_eq!(written(&lab).await, wanted);
        jobs::run_due(&lab.app).await.expect("sent");
        let letters = sent(temp.folder.path());
        assert_eq!(letters.len(), 2);
        assert!(letters.iter().all(|(_, text)| text.contains("Look at ") && !text.contains('{')), "{letters:?}");
    }

    fn a_correction_is_no_second_award(temp) {
        let lab = writing(temp).await;
        let issued = lab.issue("s-1").await;
        let wrong = correct::read(&lab.app, &lab.who, &issued.id).await.expect("read");
        let right = correct::Right {
            awarded: wrong.order.awarded,
            outcomes: wrong.order.outcomes.clone(),
            assessor: wrong.order.assessor.clone(),
            narrative: Some("On steel.".to_owned()),
        };
        let new = correct::correct(&lab.app, &lab.who, &issued.id, &right, "").await.expect("corrected");
        assert_eq!(written(&lab).await, [format!("earned {}", issued.id)]);
        let row = lab.app.db.of(lab.who.issuer()).credential(&new).await.expect("read").expect("there");
        assert!(row.document.is_some(), "it is issued all the same");
    }

    fn an_erased_learner_is_not_written_to(temp) {
        let lab = writing(temp).await;
        let issued: CredentialId = lab.issue("s-1").await.id;
        skillmark::issue::people::erase(&lab.app, &lab.who, "s-1").await.expect("erased");
        jobs::run_due(&lab.app).await.expect("worked");
        assert_eq!(sent(temp.folder.path()), []);
        assert_eq!(written(&lab).await, [format!("earned {issued}")]);
        assert_eq!(lab.count("letters where letter_sealed is not null").await, 0);
    }
}
