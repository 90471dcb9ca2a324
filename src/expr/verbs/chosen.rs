//! Some rows or columns of a table, in another order or under other names.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::expr::{Column, Table, TableError};

use super::Key;

impl Column {
    /// The values of these rows, in this order; rows that are not there are left out.
    #[must_use]
    pub fn picked(&self, rows: &[usize]) -> Self {
        fn pick<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
            let found = rows.iter().filter_map(|row| values.get(*row));
            found.cloned().collect()
        }
        match self {
            Self::Bool(v) => Self::Bool(pick(v, rows)),
            Self::Int(v) => Self::Int(pick(v, rows)),
            Self::Float(v) => Self::Float(pick(v, rows)),
            Self::Text(v) => Self::Text(pick(v, rows)),
        }
    }
}

impl Table {
    /// These rows, in this order; rows that are not there are left out.
    #[must_use]
    pub fn picked(&self, rows: &[usize]) -> Self {
        self.changed(|_, column| column.picked(rows))
    }

    /// At most the first `n` rows.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        let rows: Vec<usize> = (0..self.len().min(n)).collect();
        self.picked(&rows)
    }

    /// The rows in rising order of `key`, which has one value per row; NaN last, rows with equal
    /// keys as they were.
    #[must_use]
    pub fn sorted_by(&self, key: &Column) -> Self {
        let keys = Key::all(key);
        let mut rows: Vec<usize> = (0..keys.len()).collect();
        rows.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        self.picked(&rows)
    }

    /// The same with another name for one column, at its place; `None` if there is no such
    /// column.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn renamed(&self, from: &str, to: &str) -> Result<Option<Self>, TableError> {
        if self.column(from).is_none() {
            return Ok(None);
        }
        let mut table = Self::new();
        for (name, column) in self.all() {
            let name = if name == from { to } else { name };
            table.push(name, column)?;
        }
        Ok(Some(table))
    }

    /// The same with one column more, or another one in its place.
    ///
    /// # Errors
    /// When the length differs.
    pub fn with(&self, name: &str, column: Column) -> Result<Self, TableError> {
        let mut table = Self::new();
        let mut new = Some(Arc::new(column));
        for (known, old) in self.all() {
            let replaced = if known == name { new.take() } else { None };
            table.push(known, replaced.unwrap_or(old))?;
        }
        if let Some(column) = new {
            table.push(name, column)?;
        }
        Ok(table)
    }

    /// One row per value of `key`, the first that has it, in rising order: the key and these
    /// columns. Names that are not there are left out.
    #[must_use]
    pub fn distinct(&self, key: &str, others: &[&str]) -> Self {
        let Some(column) = self.column(key) else {
            return Self::new();
        };
        let keys = Key::all(column);
        let mut seen = BTreeSet::new();
        let mut rows: Vec<usize> = (0..keys.len())
            .filter(|row| seen.insert(&keys[*row]))
            .collect();
        rows.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        let mut table = Self::new();
        for name in std::iter::once(&key).chain(others) {
            if let (Some(column), None) = (self.column(name), table.column(name)) {
                // Columns of one table have equal lengths, and the name is new.
                let pushed = table.push(*name, column.picked(&rows));
                debug_assert!(pushed.is_ok());
            }
        }
        table
    }

    /// Columns `NAME` + suffix become one column `NAME`, first all rows with the first suffix,
    /// then those with the next one; the other columns are repeated. The name that is not there
    /// is given back instead.
    ///
    /// # Errors
    /// When the parts have different types, or a name is taken.
    pub fn stacked(
        &self,
        names: &[&str],
        suffixes: &[&str],
    ) -> Result<Result<Self, String>, TableError> {
        let part = |name: &str, suffix: &str| format!("{name}{suffix}");
        let all: BTreeSet<String> = names
            .iter()
            .flat_map(|name| suffixes.iter().map(move |suffix| part(name, suffix)))
            .collect();
        if let Some(missing) = all.iter().find(|name| self.column(name).is_none()) {
            return Ok(Err(missing.clone()));
        }
        let mut whole: Option<Self> = None;
        for suffix in suffixes {
            let mut table = Self::new();
            for (name, column) in self.all().filter(|(name, _)| !all.contains(*name)) {
                table.push(name, column)?;
            }
            for name in names {
                if let Some(column) = self.shared(&part(name, suffix)) {
                    table.push(*name, column)?;
                }
            }
            match &mut whole {
                Some(whole) => whole.append(&table)?,
                None => whole = Some(table),
            }
        }
        Ok(Ok(whole.unwrap_or_default()))
    }

    /// Names and columns, to be shared.
    fn all(&self) -> impl Iterator<Item = (&str, Arc<Column>)> {
        let names = self.columns().map(|(name, _)| name);
        names.filter_map(|name| Some((name, self.shared(name)?)))
    }

    fn changed(&self, change: impl Fn(&str, &Column) -> Column) -> Self {
        let mut table = Self::new();
        for (name, column) in self.columns() {
            // The names are those of a table, and all columns are changed alike.
            let pushed = table.push(name, change(name, column));
            debug_assert!(pushed.is_ok());
        }
        table
    }
}
