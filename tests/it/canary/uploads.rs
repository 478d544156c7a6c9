//! What visitors bring to be checked (threat J12): read in memory, answered, and forgotten.
#![expect(
    clippy::disallowed_methods,
    reason = "the program is spoken to over a socket, and its files are dated by the machine's clock"
)]

use std::{fs, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{
    Client,
    multipart::{Form, Part},
};
use skillmark::{
    clock::{SystemChance, random},
    json::{self, Value},
};

use super::program::Program;
use crate::{
    credential::sample,
    support::{
        copy::{copies, found, spellings},
        db::on_both,
    },
    verify::signed,
};

on_both! {
    fn j12_what_visitors_bring_is_never_kept(temp) {
        let start = SystemTime::now();
        let one_of_a_kind = URL_SAFE_NO_PAD.encode(random::<9>(&SystemChance));
        let word = format!("Canary{one_of_a_kind}");
        let mut badge = sample("simple");
        badge.set("description", Value::from(format!("{word} tied it")));
        badge.pointer_mut("/credentialSubject").expect("a subject").set("narrative", Value::from(word.clone()));
        let badge = json::text(&signed(&badge, "eddsa-jcs-2022"));
        let forged = badge.replace(" tied it", " did not tie it");

        let mut program = Program::over(temp);
        program.init();
        let serving = program.serve();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::new();
        let send = async |path: &str, form: Form| {
            let request = client.post(format!("{}{path}", serving.origin)).multipart(form);
            let answer = request.send().await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        };
        let file = |text: &str| Part::text(text.to_owned()).file_name(format!("{word}.json"));
        let mut answered = 0;
        for text in [&badge, &forged, &badge[1..].to_owned(), &format!("https://{word}.test/c")] {
            let request = client.post(format!("{}/api/v1/verify", serving.origin));
            let raw = request.body(text.clone()).send().await.expect("an answer");
            let raw = (raw.status().as_u16(), raw.text().await.expect("text"));
            let more = Form::new()
                .part("credential", file(text))
                .text("trust", format!("{word}.example # {word}"))
                .text("recipient", format!("{word}@school.example"))
                .text("challenge", word.clone())
                .text("no_fetch", "true");
            let faulty = Form::new().part("credential", file(text)).text("trust", format!("{word} {word}"));
            let page = Form::new().part("file", file(text)).text("recipient", word.clone());
            for (status, told) in [
                raw,
                send("/api/v1/verify", more).await,
                send("/api/v1/verify", faulty).await,
                send("/verify", page).await,
                send("/verify", Form::new().text("text", text.clone())).await,
            ] {
                assert!(matches!(status, 200 | 400), "{status}: {told}");
                answered += usize::from(told.contains(&word));
            }
        }
        assert!(answered >= 8, "{answered}: the word was in what was sent, and so in what was answered");
        program.stop(serving);
        program.silent(&[&word]);
        let left: Vec<_> = fs::read_dir(program.path("tmp")).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?}");
        let wanted: Vec<(String, Vec<u8>)> = [word.clone(), word.to_lowercase()]
            .iter()
            .flat_map(|word| spellings(word.as_bytes()))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(form, text)| (form.to_string(), text))
            .collect();
        for (place, copy) in copies(temp, start).await {
            assert_eq!(found(&copy, &wanted), Vec::<&str>::new(), "{place}");
        }
    }
}
