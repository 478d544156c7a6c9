//! The setting that says where letters go: it may hold a password and never prints it.

use std::{fmt, str::FromStr};

use url::Url;

/// The address of a mail server, as `smtps://user:password@host`.
///
/// - `smtps://host`: TLS from the start (port 465);
/// - `smtp://host?tls=required`: TLS after STARTTLS (port 587); `tls=opportunistic`: if it can;
/// - `smtp://host`: in the clear, for a server on this machine.
///
/// It prints with `***` in place of the password.
#[derive(Clone, PartialEq, Eq)]
pub struct MailUrl(Url);

impl MailUrl {
    /// The address with its password, for the driver alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for MailUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<MailUrl, String> {
        let expected = "expected smtps://user:password@host or smtp://host?tls=required";
        let url = Url::parse(text).map_err(|_| expected.to_owned())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if !matches!(url.scheme(), "smtp" | "smtps") || host.is_empty() {
            return Err(expected.to_owned());
        }
        let mut parameters = url.query_pairs();
        let known = parameters
            .all(|(name, value)| name == "tls" && matches!(&*value, "required" | "opportunistic"));
        if !known {
            return Err("after ? only tls=required or tls=opportunistic is understood".to_owned());
        }
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        let safe = url.scheme() == "smtps" || url.query() == Some("tls=required");
        if url.password().is_some() && !safe && !here {
            return Err(
                "a password would be sent in the clear: write smtps://, or add ?tls=required"
                    .to_owned(),
            );
        }
        Ok(MailUrl(url))
    }
}

impl fmt::Display for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        if shown.password().is_some() {
            // It has a host, so that this cannot fail.
            let _ = shown.set_password(Some("***"));
        }
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_prints_and_never_goes_in_the_clear() {
        let url: MailUrl = "smtps://me:se%40cret@mail.example:465"
            .parse()
            .expect("an address");
        assert_eq!(format!("{url}"), "smtps://me:***@mail.example:465");
        assert_eq!(format!("{url:?}"), format!("{url}"));
        assert!(url.expose().contains("se%40cret"));
        for good in [
            "smtp://localhost:1025",
            "smtp://me:secret@127.0.0.1:1025",
            "smtp://me:secret@mail.example?tls=required",
            "smtp://mail.example?tls=opportunistic",
        ] {
            assert!(good.parse::<MailUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://mail.example",
            "mail.example",
            "smtp://me:secret@mail.example",
            "smtp://me:secret@mail.example?tls=opportunistic",
            "smtp://mail.example?tls=no",
        ] {
            assert!(bad.parse::<MailUrl>().is_err(), "{bad}");
        }
    }
}
