//! `/desk/account/codes`: a second step after the password.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    bake::qr::Qr,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav, people::told},
        error::WebError,
        fields::Fields,
        frame::Frame,
        guess::Guess,
        pages::sign_in::again,
        signed::Signed,
    },
    who::{self, Offer},
};

/// Reached from one's own account.
pub(crate) const NAV: Option<Nav> = None;

/// Setting it up.
#[derive(Debug, Template)]
#[template(path = "desk/codes.html")]
pub(crate) struct CodesPage {
    frame: Frame,
    desk: Desk,
    /// The QR code as SVG, drawn by us.
    picture: String,
    secret: String,
    faults: Vec<String>,
}

impl CodesPage {
    fn new(desk: Desk, offer: &Offer, faults: Vec<String>) -> Result<CodesPage, WebError> {
        let code = Qr::of(&offer.address).map_err(|cause| WebError::internal(&cause))?;
        Ok(CodesPage {
            frame: Desk::frame("A second step"),
            desk,
            picture: code.inline(),
            secret: offer.secret.clone(),
            faults,
        })
    }
}

/// What gets somebody in who lost the device.
#[derive(Debug, Template)]
#[template(path = "desk/recovery.html")]
pub(crate) struct RecoveryPage {
    frame: Frame,
    desk: Desk,
    codes: Vec<String>,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/account/codes", get(offered).post(proven))
        .route("/desk/account/codes/stop", post(stopped))
}

async fn offered(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    let offer = who::offer(site.app(), signed.account()?).await?;
    let desk = Desk::new(&signed, "");
    answer::page(&CodesPage::new(desk, &offer, Vec::new())?, NEVER)
}

async fn proven(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let account = signed.account()?;
    let (app, this) = (site.app(), &signed.session.session_id);
    let (secret, code) = (fields.get("secret"), fields.get("code"));
    let desk = Desk::new(&signed, "");
    match who::begin_two_steps(app, account, this, secret, code).await {
        Ok(codes) => {
            let frame = Desk::frame("Recovery codes");
            answer::page(&RecoveryPage { frame, desk, codes }, NEVER)
        }
        Err(error) => {
            let faults = told(error)?;
            let offer = match who::offer_again(app, account, secret).await {
                Ok(offer) => offer,
                Err(_) => who::offer(app, account).await?,
            };
            again(&CodesPage::new(desk, &offer, faults)?)
        }
    }
}

async fn stopped(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let account = signed.account()?;
    let key = account.as_str().as_bytes().to_vec();
    let guess = Guess::count(&site, None, Some(key)).await?;
    let password = fields.whole("password");
    let tried = who::end_two_steps(site.app(), site.door(), account, password).await;
    guess.ended(&tried).await;
    tried?;
    Ok(Redirect::to("/desk/account").into_response())
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let desk = || Desk::sample("");
    let offer = Offer {
        secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned(),
        address: "otpauth://totp/Skillmark:ana?secret=GEZDGNBVGY3TQOJQ".to_owned(),
    };
    let fault = vec!["The code is not the one that the app shows now.".to_owned()];
    let page = CodesPage::new(desk(), &offer, fault).expect("short");
    let recovery = RecoveryPage {
        frame: Desk::frame("Recovery codes"),
        desk: desk(),
        codes: vec!["ABCD-EFGH-IJKL-MNOP".to_owned(); 10],
    };
    vec![
        ("desk-codes", page.render().expect("renders")),
        ("desk-recovery", recovery.render().expect("renders")),
    ]
}
