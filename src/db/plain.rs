//! How ids and our fixed words are written to SQL: as text, on both engines.
//!
//! It stands here and not beside the types, so that the kernel knows no engine.

use crate::ids::{
    AccountId, AchievementId, ApiKeyId, AttemptId, AuditId, BulkId, CredentialId, EvidenceId,
    InvitationId, IssuerId, JobId, LabId, MemberId, PersonId, PortfolioId, ProgramId, ProviderId,
    QualificationId, SessionId, StatusListId,
};

/// Writes a type to SQL as the text it prints and reads it back by parsing.
macro_rules! as_text {
    ($($name:ty),* $(,)?) => {$(
        impl<D: sqlx::Database> sqlx::Type<D> for $name where String: sqlx::Type<D> {
            fn type_info() -> D::TypeInfo {
                <String as sqlx::Type<D>>::type_info()
            }
            fn compatible(found: &D::TypeInfo) -> bool {
                <String as sqlx::Type<D>>::compatible(found)
            }
        }
        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <String as sqlx::postgres::PgHasArrayType>::array_type_info()
            }
        }
        impl<'q, D: sqlx::Database> sqlx::Encode<'q, D> for $name where String: sqlx::Encode<'q, D> {
            fn encode_by_ref(
                &self,
                buffer: &mut <D as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::Encode::<D>::encode(self.to_string(), buffer)
            }
        }
        impl<'r, D: sqlx::Database> sqlx::Decode<'r, D> for $name where String: sqlx::Decode<'r, D> {
            fn decode(
                value: <D as sqlx::Database>::ValueRef<'r>,
            ) -> Result<$name, sqlx::error::BoxDynError> {
                Ok(<String as sqlx::Decode<D>>::decode(value)?.parse()?)
            }
        }
    )*};
}
pub(super) use as_text;

as_text!(
    AccountId,
    AchievementId,
    ApiKeyId,
    AttemptId,
    AuditId,
    BulkId,
    CredentialId,
    EvidenceId,
    InvitationId,
    IssuerId,
    JobId,
    LabId,
    MemberId,
    PersonId,
    PortfolioId,
    ProgramId,
    ProviderId,
    QualificationId,
    SessionId,
    StatusListId,
);

/// A word from a column that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {what}")]
pub struct UnknownWord {
    /// The word found.
    pub word: String,
    /// The kind of word expected.
    pub what: &'static str,
}

/// An enum of fixed words, stored as those words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$case_doc:meta])* $case:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$case_doc])* $case,)* }

        impl $name {
            /// The word a column holds.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$case => $word,)* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::db::UnknownWord;
            fn from_str(word: &str) -> Result<$name, $crate::db::UnknownWord> {
                match word {
                    $($word => Ok($name::$case),)*
                    _ => Err($crate::db::UnknownWord { word: word.to_owned(), what: $what }),
                }
            }
        }
        $crate::db::plain::as_text!($name);
    };
}
pub(super) use words;
