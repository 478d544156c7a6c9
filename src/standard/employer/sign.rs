//! The endorsement that is signed: the employer's words, and who stands for their being the
//! employer's.

use serde_json::json;

use super::Details;
use crate::app::App;
use crate::clock::Timestamp;
use crate::credential::dates;
use crate::db::EndorsementRow;
use crate::issue::{
    Error,
    given::{self, StatusPurpose, Wanted},
    identity, lint,
    order::CONTEXTS,
    publish,
};
use crate::json;
use crate::who::{Scope, Who};

/// Signs the endorsement, as a witness, with a place in a status list, so that it can be taken back.
pub(super) async fn sign(
    app: &App,
    row: &EndorsementRow,
    details: &Details,
    now: Timestamp,
) -> Result<String, Error> {
    let mut rows = app.db.of(&row.issuer_id);
    let issuer = rows
        .issuer()
        .await?
        .ok_or(Error::NotFound("organisation"))?;
    let achievement = publish::load(&mut rows, &row.achievement_id).await?;
    let document = json!({
        "@context": CONTEXTS,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": format!("{} endorses “{}”", details.organisation, achievement.name()),
        "description": witness(&issuer.name, details, row.by_letter),
        "issuer": identity::profile(&issuer).document(),
        "validFrom": dates::text(now),
        "credentialSubject": {
            "id": achievement.uri(),
            "type": ["EndorsementSubject"],
            "endorsementComment": comment(&issuer.name, details, row.by_letter),
        },
    });
    let id = row.endorsement_id.as_str();
    let who = Who::appointed(row.issuer_id.clone(), id, &[Scope::Issue]);
    let wanted = Wanted {
        form: given::Form::Proof(lint::suite()),
        id: None,
        status: vec![StatusPurpose::Revocation],
    };
    let signed = given::issue(app, &who, document.into(), &wanted).await?;
    Ok(json::text(&signed))
}

/// What is signed: the employer's words, and who stands for their being the employer's.
fn comment(issuer: &str, details: &Details, by_letter: bool) -> String {
    let said = if details.comment.is_empty() {
        format!("{} endorses this achievement.", details.organisation)
    } else {
        format!("“{}”", details.comment)
    };
    let from = if details.role.is_empty() {
        details.organisation.clone()
    } else {
        format!("{}, {}", details.role, details.organisation)
    };
    format!("{said} — {from}. {}", witness(issuer, details, by_letter))
}

/// Who signs, and how it is known who the employer is: no more than that.
#[must_use]
pub fn witness(issuer: &str, details: &Details, by_letter: bool) -> String {
    let employer = &details.organisation;
    let domain = details.email.rsplit('@').next().unwrap_or_default();
    let reached = if by_letter {
        format!(
            "{issuer} sent a link to an address at {domain}, and whoever received it there answered"
        )
    } else {
        format!(
            "{issuer} handed over a link meant for an address at {domain}; that address was not confirmed by a letter"
        )
    };
    format!("Signed by {issuer} as a witness, not by {employer}: {reached}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_says_who_signs_and_how_the_employer_was_reached() {
        let details = Details {
            organisation: "Harbour Line".to_owned(),
            name: "Jo Canary".to_owned(),
            email: "jo@harbourline.example".to_owned(),
            role: "Shop manager".to_owned(),
            comment: "We would hire for this.".to_owned(),
        };
        assert_eq!(
            comment("Riverside", &details, true),
            "“We would hire for this.” — Shop manager, Harbour Line. Signed by Riverside as a witness, \
             not by Harbour Line: Riverside sent a link to an address at harbourline.example, and \
             whoever received it there answered."
        );
        let by_hand = comment(
            "Riverside",
            &Details {
                role: String::new(),
                comment: String::new(),
                ..details.clone()
            },
            false,
        );
        assert_eq!(
            by_hand,
            "Harbour Line endorses this achievement. — Harbour Line. Signed by Riverside as a witness, \
             not by Harbour Line: Riverside handed over a link meant for an address at \
             harbourline.example; that address was not confirmed by a letter."
        );
        let shown = format!("{details:?} {by_hand}");
        assert!(
            !shown.contains("Canary") && !shown.contains("jo@"),
            "{shown}"
        );
    }
}
