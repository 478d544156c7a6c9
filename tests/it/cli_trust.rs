//! `skillmark verify --trust FILE` and `--details`, and what `doctor` and `config` say of the lists.

use std::fs;

use serde_json::Value;

use crate::cli::Desk;

/// A credential of a made-up issuer, and its DID.
fn badge(desk: &Desk) -> String {
    let flags = ["--issuer-name", "Harbour", "--out", "badges"];
    let issue = ["issue", "knots.json", "class.csv", "--offline"];
    desk.run(&[&issue[..], &flags[..]].concat()).is(0);
    let text = fs::read_to_string(desk.path("badges/1.json")).expect("a badge");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    value["issuer"]["id"].as_str().expect("a DID").to_owned()
}

#[test]
fn lists_of_trusted_issuers_are_named_and_change_no_verdict() {
    let desk = Desk::new().with_class();
    let did = badge(&desk);
    let registry = format!("{{\"registry\": {{\"{did}\": {{\"name\": \"Harbour School\"}}}}}}");
    fs::write(desk.path("registry.json"), registry).expect("written");
    fs::write(desk.path("ours.txt"), "school.example # somebody else\n").expect("written");
    desk.run(&["verify", "badges/1.json"])
        .is(0)
        .says("No list of trusted issuers was used");
    desk.run(&["verify", "badges/1.json", "--trust", "ours.txt"])
        .is(0)
        .says("The issuer is not on any list you use (“ours.txt”).");
    let both = ["--trust", "ours.txt", "--trust", "registry.json"];
    desk.run(&[&["verify", "badges/1.json"], &both[..]].concat())
        .is(0)
        .says("The issuer is on the list “registry.json”, which calls it “Harbour School”.");
    desk.run(&["config", "--trust", "ours.txt,registry.json"])
        .is(0)
        .says("SKILLMARK_TRUST=ours.txt,registry.json");
    let doctor = ["doctor", "--listen", "127.0.0.1:0", "--trust", "ours.txt"];
    desk.run(&doctor)
        .is(0)
        .says("  ok    trusted issuers: “ours.txt” names 1");
}

#[test]
fn a_list_with_a_fault_is_refused_whole() {
    let desk = Desk::new().with_class();
    let did = badge(&desk);
    let text = format!("{did}\nhttp://a.example\n  not an issuer\n");
    fs::write(desk.path("bad.txt"), text).expect("written");
    desk.run(&["verify", "badges/1.json", "--trust", "bad.txt"])
        .is(64)
        .says("bad.txt has faults:")
        .says("line 2, column 1: an address must begin with https://")
        .says("line 3, column 3: one entry a line, without spaces; a remark begins with #");
    desk.run(&["verify", "badges/1.json", "--trust", "missing.txt"])
        .is(74);
    let doctor = ["doctor", "--listen", "127.0.0.1:0", "--trust", "bad.txt"];
    desk.run(&doctor)
        .is(1)
        .says("FAIL  trusted issuers: bad.txt has faults:");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--trust", "bad.txt"];
    desk.run(&serve).is(64).says("bad.txt has faults:");
}

#[test]
fn details_and_advice_are_told() {
    let desk = Desk::new().with_class();
    let did = badge(&desk);
    desk.run(&["verify", "badges/1.json", "--details"])
        .is(0)
        .says("Technical details")
        .says("  Canonical document  sha-256 ")
        .says(&format!(
            "  Key document        {did} (did:key, follows from the identifier)"
        ));
    let text = fs::read_to_string(desk.path("badges/1.json")).expect("a badge");
    let changed = text.replacen("Knots", "Sails", 1);
    fs::write(desk.path("changed.json"), changed).expect("written");
    desk.run(&["verify", "changed.json"]).is(1).says(
        "  what to do     Do not rely on it. Ask the person for the original file, and check that.",
    );
}
