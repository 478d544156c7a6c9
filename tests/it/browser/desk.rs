//! The desk in a real browser: joining, a passkey, and every page looked at by axe-core.

use std::collections::BTreeSet;

use serde_json::json;
use skillmark::who::{self, Invite, Role};

use super::{
    VIEWS, axe, examine, follow, hosted, in_browser, look_as, open, see, states::picture, text,
    write,
};
use crate::support::site::Site;

const PASSWORD: &str = "four plain wet words";

/// A link for somebody who may do everything.
async fn link(site: &Site) -> String {
    let provider = site.provider("Harbour Tutoring").await;
    let asked = Invite {
        address: "ana@school.example".to_owned(),
        name: "Ana Lee".to_owned(),
        roles: Role::ALL.to_vec(),
    };
    let made = who::invite(&site.app, &provider.who, &asked).await;
    made.expect("invited").1.path()
}

#[tokio::test]
async fn somebody_joins_and_signs_in_with_a_passkey() {
    let (site, origin) = hosted().await;
    let link = link(&site).await;
    in_browser(&[], |browser| async move {
        let browser = &browser;
        let tools = browser.cdp();
        let on = tools.send_raw("WebAuthn.enable", json!({}));
        on.await.expect("WebAuthn");
        let device = json!({"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        }});
        let device = tools.send_raw("WebAuthn.addVirtualAuthenticator", device);
        device.await.expect("a device");
        open(browser, &format!("{origin}{link}")).await;
        write(browser, "#password", PASSWORD).await;
        follow(browser, "main form button").await;
        assert_eq!(text(browser, "h1").await, "Good to see you, Ana");
        open(browser, &format!("{origin}/desk/account")).await;
        write(browser, "#passkey-name", "This computer").await;
        follow(browser, "form[data-make] button").await;
        let page = text(browser, "main").await;
        assert!(page.contains("This computer") && page.contains("never"), "{page}");
        follow(browser, ".whoami form button").await;
        assert_eq!(text(browser, "h1").await, "Sign in");
        follow(browser, "form[data-passkey] button").await;
        assert_eq!(text(browser, "h1").await, "Good to see you, Ana");
        // Gone, it lets nobody in any more; the password still does.
        open(browser, &format!("{origin}/desk/account")).await;
        follow(browser, "form[action$=remove] button").await;
        follow(browser, ".whoami form button").await;
        follow(browser, "form[data-passkey] button").await;
        let page = text(browser, "main").await;
        assert!(page.contains("That passkey is not known here"), "{page}");
        write(browser, "#address", "ana@school.example").await;
        write(browser, "#password", PASSWORD).await;
        follow(browser, "main form button").await;
        assert_eq!(text(browser, "h1").await, "Good to see you, Ana");
    })
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_at_the_desk() {
    let (site, origin) = hosted().await;
    let link = link(&site).await;
    let axe = axe();
    in_browser(&[], |browser| async move {
        let mut faults = BTreeSet::new();
        let mut seen = async |name: &str| {
            for (scheme, width, height) in VIEWS {
                look_as(&browser, scheme, width, height).await;
                let view = format!("{name} ({scheme}, {width} px)");
                picture(&browser, &format!("{name}-{scheme}-{width}")).await;
                examine(&browser, &axe, &view, &mut faults).await;
            }
        };
        open(&browser, &format!("{origin}/sign-in")).await;
        see(&browser, "form[data-passkey]:not([hidden])").await;
        seen("sign-in").await;
        open(&browser, &format!("{origin}{link}")).await;
        seen("invitation").await;
        write(&browser, "#password", PASSWORD).await;
        follow(&browser, "main form button").await;
        for page in [
            "",
            "/people",
            "/access",
            "/account",
            "/account/codes",
            "/keys",
            "/providers",
            "/log",
        ] {
            open(&browser, &format!("{origin}/desk{page}")).await;
            seen(&format!("desk{}", page.replace('/', "-"))).await;
        }
        open(&browser, &format!("{origin}/desk/people")).await;
        write(&browser, "#address", "bo@school.example").await;
        follow(&browser, "form[action='/desk/people'] button").await;
        seen("desk-people-fault").await;
        super::click(&browser, "#role-tutor").await;
        follow(&browser, "form[action='/desk/people'] button").await;
        seen("desk-people-made").await;
        follow(&browser, "main a[href^='/desk/people/']").await;
        seen("desk-person").await;
        let faults = Vec::from_iter(faults);
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    })
    .await;
}
