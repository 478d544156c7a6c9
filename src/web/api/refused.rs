//! What many endpoints answer alike, said once.

use crate::web::problem::Problem;

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident: $status:literal, $sentence:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(utoipa::IntoResponses)]
            #[response(
                status = $status,
                description = $sentence,
                content_type = "application/problem+json"
            )]
            #[expect(dead_code, reason = "it is told of, never made")]
            pub(crate) struct $name(Problem);
        )*
    };
}

answers! {
    /// There is no good key.
    NoKey: 401, "No API key, or not a good one.";
    /// The body is none.
    Unreadable: 400, "The body cannot be read.";
    /// There are faults.
    Faulty: 422, "What was sent has faults, and `faults` lists all of them.";
}
