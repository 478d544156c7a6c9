//! Where the verifier looks for what is not in the document itself.

use std::{collections::HashMap, future::Future, pin::Pin};

use jiff::Timestamp;

/// What a source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The text: JSON, or a compact JWT where a credential was asked for.
    pub text: String,
    /// How old it is: when it was read from where it stands.
    pub as_of: Timestamp,
}

/// Why a source gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotFetched {
    /// It stands with somebody else, and nothing is fetched from there.
    Elsewhere,
    /// It should be there, and is not.
    Missing,
    /// It was there, and was taken away for good (HTTP 410): so Open Badges 2.0 revokes.
    Gone,
    /// It could not be read.
    Unavailable,
    /// Where it stands gave no usable answer; why is not told (threat D14).
    Unreachable,
}

/// How a credential stands in its issuer's own register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is in no register here.
    Unknown,
    /// It was not taken back.
    Good,
    /// It was taken back for now.
    Suspended,
    /// It was taken back for good.
    Revoked,
}

/// A key of ours for verification receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReceiptKey {
    /// When it was declared not to be believed.
    pub revoked: Option<Timestamp>,
}

/// Something that a source tells, when it comes.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source's answer, when it comes.
pub type Answer<'a> = Soon<'a, Result<Found, NotFetched>>;

/// Where the verifier looks. It asks for nothing but these, and never for an address that a
/// document merely mentions.
pub trait Sources: Send + Sync {
    /// The key document of an issuer: a DID that does not hold its own document (did:web), or an
    /// https address. The text is JSON.
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a>;

    /// The JSON Web Key Set at an https address, for an issuer whose own document holds no keys. By
    /// default it is read as a key document is.
    fn key_set<'a>(&'a self, url: &'a str) -> Answer<'a> {
        self.issuer(url)
    }

    /// The status list credential at an https address: JSON, or a compact JWT.
    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a>;

    /// The credential that a link, a bare id or a `urn:uuid:` names.
    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a>;

    /// The JSON document at an https address that an Open Badges 2.0 document names: an assertion,
    /// a badge class, an issuer, a key or a revocation list. Also the list of a
    /// `1EdTechRevocationList`. It stands at that very address: what a redirect leads to is not it
    /// (threat D20). By default nothing is read from anywhere.
    fn document<'a>(&'a self, url: &'a str) -> Answer<'a> {
        let _ = url;
        Box::pin(std::future::ready(Err(NotFetched::Elsewhere)))
    }

    /// Whether the status lists that `lister` signs also speak for credentials of `issuer`,
    /// another identifier: so for an organisation whose `did:key` changed with its key. By
    /// default they do not (threat E7).
    fn may_list_for<'a>(&'a self, lister: &'a str, issuer: &'a str) -> Soon<'a, bool> {
        let _ = (lister, issuer);
        Box::pin(std::future::ready(false))
    }

    /// How the credential with this `id`, of this issuer, stands in the register that its status
    /// list is made from. The register knows a change at once, tells suspended from revoked where the list has
    /// one bit for both, and needs no key to say so. By default nobody has one here:
    /// [`Standing::Unknown`].
    ///
    /// # Errors
    /// [`NotFetched::Unavailable`] if it should be known, and could not be read.
    fn standing<'a>(
        &'a self,
        id: &'a str,
        issuer: &'a str,
    ) -> Soon<'a, Result<Standing, NotFetched>> {
        let _ = (id, issuer);
        Box::pin(std::future::ready(Ok(Standing::Unknown)))
    }

    /// When the key was revoked that the identifier `did` itself holds (did:key, did:jwk). Such an
    /// identifier has no document in which that could stand: only whoever keeps the key knows
    /// (threat I6). By default nobody does.
    ///
    /// # Errors
    /// [`NotFetched::Unavailable`] if it should be known, and could not be read.
    fn key_revoked<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<Timestamp>, NotFetched>> {
        let _ = did;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The domain that an issuer has proven to be its own, where its identifier has none (did:key).
    /// Asked only for an issuer whose signature is good, and if a list of trusted domains was
    /// given. By default nobody has.
    fn proven_domain<'a>(&'a self, issuer: &'a str) -> Soon<'a, Option<String>> {
        let _ = issuer;
        Box::pin(std::future::ready(None))
    }

    /// Our own key for verification receipts, if the identifier `did`, which is its own key, is one:
    /// such a key signs no credentials. By default nobody has one here.
    ///
    /// # Errors
    /// [`NotFetched::Unavailable`] if it should be known, and could not be read.
    fn receipt_key<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<ReceiptKey>, NotFetched>> {
        let _ = did;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Whether no list of a later `validFrom` was read at `list` before; from now on this one was
    /// read (threat E9). By default nothing is remembered.
    ///
    /// # Errors
    /// [`NotFetched::Unavailable`] if it should be remembered, and could not be read.
    fn is_newest<'a>(
        &'a self,
        list: &'a str,
        valid_from: Timestamp,
    ) -> Soon<'a, Result<bool, NotFetched>> {
        let _ = (list, valid_from);
        Box::pin(std::future::ready(Ok(true)))
    }
}

/// Several sources: what one of them says stands elsewhere, the next is asked for.
#[derive(Default)]
pub struct First(Vec<Box<dyn Sources>>);

impl First {
    /// None yet: everything stands elsewhere.
    #[must_use]
    pub fn new() -> First {
        First::default()
    }

    /// Then asks `source`.
    #[must_use]
    pub fn then(mut self, source: impl Sources + 'static) -> First {
        self.0.push(Box::new(source));
        self
    }

    fn ask<'a>(
        &'a self,
        question: impl Fn(&'a dyn Sources) -> Answer<'a> + Send + 'a,
    ) -> Answer<'a> {
        Box::pin(async move {
            for source in &self.0 {
                match question(source.as_ref()).await {
                    Err(NotFetched::Elsewhere) => {}
                    answer => return answer,
                }
            }
            Err(NotFetched::Elsewhere)
        })
    }
}

impl Sources for First {
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        self.ask(|source| source.issuer(id))
    }

    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a> {
        self.ask(|source| source.status_list(url))
    }

    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a> {
        self.ask(|source| source.credential(link))
    }

    fn document<'a>(&'a self, url: &'a str) -> Answer<'a> {
        self.ask(|source| source.document(url))
    }

    fn may_list_for<'a>(&'a self, lister: &'a str, issuer: &'a str) -> Soon<'a, bool> {
        Box::pin(async move {
            for source in &self.0 {
                if source.may_list_for(lister, issuer).await {
                    return true;
                }
            }
            false
        })
    }

    fn standing<'a>(
        &'a self,
        id: &'a str,
        issuer: &'a str,
    ) -> Soon<'a, Result<Standing, NotFetched>> {
        Box::pin(async move {
            for source in &self.0 {
                match source.standing(id, issuer).await? {
                    Standing::Unknown => {}
                    known => return Ok(known),
                }
            }
            Ok(Standing::Unknown)
        })
    }

    fn key_revoked<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<Timestamp>, NotFetched>> {
        Box::pin(async move {
            for source in &self.0 {
                if let Some(at) = source.key_revoked(did).await? {
                    return Ok(Some(at));
                }
            }
            Ok(None)
        })
    }

    fn proven_domain<'a>(&'a self, issuer: &'a str) -> Soon<'a, Option<String>> {
        Box::pin(async move {
            for source in &self.0 {
                if let Some(domain) = source.proven_domain(issuer).await {
                    return Some(domain);
                }
            }
            None
        })
    }

    fn receipt_key<'a>(&'a self, did: &'a str) -> Soon<'a, Result<Option<ReceiptKey>, NotFetched>> {
        Box::pin(async move {
            for source in &self.0 {
                if let Some(key) = source.receipt_key(did).await? {
                    return Ok(Some(key));
                }
            }
            Ok(None)
        })
    }

    fn is_newest<'a>(
        &'a self,
        list: &'a str,
        valid_from: Timestamp,
    ) -> Soon<'a, Result<bool, NotFetched>> {
        Box::pin(async move {
            for source in &self.0 {
                if !source.is_newest(list, valid_from).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }
}

/// Sources that are at hand: documents given beforehand, and nothing else.
///
/// For the command line (`--issuer FILE`, `--status FILE`), for tests, and for checking one's own
/// work without a server. It answers at once, so [`verify_known`](super::verify_known) needs no
/// executor.
#[derive(Debug, Clone, Default)]
pub struct Known {
    issuers: HashMap<String, Found>,
    status_lists: HashMap<String, Found>,
    credentials: HashMap<String, Found>,
    documents: HashMap<String, Result<Found, NotFetched>>,
}

impl Known {
    /// Nothing at all: enough for did:key and did:jwk without a status.
    #[must_use]
    pub fn nothing() -> Known {
        Known::default()
    }

    /// Adds the key document of the issuer `id`.
    #[must_use]
    pub fn with_issuer(mut self, id: &str, text: impl Into<String>, as_of: Timestamp) -> Known {
        let text = text.into();
        self.issuers.insert(id.to_owned(), Found { text, as_of });
        self
    }

    /// Adds the status list credential that stands at `url`.
    #[must_use]
    pub fn with_status_list(
        mut self,
        url: &str,
        text: impl Into<String>,
        as_of: Timestamp,
    ) -> Known {
        let text = text.into();
        self.status_lists
            .insert(url.to_owned(), Found { text, as_of });
        self
    }

    /// Adds the credential that `link` names.
    #[must_use]
    pub fn with_credential(
        mut self,
        link: &str,
        text: impl Into<String>,
        as_of: Timestamp,
    ) -> Known {
        let text = text.into();
        self.credentials
            .insert(link.to_owned(), Found { text, as_of });
        self
    }

    /// Adds the Open Badges 2.0 document that stands at `url`.
    #[must_use]
    pub fn with_document(mut self, url: &str, text: impl Into<String>, as_of: Timestamp) -> Known {
        let text = text.into();
        self.documents
            .insert(url.to_owned(), Ok(Found { text, as_of }));
        self
    }

    /// Says that nothing stands at `url`, and why.
    #[must_use]
    pub fn without_document(mut self, url: &str, why: NotFetched) -> Known {
        self.documents.insert(url.to_owned(), Err(why));
        self
    }
}

impl Sources for Known {
    fn issuer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        answer(&self.issuers, id)
    }

    fn status_list<'a>(&'a self, url: &'a str) -> Answer<'a> {
        answer(&self.status_lists, url)
    }

    fn credential<'a>(&'a self, link: &'a str) -> Answer<'a> {
        answer(&self.credentials, link)
    }

    fn document<'a>(&'a self, url: &'a str) -> Answer<'a> {
        let found = self.documents.get(url).cloned();
        Box::pin(std::future::ready(
            found.unwrap_or(Err(NotFetched::Elsewhere)),
        ))
    }
}

fn answer<'a>(known: &'a HashMap<String, Found>, name: &str) -> Answer<'a> {
    let found = known.get(name).cloned().ok_or(NotFetched::Elsewhere);
    Box::pin(std::future::ready(found))
}
