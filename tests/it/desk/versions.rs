//! Any version of a rubric or a map is read again, by people and by programs, and an old one says so:
//! what was published rests on the version that was the newest then.

use serde_json::{Value, json};
use skillmark::who::Role;

use super::standards::{a_rubric, an_achievement};
use crate::support::{
    db::on_both,
    site::{Provider, Site, Visitor},
};

/// Writes a rubric again: from now on version 2 is the newest.
async fn written_again(teacher: &Visitor<'_>, rubric: &str) {
    let fields = [
        ("version", "1"),
        ("changes", "1"),
        ("name", "Data memo, again"),
        ("l0_name", "No"),
        ("l0_points", "1"),
        ("l1_name", "Yes"),
        ("l1_points", "2"),
        ("c0_name", "Uses evidence"),
        ("c0_required", "2"),
        ("c0_d0", "None."),
        ("c0_d1", "Some."),
    ];
    let path = format!("/desk/rubrics/{rubric}");
    teacher.form(&path, &fields).await.leads_to(&path);
}

async fn asked(site: &Site, provider: &Provider<'_>, path: &str, status: u16) -> Value {
    let ask = site
        .ask("GET", &format!("/api/v1/{path}"))
        .key(&provider.key);
    ask.send().await.is(status).json()
}

on_both! {
    fn an_old_version_of_a_rubric_is_read_and_says_that_it_is_old(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let tutor = provider.member("Tom Tutor", &[Role::Tutor]).await;
        let rubric = a_rubric(&teacher).await;
        let achievement = an_achievement(&teacher, &rubric, "Explain", None).await;
        let old = format!("/desk/rubrics/{rubric}/1");
        tutor.get(&old).await.is(200).hides("This is an old version").shows("Backs each claim.");
        written_again(&teacher, &rubric).await;

        // Whoever may read sees what the edition rests on, from the edition.
        teacher.get(&format!("/desk/achievements/{achievement}")).await.is(200).shows(&format!("href=\"{old}\""));
        let newest = format!("<a href=\"/desk/rubrics/{rubric}\">Go to version 2, the newest</a>");
        tutor.get(&old).await.is(200)
            .shows("This is an old version: version 1 of 2.").shows(&newest).shows("Backs each claim.").hides("Data memo, again")
            .shows(&format!("<a href=\"/desk/achievements/{achievement}\" dir=\"auto\">Explain, edition 1</a>"));
        // Nobody writes on an old one.
        teacher.get(&old).await.is(200).hides("<form class=\"stack\"");
        for path in [format!("/desk/rubrics/{rubric}"), format!("/desk/rubrics/{rubric}/2")] {
            teacher.get(&path).await.is(200).hides("This is an old version").shows("Data memo, again").shows("<form class=\"stack\"")
                .hides("edition 1</a>").shows(&format!("href=\"{old}\""));
        }
        for none in ["0", "3", "-1"] {
            tutor.get(&format!("/desk/rubrics/{rubric}/{none}")).await.is(404);
        }

        // What is public is called old once something rests on a newer one, and no sooner.
        let public = format!("/rubrics/{rubric}/1");
        site.get(&public).await.is(200).hides("This is an old version").shows("Backs each claim.");
        site.get(&format!("/rubrics/{rubric}/2")).await.is(404);
        temp.sql("update rubrics set pinned_at = changed_at").await.expect("pinned");
        site.get(&public).await.is(200).shows("This is an old version").shows(&format!("href=\"/rubrics/{rubric}/2\""));
        site.get(&format!("/rubrics/{rubric}/2")).await.is(200).hides("This is an old version");

        // Programs read the same.
        let path = format!("rubrics/{rubric}/versions");
        let first = asked(&site, &provider, &format!("{path}/1"), 200).await;
        let about = json!([first["old"], first["newest"], first["newest_at"], first["kept"]["id"], first["kept"]["version"], first["kept"]["document"]["name"]]);
        assert_eq!(about, json!([true, 2, format!("/api/v1/rubrics/{rubric}"), rubric, 1, "Data memo"]));
        assert!(first["kept"]["pinned_at"].is_string(), "{first}");
        let second = asked(&site, &provider, &format!("{path}/2"), 200).await;
        assert_eq!(json!([second["old"], second["newest"], second["kept"]["document"]["name"]]), json!([false, 2, "Data memo, again"]));
        assert_eq!(second["kept"], asked(&site, &provider, &format!("rubrics/{rubric}"), 200).await);
        for none in ["0", "3", "-1", "x", "99999999999999999999", "%00"] {
            let status = site.ask("GET", &format!("/api/v1/{path}/{none}")).key(&provider.key).send().await.status;
            assert!(status == 404 || (none == "%00" && status == 400), "{none}: {status}");
        }
    }

    fn g8_another_organisations_version_is_as_unknown_as_any(temp) {
        let site = Site::on(temp).await;
        let (ours, theirs) = (site.provider("Ours").await, site.provider("Theirs").await);
        let teacher = theirs.member("Tia Teacher", &[Role::Teacher]).await;
        let rubric = a_rubric(&teacher).await;
        an_achievement(&teacher, &rubric, "Explain", None).await;
        written_again(&teacher, &rubric).await;
        let map = teacher.form("/desk/maps", &[("name", "Data"), ("s0_name", "Read a chart"), ("s0_priority", "now")]).await;
        let map = map.is(303).header("location").rsplit('/').next().expect("an id").to_owned();
        let ana = ours.member("Ana Lee", &Role::ALL).await;
        for (kind, id) in [("rubrics", rubric.as_str()), ("maps", map.as_str())] {
            assert_eq!(asked(&site, &theirs, &format!("{kind}/{id}/versions/1"), 200).await["kept"]["version"], 1);
            let unknown = "AAAAAAAAAAAAAAAAAAAAAA";
            let mut told = Vec::new();
            for id in [id, unknown] {
                let answer = site.ask("GET", &format!("/api/v1/{kind}/{id}/versions/1")).key(&ours.key).send().await;
                let text = answer.is(404).text().replace(answer.header("x-request-id"), "");
                let page = ana.get(&format!("/desk/{kind}/{id}/1")).await;
                let page = page.is(404).text().replace(page.header("x-request-id"), "");
                told.push((text, page));
            }
            assert_eq!(told[0], told[1], "{kind}");
        }
    }

    fn an_old_version_of_a_map_is_read_and_says_that_it_is_old(temp) {
        let site = Site::on(temp).await;
        let provider = site.provider("Harbour Tutoring").await;
        let teacher = provider.member("Tia Teacher", &[Role::Teacher]).await;
        let skill = [("name", "Data"), ("s0_name", "Read a chart"), ("s0_priority", "now")];
        let made = teacher.form("/desk/maps", &skill).await;
        let path = made.is(303).header("location").to_owned();
        let map = path.rsplit('/').next().expect("an id").to_owned();
        let rubric = a_rubric(&teacher).await;
        an_achievement(&teacher, &rubric, "Explain", Some(&format!("{map}|1|Read a chart"))).await;
        let again = [("version", "1"), ("changes", "1"), ("name", "Numbers"), ("s0_name", "Read a table"), ("s0_priority", "now")];
        teacher.form(&path, &again).await.leads_to(&path);
        teacher.get(&format!("{path}/1")).await.is(200).shows("This is an old version: version 1 of 2.").shows("Read a chart")
            .shows(&format!("<a href=\"{path}\">Go to version 2, the newest</a>")).hides("<form class=\"stack\"");
        teacher.get(&format!("{path}/2")).await.is(200).hides("This is an old version").shows("Read a table");
        let first = asked(&site, &provider, &format!("maps/{map}/versions/1"), 200).await;
        assert_eq!(json!([first["old"], first["newest"], first["kept"]["document"]["name"]]), json!([true, 2, "Data"]));
    }
}
