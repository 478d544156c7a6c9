//! Times in rows: `timestamptz` on Postgres, sortable text of a fixed width on SQLite.
//!
//! The ready-made encodings write a varying number of fraction digits to SQLite, so that
//! `…00Z` sorts after `…00.5Z` and every `<`, `max` and `order by` is quietly wrong. Here every
//! instant has whole seconds and 20 characters: `2026-03-01T10:00:00Z`.

use std::ops::Deref;

use jiff::Timestamp;
use sqlx::{
    Decode, Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgHasArrayType, PgTypeInfo, types::Oid},
    sqlite::SqliteTypeInfo,
};

use crate::clock::whole_seconds;

/// An instant as a column holds it: UTC, whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ts(Timestamp);

impl From<Timestamp> for Ts {
    /// Cuts `at` to whole seconds, towards the past.
    fn from(at: Timestamp) -> Ts {
        Ts(whole_seconds(at))
    }
}

impl From<Ts> for Timestamp {
    fn from(ts: Ts) -> Timestamp {
        ts.0
    }
}

impl Deref for Ts {
    type Target = Timestamp;
    fn deref(&self) -> &Timestamp {
        &self.0
    }
}

/// Postgres counts microseconds from the first instant of 2000.
const POSTGRES_EPOCH_SECONDS: i64 = 946_684_800;
const TIMESTAMPTZ: Oid = Oid(1184);
const TIMESTAMPTZ_ARRAY: Oid = Oid(1185);

impl Type<Postgres> for Ts {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl PgHasArrayType for Ts {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ_ARRAY)
    }
}

impl Encode<'_, Postgres> for Ts {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        let micros = (self.0.as_second() - POSTGRES_EPOCH_SECONDS) * 1_000_000;
        Encode::<Postgres>::encode(micros, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Ts {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Ts, BoxDynError> {
        let micros = <i64 as Decode<Postgres>>::decode(value)?;
        let seconds = micros.div_euclid(1_000_000) + POSTGRES_EPOCH_SECONDS;
        Ok(Ts(Timestamp::from_second(seconds)?))
    }
}

impl Type<Sqlite> for Ts {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
    fn compatible(found: &SqliteTypeInfo) -> bool {
        <str as Type<Sqlite>>::compatible(found)
    }
}

impl Encode<'_, Sqlite> for Ts {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::sqlite::SqliteArgumentsBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.0.to_string(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Ts {
    fn decode(value: sqlx::sqlite::SqliteValueRef<'r>) -> Result<Ts, BoxDynError> {
        Ok(Ts(<&str as Decode<Sqlite>>::decode(value)?.parse()?))
    }
}
