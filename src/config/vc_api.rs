//! Who may use the VC-API, the face for tests and integration.

/// Who may use the VC-API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum VcApi {
    /// Whoever is on this machine.
    Open,
    /// Whoever shows an API key, for its organisation and within its scopes.
    Keys,
}

impl VcApi {
    /// The word on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            VcApi::Open => "open",
            VcApi::Keys => "keys",
        }
    }
}
