//! F12 where people work: words that want to be more than words, in every text field of the desk and
//! of learners' pages and in every file that is read there, come out as words on every page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::hostile::{spoil, walk};
use crate::{
    support::{
        db::Engine,
        hostile::CORPUS,
        html::Piece,
        site::{Answer, Site, Visitor},
    },
    web::hostile::{PLAIN, is_prose, split},
};

/// What is looked at before it is kept: files with the words in every text.
async fn looked_at(
    staff: &Visitor<'_>,
    found: &BTreeMap<String, Answer>,
    words: &str,
) -> BTreeMap<String, Answer> {
    let case = json!({"CFDocument": {"identifier": "d", "title": words, "description": words},
        "CFItems": [{"identifier": "a", "uri": "https://case.example/a", "fullStatement": format!("{words} in full"),
            "abbreviatedStatement": words, "humanCodingScheme": words, "CFItemType": "Standard"}],
        "CFRubrics": [{"identifier": "r", "title": words, "description": words, "CFRubricCriteria": [{"identifier": "c",
            "category": words, "description": words, "position": 1,
            "CFRubricCriterionLevels": [{"identifier": "l", "quality": words, "description": words, "score": 1, "position": 1}]}]}]});
    let quoted = format!("\"{}\"", words.replace('"', "\"\""));
    let map = format!(
        "skill,statement,priority,job_code,job_title\n{quoted},{quoted},now,43-9111.00,{quoted}\n"
    );
    let wrong = format!("skill,priority\n{quoted},{quoted}\n");
    let roster = format!("learner,name,guardian,{quoted}\nu-9,{quoted},{quoted},x\n");
    let program = found
        .get("/desk/programs/{id}")
        .expect("a program")
        .path
        .clone();
    let form = found.get("/desk/awards/new").expect("a form").text();
    let offer = form.split("<option value=\"").nth(1).expect("a choice");
    let offer = offer.split('"').next().expect("an id");
    let rows = format!("learner,{quoted}\nu-1,{quoted}\n");
    let mut all = BTreeMap::new();
    for (name, path, parts, status) in [
        (
            "case",
            "/desk/map-import",
            vec![("file", case.to_string())],
            200,
        ),
        ("map", "/desk/map-import", vec![("file", map)], 200),
        (
            "map-refused",
            "/desk/map-import",
            vec![("file", wrong)],
            422,
        ),
        (
            "roster",
            &format!("{program}/roster"),
            vec![("csv", roster)],
            200,
        ),
        (
            "awards",
            "/desk/awards/new",
            vec![
                ("achievement", offer.to_owned()),
                ("rows", rows),
                ("step", "check".to_owned()),
            ],
            422,
        ),
    ] {
        let mut body = String::new();
        for (field, value) in parts {
            let file = match field {
                "file" => format!("; filename=\"{}\"", words.replace('"', "%22")),
                _ => String::new(),
            };
            body += &format!(
                "--x\r\ncontent-disposition: form-data; name=\"{field}\"{file}\r\n\r\n{value}\r\n"
            );
        }
        body += "--x--\r\n";
        let ask = staff
            .ask("POST", path)
            .header("sec-fetch-site", "same-origin");
        let page = staff
            .send(ask.body("multipart/form-data; boundary=x", body))
            .await;
        page.is(status);
        all.insert(name.to_owned(), page);
    }
    all
}

/// Everything that shows the words: page by kind. Each time it is another service: nobody works for
/// several organisations.
async fn all_pages(words: &str) -> BTreeMap<String, Answer> {
    let site = Site::with(Engine::Sqlite, |config| config.rate_burst = 1_000_000).await;
    let spoilt = spoil(&site, words).await;
    let mut all = walk(&spoilt.staff, "/desk").await;
    all.extend(looked_at(&spoilt.staff, &all, words).await);
    all.extend(walk(&spoilt.learner, "/me").await);
    all
}

/// Nothing on a page runs, loads or leads where it should not.
#[track_caller]
fn is_inert(name: &str, page: &[Piece]) {
    for piece in page {
        let Piece::Tag(_, attributes) = piece else {
            continue;
        };
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on"), "{name}: {piece:?}");
            if ["href", "src", "action", "formaction"].contains(&attribute.as_str()) {
                let good = ["/", "#", "https://", "mailto:", "http://localhost:8080/"]
                    .iter()
                    .any(|start| value.starts_with(start));
                assert!(good && !value.starts_with("//"), "{name}: {piece:?}");
            }
            if attribute == "src" {
                assert!(value.starts_with('/'), "{name}: {piece:?}");
            }
        }
    }
}

/// The elements of a page, each with the names of its attributes; not in which order lines stand.
fn elements(page: &[Piece]) -> BTreeMap<(String, Vec<String>), usize> {
    let mut all = BTreeMap::new();
    for piece in page {
        if let Piece::Tag(tag, attributes) = piece {
            let names = attributes.iter().map(|(name, _)| name.clone()).collect();
            *all.entry((tag.clone(), names)).or_default() += 1;
        }
    }
    all
}

/// How often the words stand in the texts of a page.
fn said(words: &str, page: &[Piece]) -> usize {
    let texts = page.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.matches(words).count()),
        _ => None,
    });
    texts.sum()
}

/// Pages that tell of the own text of a letter.
const OF_LETTERS: &[&str] = &["/desk/log", "/desk/letters", "/desk/letters/{kind}"];

#[tokio::test]
async fn f12_every_text_at_the_desk_is_shown_as_it_is_and_runs_nothing() {
    let reference = all_pages(PLAIN).await;
    let kinds: BTreeSet<&str> = reference.keys().map(String::as_str).collect();
    for kind in [
        "/desk/achievements/{id}/publish",
        "/desk/attempts/{id}",
        "/desk/labs/{id}/grid/{achievement}",
        "/desk/editions/{id}",
        "/desk/learners/{id}",
        "/desk/reviewers",
        "/me/attempts/{id}",
        "/me/labs/{id}",
        "case",
        "roster",
    ] {
        assert!(kinds.contains(kind), "{kind} is not looked at: {kinds:#?}");
    }
    for words in CORPUS {
        // Characters that turn the direction are refused or left out where they are shown (F15).
        let words = words.replace('\u{202e}', "");
        for (kind, page) in all_pages(&words).await {
            let (plain, prose) = split(&page.text());
            is_inert(&kind, &plain);
            is_prose(&words, &prose);
            let (first, _) = split(&reference[&kind].text());
            // Braces are for what a letter fills in: such an own text is refused, and has no line.
            if !(words.contains('{') && OF_LETTERS.contains(&kind.as_str())) {
                assert_eq!(elements(&plain), elements(&first), "{kind}: {words}");
            }
            if said(PLAIN, &first) > 0 {
                assert!(said(&words, &plain) > 0, "{kind} does not show {words}");
            }
        }
    }
}
