//! Tables as scripts see them; the meaning is in the room `expr`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult};

use super::super::raise::{Fallible, Raised, raise};
use super::columns::Column;
use crate::conditions::Payload;
use crate::expr;

/// A table; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Table(pub(super) Arc<expr::Table>);

/// The column that says to which channel a row belongs.
pub(super) const CHANNEL: &str = "channel";

impl Table {
    pub(crate) fn new(table: expr::Table) -> Self {
        Self(Arc::new(table))
    }

    /// The same without the script.
    pub(crate) fn inner(&self) -> &expr::Table {
        &self.0
    }

    /// Constants as a table: `channel`, or the indices by name if there are several, and a column
    /// per member. A single object is channel 0.
    pub(super) fn of_payload(payload: &Payload) -> Fallible<Self> {
        let mut table = expr::Table::new();
        let mut columns: Vec<(&str, expr::Column)> = Vec::new();
        let indices = payload.channels.iter();
        match payload.channels.len() {
            0 => columns.push((CHANNEL, expr::Column::Int(vec![0]))),
            1 => columns.extend(indices.map(|(_, n)| (CHANNEL, expr::Column::Int(n.clone())))),
            _ => columns.extend(indices.map(|(i, n)| (i.as_str(), expr::Column::Int(n.clone())))),
        }
        let members = payload.members.iter();
        columns.extend(members.map(|(name, v)| (name.as_str(), expr::Column::Float(v.clone()))));
        for (name, column) in columns {
            let pushed = table.push(name, column);
            pushed.map_err(|error| raise("table::column")(&error))?;
        }
        Ok(Self::new(table))
    }

    /// A column by its name.
    pub(super) fn column(&self, name: &str) -> Fallible<&expr::Column> {
        self.0.column(name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> Box<EvalAltResult> {
        let known: Vec<&str> = self.0.shown().map(|(name, _)| name).collect();
        let hint = crate::settings::nearest(name, known.iter().copied()).map_or_else(
            || format!("it has {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("the table has no column `{name}`");
        Raised::new("table::unknown-column", message)
            .hint(hint)
            .boxed()
    }

    fn member(&self, name: &str) -> Fallible<Column> {
        let column = self.0.shared(name).ok_or_else(|| self.unknown(name))?;
        Ok(self.made(column))
    }

    /// A column whose values belong to the rows of this table.
    pub(super) fn made(&self, column: impl Into<Arc<expr::Column>>) -> Column {
        Column {
            values: column.into(),
            channels: self.0.shared(CHANNEL),
        }
    }
}

/// A whole number for a script.
pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn dynamic(value: expr::Value) -> Dynamic {
    match value {
        expr::Value::Bool(value) => value.into(),
        expr::Value::Int(value) => value.into(),
        expr::Value::Float(value) => value.into(),
        expr::Value::Text(value) => Dynamic::from(rhai::ImmutableString::from(&*value)),
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Table>("Table")
        .register_indexer_get(|t: &mut Table, name: &str| t.member(name))
        .register_fn("len", |t: &mut Table| count(t.0.len()))
        .register_fn("is_empty", |t: &mut Table| t.0.is_empty());
}
