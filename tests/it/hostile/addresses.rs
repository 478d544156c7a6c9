//! Threats D, as far as a file goes: addresses and identifiers that lead astray. Offline, so that what
//! is told here comes from the text alone; that nobody is asked is counted in `outbound`.

use super::make::*;

pub(crate) fn add(cases: &mut Cases) {
    for (name, text) in [
        ("d02-loopback", "https://127.0.0.1/"),
        ("d02-loopback-v6", "https://[::1]/"),
        ("d02-mapped", "https://[::ffff:7f00:1]/"),
        ("d02-decimal", "https://2130706433/"),
        ("d02-octal", "https://0177.0.0.1/"),
        ("d02-hex", "https://0x7f.1/"),
        ("d02-metadata", "http://169.254.169.254/latest/meta-data/"),
        ("d06-user", "https://victim.test@evil.test/"),
        ("d06-backslash", "https://evil.test\\@victim.test/"),
        ("d06-fragment", "https://evil.test#@victim.test/"),
        ("d06-escaped-dot", "https://victim.test%2eevil.test/"),
        ("d06-header", "https://evil.test/%0d%0aHost:%20x"),
        ("d09-localhost", "https://localhost./"),
        ("d09-internal", "https://metadata.google.internal/"),
        ("d10-full-width", "https://127。0。0。1/"),
        ("d10-circled", "https://①②⑦.⓪.⓪.①/"),
        ("d10-letters", "https://ｌｏｃａｌｈｏｓｔ/"),
        ("d05-file", "file:///etc/passwd"),
        ("d05-gopher", "gopher://evil.test/x"),
        ("d05-data", "data:application/json,{}"),
        ("d05-javascript", "javascript:alert(1)"),
    ] {
        cases.bytes(&format!("{name}.txt"), text);
    }
    let own = multikey(&issuer_key());
    for (name, did) in [
        ("d02-did-loopback", "did:web:127.0.0.1"),
        ("d02-did-private", "did:web:192.168.0.1%3A3003:u:alice"),
        ("d02-did-v6", "did:web:%5B%3A%3A1%5D"),
        ("d08-dots", "did:web:victim.test:..:..:admin"),
        ("d08-escaped-dots", "did:web:victim.test:%2e%2e:x"),
        ("d08-escaped-slash", "did:web:victim.test%2Fadmin"),
        ("d08-escaped-slash-in-path", "did:web:victim.test:a%2Fb"),
        ("d08-last-colon", "did:web:victim.test:"),
        ("d08-no-host", "did:web::x"),
        ("d08-capitals", "did:web:Victim.test"),
        ("d07-port-0", "did:web:victim.test%3A0"),
        ("d07-port-99999", "did:web:victim.test%3A99999"),
        ("d10-did-unicode", "did:web:victim。test"),
        ("d08-method-unknown", "did:evil:victim.test"),
        ("d08-no-did", "victim"),
        (
            "d08-very-long",
            &format!("did:web:{}.test", "a".repeat(4000)),
        ),
        ("d06-https-user", "https://victim.test@evil.test/issuer"),
        ("d02-https-loopback", "https://127.0.0.1/issuer"),
        ("d05-http", "http://victim.test/issuer"),
    ] {
        let document = signed_as(&by(did), JCS, &issuer_key(), &format!("{did}#{own}"));
        cases.json(name, &document);
    }
}
