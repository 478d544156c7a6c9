//! `/desk/people`: who works here, and as what.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    db::MemberState,
    ids::MemberId,
    letters::{self, WayIn},
    mail::Reach,
    web::{
        Site,
        answer::{self, NEVER},
        desk::{Desk, Nav},
        error::WebError,
        fields::Fields,
        frame::Frame,
        pages::sign_in::again,
        signed::Signed,
        text::{self, Text},
    },
    who::{self, Fault, Invite, Person, Role, Scope},
};

/// In the navigation.
pub(crate) const NAV: Option<Nav> = Some(Nav {
    path: "/desk/people",
    label: "People",
    any: &[Scope::Read],
});

/// Somebody, as a page shows them.
#[derive(Debug, Clone)]
pub(crate) struct View {
    id: String,
    name: Text,
    address: String,
    roles: String,
    state: MemberState,
    is_me: bool,
}

impl View {
    fn of(person: &Person, me: &str) -> View {
        View {
            id: person.row.member_id.to_string(),
            name: Text::new(&person.row.name),
            address: person.address.clone().unwrap_or_default(),
            roles: person.row.roles.replace(' ', ", "),
            state: person.row.state,
            is_me: person.row.member_id.as_str() == me,
        }
    }

    fn word(&self) -> &'static str {
        match self.state {
            MemberState::Invited => "invited",
            MemberState::Active => "",
            MemberState::Suspended => "suspended",
            MemberState::Removed => "gone",
        }
    }
}

/// A box to tick for each role: the role, and whether it is ticked.
type Boxes = Vec<(Role, bool)>;

fn boxes(ticked: &[Role]) -> Boxes {
    Role::ALL
        .map(|role| (role, ticked.contains(&role)))
        .to_vec()
}

/// What was typed to invite somebody.
#[derive(Debug, Clone, Default)]
struct Typed {
    address: String,
    name: String,
    roles: Vec<Role>,
}

impl Typed {
    fn read(fields: &Fields) -> Typed {
        Typed {
            address: fields.get("address").to_owned(),
            name: fields.get("name").to_owned(),
            roles: fields
                .all("role")
                .filter_map(|word| word.parse().ok())
                .collect(),
        }
    }
}

/// A link that was just made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Its address; nothing if it is in a letter alone.
    address: String,
    /// Until when it is good.
    until: String,
    /// Why it is shown: whom letters reach.
    reach: Reach,
}

impl Made {
    fn of(site: &Site, way: &WayIn) -> Made {
        let address = way.link.as_ref().map(|link| site.link(&link.path()));
        Made {
            address: address.unwrap_or_default(),
            until: text::moment(way.expires),
            reach: way.reach,
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk/people.html")]
pub(crate) struct PeoplePage {
    frame: Frame,
    desk: Desk,
    people: Vec<View>,
    gone: Vec<View>,
    typed: Typed,
    boxes: Boxes,
    faults: Vec<String>,
    made: Option<Made>,
}

impl PeoplePage {
    fn new(desk: Desk, people: Vec<View>, typed: Typed) -> PeoplePage {
        let is_gone = |view: &View| view.state == MemberState::Removed;
        let (gone, people) = people.into_iter().partition(is_gone);
        PeoplePage {
            frame: Desk::frame("People"),
            desk,
            people,
            gone,
            boxes: boxes(&typed.roles),
            typed,
            faults: Vec::new(),
            made: None,
        }
    }

    async fn read(site: &Site, signed: &Signed, typed: Typed) -> Result<PeoplePage, WebError> {
        let all = who::people(site.app(), &signed.who).await?;
        let me = signed.who.actor();
        let views = all.iter().map(|person| View::of(person, me)).collect();
        Ok(PeoplePage::new(
            Desk::new(signed, "/desk/people"),
            views,
            typed,
        ))
    }
}

/// One of them.
#[derive(Debug, Template)]
#[template(path = "desk/person.html")]
pub(crate) struct PersonPage {
    frame: Frame,
    desk: Desk,
    person: View,
    typed_name: String,
    boxes: Boxes,
    faults: Vec<String>,
    made: Option<Made>,
}

impl PersonPage {
    fn new(desk: Desk, person: &Person, me: &str) -> PersonPage {
        PersonPage {
            frame: Desk::frame("A colleague"),
            desk,
            person: View::of(person, me),
            typed_name: person.row.name.clone(),
            boxes: boxes(&person.roles),
            faults: Vec::new(),
            made: None,
        }
    }

    async fn read(site: &Site, signed: &Signed, id: &MemberId) -> Result<PersonPage, WebError> {
        signed.who.may(Scope::Manage)?;
        let person = who::person(site.app(), &signed.who, id).await?;
        let desk = Desk::new(signed, "/desk/people");
        Ok(PersonPage::new(desk, &person, signed.who.actor()))
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk/people", get(shown).post(invited))
        .route("/desk/people/{id}", get(one).post(changed))
        .route("/desk/people/{id}/{act}", post(acted))
}

/// Faults in words for a person.
pub(crate) fn in_words(faults: &[Fault]) -> Vec<String> {
    let line = |fault: &Fault| {
        let what = match fault.field {
            "address" => "The e-mail address",
            "name" => "The name",
            "roles" => "The roles",
            "code" => "The code",
            "client_id" => "The client id",
            "provider-address" => "The provider’s address",
            "secret" => "The secret",
            "passkey" => "The passkey",
            "passkey-name" => "The name of the passkey",
            _ => "The password",
        };
        format!("{what} {}.", fault.sentence)
    };
    faults.iter().map(line).collect()
}

/// The sentences of a refusal that is shown beside a form; anything else is an error.
///
/// # Errors
/// What is no fault of what was typed.
pub(crate) fn told(error: who::Error) -> Result<Vec<String>, WebError> {
    match error {
        who::Error::Faults(faults) => Ok(in_words(&faults)),
        who::Error::Conflict(_) => Ok(vec![WebError::from(error).detail().to_owned()]),
        other => Err(other.into()),
    }
}

async fn shown(State(site): State<Site>, signed: Signed) -> Result<Response, WebError> {
    answer::page(
        &PeoplePage::read(&site, &signed, Typed::default()).await?,
        NEVER,
    )
}

async fn invited(
    State(site): State<Site>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = Typed::read(&fields);
    let asked = Invite {
        address: typed.address.clone(),
        name: typed.name.clone(),
        roles: typed.roles.clone(),
    };
    match letters::invite(site.app(), &signed.who, &asked).await {
        Ok(way) => {
            let page = PeoplePage::read(&site, &signed, Typed::default()).await?;
            let made = Some(Made::of(&site, &way));
            answer::page(&PeoplePage { made, ..page }, NEVER)
        }
        Err(error) => {
            let faults = told(error)?;
            let page = PeoplePage::read(&site, &signed, typed).await?;
            again(&PeoplePage { faults, ..page })
        }
    }
}

fn id_of(text: &str) -> Result<MemberId, WebError> {
    text.parse().map_err(|_| WebError::no_such("person"))
}

async fn one(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let page = PersonPage::read(&site, &signed, &id_of(&id)?).await?;
    answer::page(&page, NEVER)
}

async fn changed(
    State(site): State<Site>,
    signed: Signed,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let id = id_of(&id)?;
    let typed = Typed::read(&fields);
    let tried = who::change(site.app(), &signed.who, &id, &typed.name, &typed.roles).await;
    match tried {
        Ok(()) => Ok(Redirect::to("/desk/people").into_response()),
        Err(error) => {
            let faults = told(error)?;
            let page = PersonPage::read(&site, &signed, &id).await?;
            again(&PersonPage {
                faults,
                typed_name: typed.name,
                boxes: boxes(&typed.roles),
                ..page
            })
        }
    }
}

async fn acted(
    State(site): State<Site>,
    signed: Signed,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, WebError> {
    signed.who.may(Scope::Manage)?;
    let (app, who) = (site.app(), &signed.who);
    let id = id_of(&id)?;
    let mut link = None;
    let tried = match act.as_str() {
        "suspend" => who::suspend(app, who, &id).await,
        "unsuspend" => who::unsuspend(app, who, &id).await,
        "remove" => who::remove(app, who, &id).await,
        "link" => letters::let_in(app, who, &id).await.map(|new| {
            link = Some(new);
        }),
        _ => return Err(WebError::not_found()),
    };
    match (tried, link) {
        (Ok(()), None) => Ok(Redirect::to("/desk/people").into_response()),
        (Ok(()), Some(link)) => {
            let page = PersonPage::read(&site, &signed, &id).await?;
            let made = Some(Made::of(&site, &link));
            answer::page(&PersonPage { made, ..page }, NEVER)
        }
        (Err(error), _) => {
            let faults = told(error)?;
            let page = PersonPage::read(&site, &signed, &id).await?;
            again(&PersonPage { faults, ..page })
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let view = |name: &str, roles: &str, state, is_me| View {
        id: "Zr4XfLk2Qp8sVb1NwYt6Ag".to_owned(),
        name: name.into(),
        address: format!("{}@harbour.example", name.to_lowercase()),
        roles: roles.to_owned(),
        state,
        is_me,
    };
    let all = || {
        vec![
            view("Ana", "administrator, teacher", MemberState::Active, true),
            view("Bo", "tutor", MemberState::Invited, false),
            view("Cy", "reviewer", MemberState::Suspended, false),
            view("Di", "tutor", MemberState::Removed, false),
        ]
    };
    let desk = || Desk::sample("/desk/people");
    let people = |all, faults: &[&str], made| {
        let page = PeoplePage {
            faults: faults.iter().map(|text| (*text).to_owned()).collect(),
            made,
            ..PeoplePage::new(desk(), all, Typed::default())
        };
        page.render().expect("renders")
    };
    let link = |reach| {
        let shown = reach != Reach::Everybody;
        Some(Made {
            address: if shown { "/invitation/x" } else { "" }.to_owned(),
            until: "29 November 2026, 14:02 UTC".to_owned(),
            reach,
        })
    };
    let person = PersonPage {
        frame: Desk::frame("A colleague"),
        desk: desk(),
        person: view("Bo", "tutor", MemberState::Active, false),
        typed_name: "Bo".to_owned(),
        boxes: boxes(&[Role::Tutor]),
        faults: vec!["The name is missing.".to_owned()],
        made: link(Reach::Folder),
    };
    vec![
        ("desk-people", people(all(), &[], None)),
        ("desk-people-made", people(all(), &[], link(Reach::Nobody))),
        (
            "desk-people-written",
            people(all(), &[], link(Reach::Everybody)),
        ),
        (
            "desk-people-faults",
            people(
                all(),
                &["The roles are missing: choose at least one."],
                None,
            ),
        ),
        ("desk-people-empty", people(Vec::new(), &[], None)),
        ("desk-person", person.render().expect("renders")),
    ]
}
