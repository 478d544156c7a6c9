//! Many rows in one statement: the only function that is written once per engine.
//!
//! Postgres takes a column as one array (`unnest`), so that one short text serves any number of
//! rows; SQLite takes every value as its own placeholder, as many as it can bind at a time.

use sqlx::AssertSqlSafe;

use super::{Error, Query, Row, Ts, Tx};

/// SQLite binds at most 32,766 values to a statement.
const SQLITE_BINDS: usize = 32_766;
/// Rows per statement on Postgres, which would take any number: a bound on memory.
const POSTGRES_ROWS: usize = 10_000;

/// Rows to put into one table, or to say something over, column by column.
#[derive(Debug, Clone)]
pub(super) struct Many {
    table: &'static str,
    columns: Vec<(&'static str, Column)>,
    tail: &'static str,
    /// Whether `tail` is a whole statement over the rows, which it finds in `n`.
    over: bool,
}

#[derive(Debug, Clone)]
enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<i64>>),
    Time(Vec<Option<Ts>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

macro_rules! column {
    ($self:ident, $name:ident, $kind:ident, $values:ident) => {{
        let values = $values.into_iter().map(Into::into).collect();
        $self.columns.push(($name, Column::$kind(values)));
        $self
    }};
}

impl Many {
    pub(super) fn new(table: &'static str) -> Many {
        Many {
            table,
            columns: Vec::new(),
            tail: "",
            over: false,
        }
    }

    /// Rows that are not put in, but that `statement` finds in the table `n`.
    pub(super) fn over(statement: &'static str) -> Many {
        Many {
            over: true,
            tail: statement,
            ..Many::new("n")
        }
    }

    /// A column of texts, or of texts and nulls.
    pub(super) fn text<T: Into<Option<String>>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Many {
        column!(self, name, Text, values)
    }

    /// A column of `bigint`.
    pub(super) fn number<T: Into<Option<i64>>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Many {
        column!(self, name, Number, values)
    }

    /// A column of times.
    pub(super) fn time<T: Into<Option<Ts>>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Many {
        column!(self, name, Time, values)
    }

    /// A column of bytes.
    pub(super) fn bytes<T: Into<Option<Vec<u8>>>>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Many {
        column!(self, name, Bytes, values)
    }

    /// What follows the rows: `on conflict do nothing`, `returning …`.
    pub(super) fn tail(mut self, tail: &'static str) -> Many {
        self.tail = tail;
        self
    }

    /// Puts the rows in: how many went in.
    pub(super) async fn run(self, tx: &mut Tx) -> Result<u64, Error> {
        let mut count = 0;
        for (from, to) in self.chunks(tx) {
            count += self.statement(tx, from, to).run().await?;
        }
        Ok(count)
    }

    /// Puts the rows in and reads what `returning` says.
    pub(super) async fn all<T: Row>(self, tx: &mut Tx) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        for (from, to) in self.chunks(tx) {
            rows.extend(self.statement(tx, from, to).all::<T>().await?);
        }
        Ok(rows)
    }

    fn rows(&self) -> usize {
        self.columns.iter().map(|(_, c)| c.len()).min().unwrap_or(0)
    }

    fn chunks(&self, tx: &Tx) -> Vec<(usize, usize)> {
        let step = match tx {
            Tx::Postgres(_) => POSTGRES_ROWS,
            Tx::Sqlite(_) => SQLITE_BINDS / self.columns.len().max(1),
        };
        debug_assert!(self.columns.iter().all(|(_, c)| c.len() == self.rows()));
        let rows = self.rows();
        (0..rows)
            .step_by(step)
            .map(|from| (from, rows.min(from + step)))
            .collect()
    }

    fn statement<'t>(&self, tx: &'t mut Tx, from: usize, to: usize) -> Query<'t> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let (head, end) = if self.over {
            (format!("with n ({}) as (", names.join(", ")), ")")
        } else {
            let head = format!("insert into {} ({})", self.table, names.join(", "));
            (head, "")
        };
        match tx {
            Tx::Postgres(tx) => {
                let arrays: Vec<String> = (self.columns.iter().enumerate())
                    .map(|(n, (_, c))| format!("cast(${} as {}[])", n + 1, c.sql_type()))
                    .collect();
                // "where true" keeps "on conflict" from being read as a join condition.
                let sql = format!(
                    "{head} select * from unnest({}) where true {end} {}",
                    arrays.join(", "),
                    self.tail
                );
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (_, column) in &self.columns {
                    query = match column {
                        Column::Text(v) => query.bind(v[from..to].to_vec()),
                        Column::Number(v) => query.bind(v[from..to].to_vec()),
                        Column::Time(v) => query.bind(v[from..to].to_vec()),
                        Column::Bytes(v) => query.bind(v[from..to].to_vec()),
                    };
                }
                Query::PgTx(tx, query)
            }
            Tx::Sqlite(tx) => {
                let row = format!("({})", vec!["?"; names.len()].join(", "));
                let rows = vec![row.as_str(); to - from].join(", ");
                let sql = format!("{head} values {rows} {end} {}", self.tail);
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for row in from..to {
                    for (_, column) in &self.columns {
                        query = match column {
                            Column::Text(v) => query.bind(v[row].clone()),
                            Column::Number(v) => query.bind(v[row]),
                            Column::Time(v) => query.bind(v[row]),
                            Column::Bytes(v) => query.bind(v[row].clone()),
                        };
                    }
                }
                Query::LiteTx(tx, query)
            }
        }
    }
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Column::Text(v) => v.len(),
            Column::Number(v) => v.len(),
            Column::Time(v) => v.len(),
            Column::Bytes(v) => v.len(),
        }
    }

    fn sql_type(&self) -> &'static str {
        match self {
            Column::Text(_) => "text",
            Column::Number(_) => "bigint",
            Column::Time(_) => "timestamptz",
            Column::Bytes(_) => "bytea",
        }
    }
}
