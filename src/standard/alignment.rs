//! What something is aligned to: a standard that is taught, and a task of a job.

use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::Texts;

/// What the framework of a job is called in credentials.
pub const JOB_FRAMEWORK: &str = "O*NET-SOC";
/// Where occupations are described.
const JOB_URL: &str = "https://www.onetonline.org/link/summary/";

/// A standard: an item of a CASE framework, of the Common Core, or of a state's own list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Standard {
    /// Whose list it is from.
    #[schema(example = "Common Core State Standards for Mathematics")]
    pub framework: String,
    /// Its code there.
    #[schema(example = "6.SP.B.5")]
    pub code: String,
    /// What it says, in a few words.
    #[schema(example = "Summarize numerical data sets")]
    pub name: String,
    /// Its own address.
    #[schema(example = "https://www.thecorestandards.org/Math/Content/6/SP/B/5/")]
    pub url: String,
    /// Whether the address is that of a CASE item.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub case: bool,
}

/// A task of a job, or a whole occupation, by its O*NET-SOC code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Job {
    /// The occupation's code, `NN-NNNN.NN`.
    #[schema(example = "43-9111.00")]
    pub code: String,
    /// What the occupation is called.
    #[schema(example = "Statistical Assistants")]
    pub title: String,
    /// The task of it that is meant; empty: the occupation as a whole.
    #[schema(example = "Compile statistics from source materials")]
    pub task: String,
}

/// Whether `text` has the form of an O*NET-SOC code, `NN-NNNN.NN`.
#[must_use]
pub fn is_job_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2 => *byte == b'-',
            7 => *byte == b'.',
            _ => byte.is_ascii_digit(),
        })
}

impl Standard {
    /// What is wrong with it, if it stands at `at`.
    pub(super) fn check(&self, at: &str, texts: &mut Texts) {
        texts.name(&format!("{at}/name"), &self.name, "what the standard says");
        texts.line(&format!("{at}/framework"), &self.framework);
        texts.line(&format!("{at}/code"), &self.code);
        let address = Url::parse(&self.url);
        let good = address.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good || self.url.chars().count() > 2_000 || !is_iri(&self.url) {
            let sentence = "is not the standard's own address: https://…";
            texts.fault(format!("{at}/url"), sentence);
        }
    }

    /// The Alignment of Open Badges 3.0.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let mut alignment = json!({
            "type": ["Alignment"],
            "targetName": self.name,
            "targetUrl": self.url,
        });
        if !self.framework.is_empty() {
            alignment["targetFramework"] = json!(self.framework);
        }
        if !self.code.is_empty() {
            alignment["targetCode"] = json!(self.code);
        }
        if self.case {
            alignment["targetType"] = json!("CFItem");
        }
        alignment
    }
}

impl Job {
    /// What is wrong with it, if it stands at `at`.
    pub(super) fn check(&self, at: &str, texts: &mut Texts) {
        if !is_job_code(&self.code) {
            let sentence = "is no O*NET-SOC code: write it as 51-4121.00";
            texts.fault(format!("{at}/code"), sentence);
        }
        texts.name(
            &format!("{at}/title"),
            &self.title,
            "what the occupation is called",
        );
        texts.line(&format!("{at}/task"), &self.task);
    }

    /// Where the occupation is described.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{JOB_URL}{}", self.code)
    }

    /// The occupation of such an address.
    pub(super) fn code_of(url: &str) -> Option<&str> {
        url.strip_prefix(JOB_URL).filter(|code| is_job_code(code))
    }

    /// The Alignment of Open Badges 3.0.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let mut alignment = json!({
            "type": ["Alignment"],
            "targetName": self.title,
            "targetUrl": self.url(),
            "targetFramework": JOB_FRAMEWORK,
            "targetCode": self.code,
        });
        if !self.task.is_empty() {
            alignment["targetDescription"] = json!(self.task);
        }
        alignment
    }
}

/// Whether an address can be signed as it is written.
fn is_iri(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_code_has_one_form() {
        for (text, good) in [
            ("51-4121.00", true),
            ("15-1252.01", true),
            ("51-4121", false),
            ("514121.000", false),
            ("51-4121.0", false),
            ("51-412a.00", false),
            ("٥١-4121.00", false),
            ("", false),
        ] {
            assert_eq!(is_job_code(text), good, "{text}");
        }
    }

    #[test]
    fn an_address_must_be_one_that_can_be_signed() {
        let check = |url: &str| {
            let standard = Standard {
                name: "x".to_owned(),
                url: url.to_owned(),
                ..Standard::default()
            };
            let mut texts = Texts::default();
            standard.check("/s", &mut texts);
            texts.0.len()
        };
        assert_eq!(check("https://standards.example/6.SP.B.5"), 0);
        for bad in [
            "",
            "standards",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a b.example/",
            "https://x.example/<y>",
        ] {
            assert_eq!(check(bad), 1, "{bad}");
        }
    }
}
