//! A receipt as a table for a spreadsheet.

use crate::verify::{Verdict, receipt::Receipt};

const HEAD: [&str; 10] = [
    "number",
    "given",
    "verdict",
    "says",
    "issuer",
    "issuer_id",
    "sentence",
    "trust",
    "sha256",
    "document_sha256",
];

/// What a receipt says as CSV (RFC 4180), one line for each document; UTF-8 with a mark, which
/// spreadsheets ask for. A cell that a spreadsheet would take for a formula begins with `'` (threat
/// F10).
#[must_use]
pub fn csv(receipt: &Receipt) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // Writing to memory does not fail.
    let _ = writer.write_record(HEAD);
    for (number, item) in receipt.items.iter().enumerate() {
        let issuer = item.issued_by.as_ref();
        let name = issuer.and_then(|issuer| issuer.name.as_deref());
        let says = item.says.as_ref();
        let _ = writer.write_record([
            (number + 1).to_string(),
            harmless(item.label.as_deref().unwrap_or_default()),
            word(item.verdict).to_owned(),
            harmless(says.map_or("", |says| &says.title)),
            harmless(name.unwrap_or_default()),
            harmless(issuer.map_or("", |issuer| &issuer.id)),
            harmless(&item.sentence),
            harmless(item.trust.as_deref().unwrap_or_default()),
            item.sha256.clone().unwrap_or_default(),
            item.document_sha256.clone().unwrap_or_default(),
        ]);
    }
    writer.into_inner().unwrap_or_default()
}

/// As the API writes it.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::CannotTell => "cannot_tell",
    }
}

fn harmless(text: &str) -> String {
    let formula = [
        '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠',
    ];
    match text.starts_with(formula) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f10_no_cell_is_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠A",
        ] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("a=b"), "a=b");
    }
}
