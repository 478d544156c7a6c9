//! Credentials in SVG: one element directly under the root.
//!
//! Open Badges 3.0 §5.3.2. Elements are matched by namespace and local name, never by prefix.
//! A document type (and with it every entity) is refused; nothing in the picture is drawn here.

use std::fmt::Display;

use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesDecl, BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

use super::{Baked, Baker, Fault, Form, MAX_CREDENTIAL_BYTES, Written, within_file_limit, written};

const SVG: &str = "http://www.w3.org/2000/svg";
const OPEN_BADGES_3: &str = "https://purl.imsglobal.org/ob/v3p0";
const CLR_2: &str = "https://purl.imsglobal.org/clr/v2p0";
const OPEN_BADGES_2: &str = "http://openbadges.org";

/// Scalable Vector Graphics.
pub(super) struct Svg;

impl Baker for Svg {
    fn name(&self) -> &'static str {
        "SVG"
    }

    fn media_type(&self) -> &'static str {
        "image/svg+xml"
    }

    fn recognises(&self, picture: &[u8]) -> bool {
        let picture = picture.strip_prefix(b"\xef\xbb\xbf").unwrap_or(picture);
        let head = picture.trim_ascii_start();
        head.starts_with(b"<") && head[..head.len().min(8192)].windows(3).any(|w| w == b"svg")
    }

    fn bake(&self, picture: &[u8], credential: &str) -> Result<Vec<u8>, Fault> {
        let written = written(credential)?;
        let text = text_of(picture)?;
        let read = read(text)?;
        if read.found.is_some() {
            return Err(Fault::Unfit(
                "there is a credential in the picture already".into(),
            ));
        }
        let root = read.root;
        let (declare_on_root, declare_here) = match root.prefix_taken {
            None => (
                format!(" xmlns:openbadges=\"{OPEN_BADGES_3}\""),
                String::new(),
            ),
            Some(true) => (String::new(), String::new()),
            Some(false) => (
                String::new(),
                format!(" xmlns:openbadges=\"{OPEN_BADGES_3}\""),
            ),
        };
        let element = match written {
            Written::Jws => {
                format!("<openbadges:credential{declare_here} verify=\"{credential}\"/>")
            }
            Written::Json => format!(
                "<openbadges:credential{declare_here}><![CDATA[{}]]></openbadges:credential>",
                fit_for_cdata(credential)
            ),
        };
        let tag = &text[root.name_end..root.tag_end];
        let (tag, close) = match tag.strip_suffix("/>") {
            Some(open) => (open, Some(&text[root.tag_start + 1..root.name_end])),
            None => (tag.strip_suffix('>').unwrap_or(tag), None),
        };
        let mut baked = text[..root.name_end].to_owned();
        baked += &declare_on_root;
        baked += tag;
        baked.push('>');
        baked += &element;
        if let Some(name) = close {
            baked += &format!("</{name}>");
        }
        baked += &text[root.tag_end..];
        // A picture that was just within a limit of what is read is past it now.
        match self.extract(baked.as_bytes()) {
            Ok(_) => Ok(baked.into_bytes()),
            Err(fault) => Err(Fault::Unfit(format!("then {fault}"))),
        }
    }

    fn extract(&self, picture: &[u8]) -> Result<Baked, Fault> {
        read(text_of(picture)?)?.found.ok_or(Fault::Nothing)
    }
}

/// JSON as it can stand in CDATA: what would end the section, or is no XML character, becomes an
/// escape in the JSON string it stands in. The JSON value, and so its signature, stays the same.
fn fit_for_cdata(json: &str) -> String {
    json.replace("]]>", "]]\\u003e")
        .replace('\u{fffe}', "\\ufffe")
        .replace('\u{ffff}', "\\uffff")
}

fn text_of(picture: &[u8]) -> Result<&str, Fault> {
    within_file_limit(picture)?;
    let text = std::str::from_utf8(picture).map_err(|_| damaged("it is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn damaged(what: impl Display) -> Fault {
    Fault::Damaged(what.to_string())
}

/// Where the root's start tag stands, in bytes of the text.
struct Root {
    tag_start: usize,
    name_end: usize,
    tag_end: usize,
    /// Whether the prefix `openbadges` is declared on the root, and if so, for Open Badges 3.0.
    prefix_taken: Option<bool>,
}

struct Read {
    root: Root,
    found: Option<Baked>,
}

/// Walks the whole picture once: it must be well-formed, with one root and at most one credential.
fn read(text: &str) -> Result<Read, Fault> {
    let mut reader = NsReader::from_str(text);
    let mut root = None;
    let mut found = None;
    let mut depth = 0_usize;
    loop {
        let start = position(&reader);
        let event = reader.read_event().map_err(damaged)?;
        let end = position(&reader);
        match event {
            Event::DocType(_) => return Err(damaged("it has a document type (DTD)")),
            Event::Decl(decl) => check_encoding(&decl)?,
            Event::Start(tag) => {
                let form = form_of(&reader, &tag, depth)?;
                if depth == 0 {
                    enter(&reader, &mut root, &tag, start, end)?;
                }
                match form {
                    Some(form) => keep(&mut found, element(&mut reader, form, &tag)?)?,
                    None => depth += 1,
                }
            }
            Event::Empty(tag) => {
                let form = form_of(&reader, &tag, depth)?;
                if depth == 0 {
                    enter(&reader, &mut root, &tag, start, end)?;
                }
                if let Some(form) = form {
                    let text = verify_attribute(&tag)?
                        .ok_or_else(|| damaged("the credential in it is empty"))?;
                    keep(&mut found, baked(form, &text)?)?;
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(text) if depth == 0 && !text.xml10_content().trim().is_empty() => {
                return Err(damaged("there is text outside the root element"));
            }
            Event::CData(_) | Event::GeneralRef(_) if depth == 0 => {
                return Err(damaged("there is text outside the root element"));
            }
            Event::Eof if depth > 0 => return Err(damaged("it ends before its root element does")),
            Event::Eof => break,
            _ => {}
        }
    }
    let root = root.ok_or_else(|| damaged("it has no root element"))?;
    Ok(Read { root, found })
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn check_encoding(decl: &BytesDecl<'_>) -> Result<(), Fault> {
    match decl.encoding() {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        Some(_) => Err(damaged("its encoding is not UTF-8")),
    }
}

/// Notes the root element; there must be exactly one, and it must be SVG's.
fn enter(
    reader: &NsReader<&[u8]>,
    root: &mut Option<Root>,
    tag: &BytesStart<'_>,
    tag_start: usize,
    tag_end: usize,
) -> Result<(), Fault> {
    if root.is_some() {
        return Err(damaged("it has two root elements"));
    }
    let (namespace, local) = reader.resolver().resolve_element(tag.name());
    if local.as_ref() != "svg" || namespace != ResolveResult::Bound(Namespace(SVG)) {
        return Err(damaged("its root element is not SVG's <svg>"));
    }
    *root = Some(Root {
        tag_start,
        name_end: tag_start + 1 + tag.name().0.len(),
        tag_end,
        prefix_taken: attribute(tag, "xmlns:openbadges")?.map(|uri| uri == OPEN_BADGES_3),
    });
    Ok(())
}

/// Which standard's credential element this is, if any; one that stands deeper is refused.
fn form_of(
    reader: &NsReader<&[u8]>,
    tag: &BytesStart<'_>,
    depth: usize,
) -> Result<Option<Form>, Fault> {
    let (namespace, local) = reader.resolver().resolve_element(tag.name());
    let ResolveResult::Bound(Namespace(namespace)) = namespace else {
        return match namespace {
            ResolveResult::Unknown(prefix) => {
                Err(damaged(format!("the prefix {prefix} is not declared")))
            }
            _ => Ok(None),
        };
    };
    let form = match (namespace, local.as_ref()) {
        (OPEN_BADGES_3, "credential") => Form::OpenBadges3,
        (CLR_2, "credential") => Form::Clr2,
        (OPEN_BADGES_2, "assertion") => Form::OpenBadges2,
        _ => return Ok(None),
    };
    if depth != 1 {
        return Err(Fault::Ambiguous(
            "a credential does not stand directly under <svg>".into(),
        ));
    }
    Ok(Some(form))
}

fn keep(found: &mut Option<Baked>, baked: Baked) -> Result<(), Fault> {
    match found.replace(baked) {
        None => Ok(()),
        Some(_) => Err(Fault::Ambiguous("it carries more than one badge".into())),
    }
}

fn baked(form: Form, text: &str) -> Result<Baked, Fault> {
    if text.len() > MAX_CREDENTIAL_BYTES {
        return Err(Fault::TooLarge(format!(
            "the credential in it is {} bytes, at most {MAX_CREDENTIAL_BYTES}",
            text.len()
        )));
    }
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(damaged("the credential in it is empty"));
    }
    Ok(Baked { form, text })
}

/// Reads a credential element that was opened by `tag`, up to and with its end tag.
fn element(reader: &mut NsReader<&[u8]>, form: Form, tag: &BytesStart<'_>) -> Result<Baked, Fault> {
    let mut body = String::new();
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Text(text) => body += &text.xml10_content(),
            Event::CData(text) => body += &text.xml10_content(),
            Event::GeneralRef(reference) => body.push_str(&resolve(&reference)?),
            Event::Comment(_) => {}
            Event::End(_) => break,
            Event::Eof => return Err(damaged("it ends inside the credential")),
            _ => return Err(damaged("the credential in it is not plain text")),
        }
    }
    match verify_attribute(tag)? {
        None => baked(form, &body),
        Some(jws) if body.trim().is_empty() => baked(form, &jws),
        // Open Badges 2.0 puts a link into `verify` and the same assertion into the body.
        Some(_) if form == Form::OpenBadges2 => baked(form, &body),
        Some(_) => Err(Fault::Ambiguous(
            "its credential has both a verify attribute and a body".into(),
        )),
    }
}

/// The character behind `&#…;` or one of XML's five names; there are no others without a DTD.
fn resolve(reference: &BytesRef<'_>) -> Result<String, Fault> {
    if let Some(character) = reference.resolve_char_ref().map_err(damaged)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    resolve_xml_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| damaged(format!("the entity &{name}; is not XML's")))
}

fn verify_attribute(tag: &BytesStart<'_>) -> Result<Option<String>, Fault> {
    attribute(tag, "verify")
}

/// The value of the attribute `key` as written (with its prefix); given twice, it is refused.
fn attribute(tag: &BytesStart<'_>, key: &str) -> Result<Option<String>, Fault> {
    let mut value = None;
    // Without the reader's own check for doubles, which takes quadratic time.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        if attribute.key.0 != key {
            continue;
        }
        let text = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(damaged)?
            .into_owned();
        if value.replace(text).is_some() {
            return Err(Fault::Ambiguous(format!("{key} is given twice")));
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a star --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>A &amp; B</title><path d="M0 0h8v8z"/></svg>
"#;
    const JWS: &str = "eyJhbGciOiJFZERTQSJ9.e30.c2ln";

    fn extract(text: &str) -> Result<Baked, Fault> {
        Svg.extract(text.as_bytes())
    }

    fn around(inside: &str) -> String {
        format!(
            r#"<svg xmlns="{SVG}" xmlns:ob="{OPEN_BADGES_3}" xmlns:old="{OPEN_BADGES_2}">{inside}</svg>"#
        )
    }

    #[test]
    fn what_is_baked_can_be_read_again_or_is_refused() {
        let with = |count: usize| {
            let names: String = (0..count)
                .map(|n| format!(" xmlns:p{n}=\"urn:{n}\""))
                .collect();
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\"{names}/>")
        };
        let mut refused = 0;
        for count in 100..140 {
            let picture = with(count);
            match Svg.bake(picture.as_bytes(), "a.b.c") {
                Ok(baked) => assert_eq!(Svg.extract(&baked).expect("there").text, "a.b.c"),
                Err(_) => refused += 1,
            }
        }
        assert!((1..40).contains(&refused), "some are too full: {refused}");
        let full = with(127);
        assert_eq!(Svg.extract(full.as_bytes()), Err(Fault::Nothing));
        assert!(matches!(
            Svg.bake(full.as_bytes(), "a.b.c"),
            Err(Fault::Unfit(_))
        ));
    }

    #[test]
    fn what_is_baked_comes_out_and_the_rest_stays() {
        let json = "{\"a\":\"]]> & <b> é \u{ffff}\",\"b\":[[1]]}";
        for credential in [json, JWS] {
            for plain in [
                PLAIN.to_owned(),
                format!("\u{feff}{PLAIN}"),
                format!(r#"<svg xmlns="{SVG}"/>"#),
                format!(r#"<s:svg xmlns:s="{SVG}" />"#),
                format!(r#"<svg xmlns="{SVG}" xmlns:openbadges="{OPEN_BADGES_2}"></svg>"#),
                format!(r#"<svg xmlns="{SVG}" xmlns:openbadges="{OPEN_BADGES_3}"></svg>"#),
            ] {
                let baked = Svg.bake(plain.as_bytes(), credential).expect("baked");
                let found = Svg.extract(&baked).expect("found");
                assert_eq!(found.form, Form::OpenBadges3);
                if credential == JWS {
                    assert_eq!(found.text, JWS);
                } else {
                    assert_eq!(
                        crate::json::parse(&found.text),
                        crate::json::parse(credential)
                    );
                }
                assert!(matches!(Svg.bake(&baked, credential), Err(Fault::Unfit(_))));
            }
        }
        assert_eq!(extract(PLAIN), Err(Fault::Nothing));
    }

    #[test]
    fn the_element_is_the_standard_s() {
        let baked = Svg
            .bake(format!(r#"<svg xmlns="{SVG}"><g/></svg>"#).as_bytes(), JWS)
            .expect("baked");
        assert_eq!(
            String::from_utf8(baked).expect("text"),
            format!(
                r#"<svg xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" xmlns="{SVG}"><openbadges:credential verify="{JWS}"/><g/></svg>"#
            )
        );
    }

    #[test]
    fn prefixes_do_not_matter_and_older_badges_are_named() {
        let found = extract(&around(&format!("<ob:credential verify='{JWS}'/>"))).expect("found");
        assert_eq!((found.form, found.text.as_str()), (Form::OpenBadges3, JWS));
        let old =
            around("<old:assertion verify='https://example.org/1'><![CDATA[{}]]></old:assertion>");
        assert_eq!(extract(&old).expect("found").form, Form::OpenBadges2);
        let text = extract(&around(
            "<ob:credential>{&quot;a&quot;:&#34;&lt;&#34;}</ob:credential>",
        ));
        assert_eq!(text.expect("found").text, r#"{"a":"<"}"#);
        let same_prefix = format!(
            r#"<svg xmlns="{SVG}" xmlns:openbadges="https://evil.test"><openbadges:credential verify="{JWS}"/></svg>"#
        );
        assert_eq!(extract(&same_prefix), Err(Fault::Nothing));
    }

    #[test]
    fn f6_exactly_one_credential() {
        let one = format!("<ob:credential verify='{JWS}'/>");
        for two in [
            format!("{one}{one}"),
            format!("{one}<old:assertion verify='x'/>"),
            format!("<g>{one}</g>"),
            format!("<ob:credential verify='{JWS}'>{{}}</ob:credential>"),
            format!("<ob:credential verify='{JWS}' verify='a.b.c'/>"),
        ] {
            assert!(
                matches!(extract(&around(&two)), Err(Fault::Ambiguous(_))),
                "{two}"
            );
        }
    }

    #[test]
    fn f9_what_is_not_plain_well_formed_svg_is_refused() {
        let dtd = format!("<!DOCTYPE svg [<!ENTITY a \"x\">]>{}", around("&a;"));
        for wrong in [
            dtd,
            around("<ob:credential>&a;</ob:credential>"),
            around("<ob:credential><b/></ob:credential>"),
            around("<ob:credential/>"),
            around("<ob:credential> </ob:credential>"),
            around("<g>"),
            around("<no:g/>"),
            format!("{}{}", around(""), around("")),
            format!("{}text", around("")),
            format!("<html>{}</html>", around("")),
            "<svg></svg>".to_owned(),
            "<svg".to_owned(),
            format!("<?xml version='1.0' encoding='utf-16'?>{}", around("")),
        ] {
            assert!(
                matches!(extract(&wrong), Err(Fault::Damaged(_))),
                "{wrong}: {:?}",
                extract(&wrong)
            );
        }
        assert!(Svg.extract(b"<svg \xff").is_err());
    }

    #[test]
    fn long_pictures_and_credentials_are_refused() {
        let long = around(&" ".repeat(super::super::MAX_FILE_BYTES));
        assert!(matches!(extract(&long), Err(Fault::TooLarge(_))));
        let body = "x".repeat(MAX_CREDENTIAL_BYTES + 1);
        let long = around(&format!("<ob:credential>{body}</ob:credential>"));
        assert!(matches!(extract(&long), Err(Fault::TooLarge(_))));
        let declarations: String = (0..100_000).map(|i| format!(" xmlns:a{i}='b'")).collect();
        let many = format!("<svg xmlns='{SVG}'{declarations}/>");
        assert!(matches!(extract(&many), Err(Fault::Damaged(_))));
    }
}
