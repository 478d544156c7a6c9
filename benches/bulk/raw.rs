//! What the store can do at most: the same bytes, put into a bare table 500 at a time.

use skillmark::{clock::Stopwatch, db::Db};
use sqlx::{AssertSqlSafe, Row as _};

use super::house::House;

/// Rows of one statement, as many as are stored at a time.
const AT_ONCE: usize = 500;

/// A row as it is stored, without what finds it.
struct Raw {
    id: String,
    order: Vec<u8>,
    document: String,
    sha256: Vec<u8>,
    jwt: String,
}

const TABLE: &str = "create table raw (id text not null primary key, order_sealed bytea, \
     document text not null, document_sha256 bytea, jwt text)";
const READ: &str = "select credential_id, order_sealed, document, document_sha256, jwt \
     from credentials where batch is not null and state = 'issued' limit $1";

macro_rules! raw {
    ($row:expr) => {
        Raw {
            id: $row.get(0),
            order: $row.get(1),
            document: $row.get(2),
            sha256: $row.get(3),
            jwt: $row.get(4),
        }
    };
}

/// Puts up to `rows` of what was stored into a bare table, committed 500 at a time: rows a second.
pub(crate) async fn insert(house: &House, rows: usize) -> f64 {
    match &house.app.db {
        Db::Postgres { write, .. } => {
            sqlx::query(TABLE).execute(write).await.expect("a table");
            let found = sqlx::query(READ).bind(rows as i64).fetch_all(write).await;
            let all: Vec<Raw> = found.expect("rows").iter().map(|row| raw!(row)).collect();
            let watch = Stopwatch::start();
            for part in all.chunks(AT_ONCE) {
                sqlx::query(
                    "insert into raw select * from unnest(cast($1 as text[]), \
                     cast($2 as bytea[]), cast($3 as text[]), cast($4 as bytea[]), \
                     cast($5 as text[]))",
                )
                .bind(part.iter().map(|raw| raw.id.clone()).collect::<Vec<_>>())
                .bind(part.iter().map(|raw| raw.order.clone()).collect::<Vec<_>>())
                .bind(
                    part.iter()
                        .map(|raw| raw.document.clone())
                        .collect::<Vec<_>>(),
                )
                .bind(
                    part.iter()
                        .map(|raw| raw.sha256.clone())
                        .collect::<Vec<_>>(),
                )
                .bind(part.iter().map(|raw| raw.jwt.clone()).collect::<Vec<_>>())
                .execute(write)
                .await
                .expect("put in");
            }
            all.len() as f64 / watch.elapsed().as_secs_f64()
        }
        Db::Sqlite { write, .. } => {
            sqlx::query(TABLE).execute(write).await.expect("a table");
            let found = sqlx::query(READ).bind(rows as i64).fetch_all(write).await;
            let all: Vec<Raw> = found.expect("rows").iter().map(|row| raw!(row)).collect();
            let watch = Stopwatch::start();
            for part in all.chunks(AT_ONCE) {
                let places = vec!["(?, ?, ?, ?, ?)"; part.len()].join(", ");
                let mut query =
                    sqlx::query(AssertSqlSafe(format!("insert into raw values {places}")));
                for raw in part {
                    query = query
                        .bind(raw.id.clone())
                        .bind(raw.order.clone())
                        .bind(raw.document.clone())
                        .bind(raw.sha256.clone())
                        .bind(raw.jwt.clone());
                }
                query.execute(write).await.expect("put in");
            }
            all.len() as f64 / watch.elapsed().as_secs_f64()
        }
    }
}
