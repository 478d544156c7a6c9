//! A picture that was given, as SVG: so that it can be shown and baked where a drawing could.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use quick_xml::escape::escape;

/// An SVG that shows this PNG and is called `name`. It loads nothing: the PNG is inside.
#[must_use]
pub fn framed(png: &[u8], name: &str) -> String {
    let (name, data) = (escape(name), STANDARD.encode(png));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\" width=\"512\" height=\"512\" \
         role=\"img\"><title>{name}</title><image width=\"512\" height=\"512\" \
         href=\"data:image/png;base64,{data}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_goes_in_and_comes_out_and_a_name_stays_text() {
        let svg = framed(b"\x89PNG\r\n\x1a\n", "A <b>\"&'");
        assert!(
            svg.contains("<title>A &lt;b&gt;&quot;&amp;&apos;</title>"),
            "{svg}"
        );
        let baked = crate::bake::bake(svg.as_bytes(), "{\"a\":1}").expect("baked");
        let out = crate::bake::extract(&baked).expect("extracted");
        assert_eq!(out.text, "{\"a\":1}");
    }
}
