//! A whole run of the command line.

use std::fs;

use serde_json::Value;

use super::program::{
    ASSESSOR, DESCRIPTION, EMAIL, EVIDENCE, NAME, NARRATIVE, Program, REFERENCE, REFUSE_TWICE,
};
use crate::support::{db::on_both, site::memo};

const HEADER: &str = "learner,name,email,date,level: Uses evidence,level: Explains clearly,assessor_role,assessor,evidence,evidence_description,narrative";

fn line(reference: &str, level: &str) -> String {
    format!(
        "{reference},{NAME},{EMAIL},2026-02-01,{level},Proficient,Reviewer,{ASSESSOR},{EVIDENCE},{DESCRIPTION},{NARRATIVE}"
    )
}

on_both! {
    fn j1_a_whole_command_line_run_tells_nothing_of_a_learner(temp) {
        let mut program = Program::over(temp);
        let good = line(REFERENCE, "Advanced");
        program.write("memo.json", memo().to_string());
        program.write("class.csv", format!("{HEADER}\n{good}\n"));
        let key = program.init();

        // Files with faults of every kind: each is told by its place, never by what stands there.
        let faulty = [
            format!("{HEADER}\n{}\n", good.replace("2026-02-01", "the canary's day")),
            format!("{HEADER}\n{}\n", line(REFERENCE, "Canary level")),
            format!("{HEADER}\n{}\n", good.replace(EMAIL, "canary")),
            format!("{HEADER}\n{}\n", good.replace(NARRATIVE, NAME)),
            format!("{HEADER}\n{good}\n{good}\n"),
            format!("{HEADER}\n{good},{NAME}\n"),
            format!("{HEADER}\n\"{good}\n"),
            format!("{HEADER}\n{NAME} \"{NAME}\"\n"),
            // The first line was forgotten: a learner stands where the columns are named.
            format!("{good}\n{good}\n"),
        ];
        for csv in faulty {
            program.write("faulty.csv", csv);
            for end in ["--check", "--offline"] {
                let name = ["--issuer-name", "Harbour"];
                let rest = if end == "--offline" { &name[..] } else { &[] };
                program.run(1, &[&["issue", "memo.json", "faulty.csv", end], rest].concat());
            }
            program.run(1, &["issue", "memo.json", "faulty.csv"]);
        }

        // What was asked for is shown: the credentials, which name nobody.
        let shown = program.asked(0, &["issue", "memo.json", "class.csv"]);
        assert!(shown.out.contains(DESCRIPTION));
        for word in [NAME, EMAIL, REFERENCE, ASSESSOR] {
            assert!(!shown.out.contains(word), "{word}");
        }
        program.run(0, &["issue", "memo.json", "class.csv", "--out", "badges"]);
        let badge = fs::read_to_string(program.path("badges/1.json")).expect("a file");
        let link: Value = serde_json::from_str(&badge).expect("JSON");
        let link = link["id"].as_str().expect("a link").to_owned();

        for (code, text) in [
            (1, badge.replace("bracket", "canary")),
            (1, format!("{{\"name\": \"{NAME}\"")),
            (1, NAME.to_owned()),
        ] {
            program.write("brought.json", text);
            for how in [&["verify", "brought.json"][..], &["verify", "brought.json", "--json"]] {
                let ran = program.asked(code, how);
                assert!(!ran.out.contains(NAME), "{}", ran.out);
            }
        }
        program.asked(0, &["verify", "badges/1.json"]);

        let made = program.asked(0, &["portfolio", "new", "For summer jobs", &link]);
        let token = made.out.split_whitespace().find_map(|word| word.split_once("/p/"));
        let token = token.expect("a link").1.to_owned();
        program.run(0, &["portfolio", "list"]);
        for change in ["suspend", "reinstate", "revoke"] {
            program.run(0, &[change, &link]);
        }
        program.run(0, &["keys", "list"]);
        program.run(0, &["config"]);
        program.asked(0, &["doctor", "--listen", "127.0.0.1:0"]);

        temp.sql(REFUSE_TWICE).await.expect("an index");
        program.write("second.csv", format!("{HEADER}\n{}\n", line("CANARY-2", "Advanced")));
        let refused = program.run(1, &["issue", "memo.json", "second.csv", "--out", "badges"]);
        assert!(refused.err.contains("already there ("), "{}", refused.err);

        program.asked(0, &["people", "erase", REFERENCE]);
        program.asked(1, &["people", "erase", REFERENCE]);
        program.silent(&[&key, &key[4..], &token]);
    }
}
