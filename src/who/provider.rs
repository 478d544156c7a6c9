//! Signing in with what a school has already: OpenID Connect, with discovery, PKCE and a nonce.
//!
//! An administrator names the provider. It lets in whoever was invited already, by an e-mail address
//! that the provider says is confirmed; it never makes anybody a member. And what it says counts in
//! the organisation that named it: such a session opens no other one, and changes nothing of the
//! account.

use std::fmt;

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope as Asked, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
};
use serde::{Deserialize, Serialize};

use super::session::{self, Whose, later};
use super::sign_in::SignedIn;
use super::{Error, Fault, Scope, Token, Who, account, roles_of};
use crate::app::App;
use crate::custody::Purpose;
use crate::db::{MemberState, ProviderRow, SignInTry, Stage, Tenant};
use crate::ids::{IssuerId, MemberId, ProviderId};
use crate::outbound::{self, Call, Soon, Unreachable};

/// How long somebody has to sign in at the provider.
const TRY_SECONDS: i64 = 10 * 60;

/// A provider to be named.
#[derive(Clone, Default)]
pub struct NewProvider {
    /// What the button says.
    pub name: String,
    /// The issuer's address, below which `/.well-known/openid-configuration` is found.
    pub address: String,
    /// The name that we have there.
    pub client_id: String,
    /// The secret that we were given there; empty for none.
    pub secret: String,
}

impl fmt::Debug for NewProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewProvider(***)")
    }
}

/// What waits while somebody signs in elsewhere.
#[derive(Serialize, Deserialize)]
struct Waiting {
    issuer: IssuerId,
    provider: ProviderId,
    nonce: String,
    verifier: String,
    next: String,
}

/// Where somebody is sent, and what their browser is to hold meanwhile.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The provider's page.
    pub to: String,
    /// The `state`, which has to come back to the same browser.
    pub state: Token,
}

/// The path that providers send people back to.
pub const RETURN_PATH: &str = "/sign-in/with/done";

/// The organisation's providers.
///
/// # Errors
/// [`Error::Refused`] without the scope `manage`.
pub async fn list(app: &App, who: &Who) -> Result<Vec<ProviderRow>, Error> {
    who.may(Scope::Manage)?;
    Ok(app.db.of(who.issuer()).providers().await?)
}

/// Names a provider. It is asked for its configuration at once: one that does not answer is not
/// taken.
///
/// # Errors
/// [`Error::Faults`]; [`Error::Refused`] without the scope `manage`.
pub async fn add(app: &App, who: &Who, new: &NewProvider) -> Result<ProviderId, Error> {
    who.may(Scope::Manage)?;
    let mut faults = Vec::new();
    for (field, text) in [("name", &new.name), ("client_id", &new.client_id)] {
        let length = text.trim().chars().count();
        if length == 0 || length > 200 || text.chars().any(char::is_control) {
            faults.push(Fault::new(field, "has 1 to 200 characters"));
        }
    }
    let address = IssuerUrl::new(new.address.trim().to_owned());
    if address.is_err() {
        faults.push(Fault::new(
            "provider-address",
            "is an address such as https://login.school.example",
        ));
    }
    Error::unless(faults)?;
    if let Ok(address) = address
        && let Err(sentence) = discover(app, address).await
    {
        return Err(Error::Faults(vec![Fault::new(
            "provider-address",
            sentence,
        )]));
    }
    let (chance, now) = (app.chance.as_ref(), app.now());
    let id = ProviderId::random(chance);
    let secret = new.secret.trim().as_bytes();
    let sealed = app.custody.seal(
        who.issuer(),
        id.as_str(),
        Purpose::SignInSecret,
        secret,
        chance,
    )?;
    let row = ProviderRow {
        issuer_id: who.issuer().clone(),
        provider_id: id.clone(),
        name: new.name.trim().to_owned(),
        address: new.address.trim().to_owned(),
        client_id: new.client_id.trim().to_owned(),
        secret_sealed: Some(sealed).filter(|_| !secret.is_empty()),
        kek_id: app.custody.kek_id()?.to_owned(),
        created_at: now.into(),
    };
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.add_provider(&row).await?;
    rows.log(&[who.did(app, "provider.add", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a provider away: nobody signs in with it any more, and whoever did is out.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] without the scope `manage`.
pub async fn remove(app: &App, who: &Who, id: &ProviderId) -> Result<(), Error> {
    who.may(Scope::Manage)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut rows = tx.of(who.issuer());
    rows.remove_provider(id)
        .await
        .map_err(|error| match error {
            crate::db::Error::NoRow => Error::NotFound("sign-in provider"),
            other => other.into(),
        })?;
    rows.log(&[who.did(app, "provider.remove", id.as_str(), now)])
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Begins to sign somebody in with a provider.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] if the provider does not answer.
pub async fn begin(
    app: &App,
    issuer: &IssuerId,
    id: &ProviderId,
    next: &str,
) -> Result<Sent, Error> {
    let row = find(app, issuer, id).await?;
    let client = client(app, &row).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (state, nonce) = (
        Token::random(app.chance.as_ref()),
        Token::random(app.chance.as_ref()),
    );
    let (sent_state, sent_nonce) = (state.reveal().to_owned(), nonce.reveal().to_owned());
    let (to, _, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(sent_state),
            move || Nonce::new(sent_nonce),
        )
        .add_scope(Asked::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let waiting = Waiting {
        issuer: issuer.clone(),
        provider: id.clone(),
        nonce: nonce.reveal().to_owned(),
        verifier: verifier.secret().clone(),
        next: next.to_owned(),
    };
    let now = app.now();
    let waits = SignInTry {
        token_hash: state.hash(),
        account_id: None,
        state: serde_json::to_string(&waiting)
            .map_err(|_| Error::Internal("a try cannot be written".to_owned()))?,
        expires_at: later(now, TRY_SECONDS).into(),
    };
    let mut tx = app.db.begin().await?;
    tx.forget_sign_in_tries(now.into()).await?;
    tx.add_sign_in_try(&waits).await?;
    tx.commit().await?;
    let to = to.to_string();
    Ok(Sent { to, state })
}

/// Signs in whom the provider sent back with a code: what their browser is to hold, and where they
/// wanted to go.
///
/// # Errors
/// [`Error::Wrong`] for a state or a code that is not good, an address that is not confirmed, or one
/// that nobody was invited by.
pub async fn finish(
    app: &App,
    state: &str,
    code: &str,
    browser: &str,
) -> Result<(SignedIn, String), Error> {
    let token = Token::read(state).ok_or(Error::Wrong)?;
    let mut tx = app.db.begin().await?;
    let taken = tx.take_sign_in_try(&token.hash()).await?;
    tx.commit().await?;
    let taken = taken.filter(|row| *row.expires_at > app.now());
    let taken = taken.ok_or(Error::Wrong)?;
    let waiting: Waiting = serde_json::from_str(&taken.state).map_err(|_| Error::Wrong)?;
    let row = find(app, &waiting.issuer, &waiting.provider).await?;
    let address = confirmed(app, &row, code, &waiting).await?;
    let signed = let_in(app, &row, &address, browser).await?;
    Ok((signed, waiting.next))
}

/// The e-mail address that the provider says is theirs.
async fn confirmed(
    app: &App,
    row: &ProviderRow,
    code: &str,
    waiting: &Waiting,
) -> Result<String, Error> {
    let client = client(app, row).await?;
    let http = http(app);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|_| Error::Wrong)?
        .set_pkce_verifier(PkceCodeVerifier::new(waiting.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|_| Error::Wrong)?;
    let verifier = client.id_token_verifier();
    let nonce = Nonce::new(waiting.nonce.clone());
    let claims = tokens.id_token().ok_or(Error::Wrong)?;
    let claims = claims.claims(&verifier, &nonce).map_err(|_| Error::Wrong)?;
    let told = claims.email().zip(claims.email_verified());
    let told = match told {
        Some((address, yes)) => Some((address.to_string(), yes)),
        None => {
            let subject = Some(claims.subject().clone());
            let asked = client.user_info(tokens.access_token().clone(), subject);
            let asked = asked.map_err(|_| Error::Wrong)?.request_async(&http).await;
            let info: CoreUserInfoClaims = asked.map_err(|_| Error::Wrong)?;
            let told = info.email().zip(info.email_verified());
            told.map(|(address, yes)| (address.to_string(), yes))
        }
    };
    match told {
        Some((address, true)) => Ok(address),
        _ => Err(Error::Wrong),
    }
}

/// Lets in whoever was invited by this address; somebody who has not joined yet does so with it.
async fn let_in(
    app: &App,
    row: &ProviderRow,
    address: &str,
    browser: &str,
) -> Result<SignedIn, Error> {
    let account = account::find(app, address).await?.ok_or(Error::Wrong)?;
    let issuer = &row.issuer_id;
    let member = app
        .db
        .of(issuer)
        .member_of_account(&account.account_id)
        .await?;
    let member = member.ok_or(Error::Wrong)?;
    if !matches!(member.state, MemberState::Active | MemberState::Invited) {
        return Err(Error::Wrong);
    }
    let now = app.now();
    let whose = Whose::Account(account.account_id.clone(), Some(issuer.clone()));
    let (mut session, token) = session::new(app, whose, Stage::In, browser, now);
    session.provider_id = Some(row.provider_id.clone());
    let who = Who::member(issuer, &member.member_id, &roles_of(&member.roles));
    let mut tx = app.db.begin().await?;
    if member.state == MemberState::Invited {
        tx.of(issuer).hold_members().await?;
        tx.hold_account(&account.account_id).await?;
        may_come_first(&mut tx.of(issuer), &member.member_id).await?;
    }
    tx.add_session(&session).await?;
    let mut rows = tx.of(issuer);
    let subject = member.member_id.as_str();
    let mut lines = Vec::new();
    if member.state == MemberState::Invited {
        let (before, after) = (MemberState::Invited, MemberState::Active);
        rows.set_member_state(&member.member_id, before, after)
            .await?;
        rows.void_invitations(&member.member_id, now.into()).await?;
        lines.push(who.did(app, "member.join", subject, now));
    }
    lines.push(who.did(app, "session.start", subject, now));
    rows.log(&lines).await?;
    tx.commit().await?;
    let stage = Stage::In;
    Ok(SignedIn { token, stage })
}

/// Holds to it that nobody else comes in together with whoever a provider lets in for the first time:
/// an account has no way in of its own, or is proven. Otherwise its password was perhaps chosen by a
/// colleague in the organisation that it came from.
async fn may_come_first(rows: &mut Tenant<'_>, member: &MemberId) -> Result<(), Error> {
    let account = rows.account_of_member(member).await?.ok_or(Error::Wrong)?;
    let passkeys = rows.passkeys_of_member(member).await?;
    let has_way_in = account.password.is_some() || passkeys > 0;
    if !has_way_in || account.proven_at.is_some() {
        return Ok(());
    }
    Err(Error::Conflict(
        "there is an account with this address already: join by the link of the invitation first"
            .to_owned(),
    ))
}

async fn find(app: &App, issuer: &IssuerId, id: &ProviderId) -> Result<ProviderRow, Error> {
    let found = app.db.of(issuer).provider(id).await?;
    found.ok_or(Error::NotFound("sign-in provider"))
}

/// A client that knows the provider's addresses and keys, read anew: keys change.
async fn client(app: &App, row: &ProviderRow) -> Result<Client, Error> {
    let broken = |_| Error::Internal("an address of ours is none".to_owned());
    let address = IssuerUrl::new(row.address.clone()).map_err(broken)?;
    let found = discover(app, address).await;
    let found =
        found.map_err(|sentence| Error::Conflict(format!("the sign-in provider {sentence}")))?;
    let secret = match &row.secret_sealed {
        Some(sealed) => {
            let id = row.provider_id.as_str();
            let secret = app
                .custody
                .unseal(&row.issuer_id, id, Purpose::SignInSecret, sealed)?;
            Some(ClientSecret::new(
                String::from_utf8_lossy(&secret).into_owned(),
            ))
        }
        None => None,
    };
    let back = RedirectUrl::new(app.config.public_url.join(RETURN_PATH)).map_err(broken)?;
    let id = ClientId::new(row.client_id.clone());
    Ok(CoreClient::from_provider_metadata(found, id, secret).set_redirect_uri(back))
}

type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// The provider's configuration and keys; or the end of a sentence about it.
async fn discover(app: &App, address: IssuerUrl) -> Result<CoreProviderMetadata, &'static str> {
    let http = http(app);
    CoreProviderMetadata::discover_async(address, &http)
        .await
        .map_err(|_| "does not answer with a configuration of OpenID Connect")
}

/// Why the provider could not be asked.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("it could not be reached")]
    Unreachable(#[from] Unreachable),
    #[error("this service asks no other server")]
    Forbidden,
    #[error("the request or the answer is none")]
    Http,
}

/// What the library asks with. (A future with a lifetime of its own could not be sent to another
/// thread.)
fn http(
    app: &App,
) -> impl Fn(HttpRequest) -> Soon<'static, Result<HttpResponse, AskError>> + use<> {
    let app = app.clone();
    move |request| {
        let app = app.clone();
        Box::pin(async move { ask(&app, request).await })
    }
}

/// Asks the provider, under the rules of [`outbound`]. Where we are reached at this machine alone, a
/// provider of this machine will do.
async fn ask(app: &App, request: HttpRequest) -> Result<HttpResponse, AskError> {
    let (head, body) = request.into_parts();
    let fields = head.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let call = Call {
        url: head.uri.to_string(),
        headers: fields.collect(),
        body: (head.method.as_str() == "POST").then_some(body),
    };
    let answer = if app.config.is_loopback() && call.url.starts_with("http://") {
        outbound::call_here(&call).await?
    } else {
        let fetcher = app.outbound.as_ref().ok_or(AskError::Forbidden)?;
        fetcher.call(&call).await?
    };
    let mut out = HttpResponse::new(answer.body);
    *out.status_mut() = answer.status.try_into().map_err(|_| AskError::Http)?;
    if !answer.content_type.is_empty() {
        let value = answer.content_type.parse().map_err(|_| AskError::Http)?;
        out.headers_mut().insert("content-type", value);
    }
    Ok(out)
}
