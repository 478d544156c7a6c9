//! What pages say of a credential's content, and of who says so.

use serde_json::{Value, json};

use super::super::support::{
    db::{Temp, on_both},
    html::{self, Piece},
    site::{Answer, Site, memo},
};

/// An achievement whose first criterion has eight levels.
fn eight_levels() -> Value {
    let level = |n: usize| json!({"name": format!("Step {n}"), "points": n.to_string(), "description": format!("As told for {n}.")});
    let mut file = memo();
    let criterion = &mut file["resultDescription"][0];
    criterion["requiredLevel"] = json!("Step 5");
    criterion["rubricCriterionLevel"] = json!((1..=8).map(level).collect::<Vec<_>>());
    file
}

async fn every_level_is_shown_and_the_picture_says_the_same(temp: &Temp) {
    let site = Site::on(temp).await;
    let mut provider = site.provider("Riverside Tutoring").await;
    provider.publish(&eight_levels()).await;
    let mut order = provider.order("S-1042");
    order["levels"] = json!({"Uses evidence": "Step 8", "Explains clearly": "Advanced"});
    order["narrative"] = json!("Defended *one* change before the school board.");
    let issued = provider.send("/api/v1/credentials", &order).await;
    let path = issued.is(201).json()["id"].as_str().map(page_of);
    let path = path.expect("an id");
    let uploaded = site.upload("/verify", "text", &issued.body).await;
    for page in [site.get(&path).await, uploaded] {
        let text = visible(&page);
        for n in 1..=8 {
            assert!(
                text.contains(&format!("Step {n} As told for {n}.")),
                "{text}"
            );
        }
        assert!(text.contains("As told for 8. Level reached"), "{text}");
        assert!(text.contains("As told for 5. Needed to pass"), "{text}");
        page.shows("<table class=\"rubric n4\"")
            .shows("before the school board");
        assert_eq!(page.text().matches("Level reached").count(), 2);
    }
    for picture in ["/picture.svg", ".svg"] {
        site.get(&format!("{path}{picture}"))
            .await
            .is(200)
            .shows("Step 8 · 8 of 8");
    }
}

async fn a_text_is_marked_with_the_language_it_is_in(temp: &Temp) {
    let site = Site::on(temp).await;
    let mut provider = site.provider("Riverside Tutoring").await;
    let mut file = memo();
    file["inLanguage"] = json!("es-419");
    file["name"] = json!("Explicar una decisión");
    provider.publish(&file).await;
    let issued = provider
        .send("/api/v1/credentials", &provider.order("S-1042"))
        .await;
    let path = page_of(issued.is(201).json()["id"].as_str().expect("an id"));
    let id = path.rsplit('/').next().expect("an id").to_owned();
    let spanish = " lang=\"es-419\" dir=\"auto\"";
    for page in [
        site.get(&path).await,
        site.upload("/verify", "text", &issued.body).await,
    ] {
        page.is(200)
            .shows("<html lang=\"en\">")
            .shows(&format!("<h1{spanish}>Explicar una decisión</h1>"))
            .shows(&format!("<b{spanish}>Proficient</b>"))
            .shows(&format!("<div class=\"prose\"{spanish}>"))
            .shows(&format!(
                "<li class=\"tag accent\"{spanish}>Reading charts</li>"
            ));
        // Our own words are not in it.
        page.hides(&format!("{spanish}>How well"));
    }
    let portfolio = provider.portfolio("Mine", &[&id]).await;
    let page = site.get(&portfolio).await;
    page.is(200).shows(&format!("<h2{spanish}>"));
}

async fn a17_what_nobody_signed_is_said_to_be_not_verifiable(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Riverside Tutoring").await;
    let id = provider.issue("S-1042").await;
    let mut credential = site.get(&format!("/c/{id}.json")).await.json();
    credential
        .as_object_mut()
        .expect("an object")
        .remove("proof");
    let page = site
        .upload("/verify", "text", credential.to_string().as_bytes())
        .await;
    page.is(200)
        .shows("<p class=\"word\">Not verifiable</p>")
        .shows("Nobody has signed this: it cannot be verified.")
        .shows("It is not confirmed.")
        .shows(
            "Says that it was issued in March 2026 by Riverside Tutoring (unverified organisation)",
        )
        .shows("<h2>Whom it names</h2>")
        .hides("Who says so")
        .hides("Real and still good")
        .hides("is-good\" aria-label");
}

async fn g19_an_organisation_is_unverified_on_every_page_until_its_domain_is_proven(temp: &Temp) {
    let site = Site::on(temp).await;
    let provider = site.provider("Harvard University").await;
    let id = provider.issue("S-1042").await;
    let portfolio = provider.portfolio("Mine", &[&id]).await;
    let pages = async || {
        let page = format!("/c/{id}");
        let mut pages = vec![
            site.form(&page, &[("name", "Bob")]).await,
            site.get(&format!("/issuers/{}", provider.who.issuer()))
                .await,
            site.get(&page).await,
            site.get(&portfolio).await,
        ];
        for form in ["json", "jwt", "png", "svg"] {
            let file = site.get(&format!("{page}.{form}")).await;
            pages.push(site.upload("/verify", "file", &file.body).await);
        }
        pages
    };
    let marked = |page: &Answer| {
        let text = visible(page);
        let named: Vec<_> = text.match_indices("Harvard University").collect();
        assert!(!named.is_empty(), "{}: {text}", page.path);
        for (at, _) in named {
            let beside: String = text[at..].chars().take(80).collect();
            assert!(
                beside.contains("nverified organisation"),
                "{}: {beside}",
                page.path
            );
        }
    };
    for page in pages().await {
        marked(page.is(200));
        page.hides("Domain proven");
    }
    let verdict =
        "Signed by Harvard University (unverified organisation); nothing in it was changed";
    site.get(&format!("/c/{id}"))
        .await
        .shows(verdict)
        .shows("riverside.example");
    provider.change(&id, "suspend").await.is(200);
    site.get(&format!("/c/{id}"))
        .await
        .shows("Harvard University (unverified organisation) has suspended");
    pages().await.iter().for_each(marked);
    provider.change(&id, "reinstate").await.is(200);

    let now = site.app.now();
    let mut ours = site.app.db.of(provider.who.issuer());
    ours.set_domain_proven(Some(now.into())).await.expect("set");
    for page in pages().await {
        page.is(200).hides("nverified organisation");
    }
    site.get(&format!("/c/{id}"))
        .await
        .shows("Domain proven")
        .shows("Signed by Harvard University; nothing");
    // Whoever names a proven organisation without its signature does not get its mark.
    let mut forged = site.get(&format!("/c/{id}.json")).await.json();
    forged["name"] = json!("Doctor of Laws");
    let page = site
        .upload("/verify", "text", forged.to_string().as_bytes())
        .await;
    marked(page.is(200).hides("Domain proven"));
}

/// The path of the page of a credential with this id.
fn page_of(id: &str) -> String {
    id.strip_prefix("http://localhost:8080")
        .expect("ours")
        .to_owned()
}

/// The words of a page's main part, one space between.
fn visible(page: &Answer) -> String {
    let pieces = html::read(&page.text()).into_iter();
    let main = pieces.skip_while(|piece| !matches!(piece, Piece::Tag(name, _) if name == "main"));
    let words = main.filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" ")
}

on_both!(
    every_level_is_shown_and_the_picture_says_the_same,
    a_text_is_marked_with_the_language_it_is_in,
    a17_what_nobody_signed_is_said_to_be_not_verifiable,
    g19_an_organisation_is_unverified_on_every_page_until_its_domain_is_proven,
);
