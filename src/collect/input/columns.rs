//! The columns that a pass reads, in the first file and in every other one.

use std::path::{Path, PathBuf};

use crate::collect::before::{Before, TriggerFields};
use crate::collect::pass::Pass;
use crate::collect::schema::{Field, FieldId, Names, RunFields};
use crate::collect::{Collector, Difference, Error, Step};
use crate::expr::nearest;
use crate::root::Tree;

/// What is read of every file.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The file whose columns were taken as the example.
    first: PathBuf,
    /// Its columns.
    names: Names,
    /// Columns that are read, rising.
    used: Vec<FieldId>,
    /// Which of them say experiment, run and event number.
    pub(crate) run: RunFields,
    /// Whether the numbers of events are read.
    pub(crate) numbered: bool,
    /// Where the results of the software trigger are, if a rule asks for them.
    pub(crate) trigger: Option<TriggerFields>,
    /// The steps.
    pub(crate) pass: Pass,
}

impl Layout {
    /// What a collector reads of files like this one.
    ///
    /// # Errors
    /// When the collector does not fit the columns, or the columns for the run are none.
    pub(crate) fn new(
        collector: &Collector,
        before: &Before,
        file: &Path,
        tree: &Tree,
    ) -> Result<Self, Error> {
        let names = Names::from(tree);
        let refused = |failure| Error::Description {
            file: file.to_path_buf(),
            failure: Box::new(failure),
        };
        let pass = Pass::compile(collector, &names).map_err(refused)?;
        let trigger = before.triggers().next();
        let trigger = trigger
            .map(|trigger| TriggerFields::find(&names, trigger.place))
            .transpose()
            .map_err(refused)?;
        let run = names
            .run_fields(collector.run_columns.as_ref())
            .map_err(|(column, found)| Error::RunColumn {
                file: file.to_path_buf(),
                column,
                found,
            })?;
        let needs_numbers = who_needs_numbers(collector, before);
        if let Some(who) = needs_numbers.filter(|_| run.event.is_none()) {
            return Err(Error::NoEventNumber {
                file: file.to_path_buf(),
                who,
            });
        }
        let mut used = pass.fields.clone();
        used.extend([run.experiment, run.run].into_iter().flatten());
        used.extend(trigger.iter().flat_map(|fields| fields.both()));
        used.extend(run.event.filter(|_| needs_numbers.is_some()));
        used.sort_unstable();
        used.dedup();
        Ok(Self {
            first: file.to_path_buf(),
            names,
            used,
            run,
            numbered: needs_numbers.is_some(),
            trigger,
            pass,
        })
    }

    /// A column of the example.
    pub(crate) fn field(&self, field: FieldId) -> &Field {
        &self.names.fields[field]
    }

    /// Position of a column in the lists of [`Layout::bind`].
    pub(crate) fn position(&self, field: FieldId) -> usize {
        self.used.binary_search(&field).unwrap_or(usize::MAX)
    }

    /// Where the columns that are read lie in the tree of another file.
    ///
    /// # Errors
    /// The first column that is missing there or of another kind.
    pub(crate) fn bind(&self, file: &Path, tree: &Tree) -> Result<Vec<usize>, Error> {
        let there = Names::from(tree);
        let find = |field: &FieldId| {
            let wanted = &self.names.fields[*field];
            let found = there.fields.iter().position(|f| f.names == wanted.names);
            match found {
                Some(position) if there.fields[position] == *wanted => Ok(position),
                _ => Err(self.difference(file, wanted, found.map(|n| &there.fields[n]), &there)),
            }
        };
        self.used.iter().map(find).collect()
    }

    fn difference(
        &self,
        file: &Path,
        wanted: &Field,
        found: Option<&Field>,
        there: &Names,
    ) -> Error {
        let paths: Vec<String> = there.fields.iter().map(Field::path).collect();
        let near = nearest(&wanted.path(), paths.iter().map(String::as_str));
        let mut expected = wanted.describe();
        let mut is = found.map_or_else(|| "missing".to_owned(), Field::describe);
        if expected == is {
            // Only the counters differ then.
            expected = format!("{expected} of one array");
            is = format!("{is} of another array");
        }
        let hint = match (found, near) {
            (None, Some(near)) => format!("; the nearest name there is {near}"),
            _ => String::new(),
        };
        Error::Differs {
            file: file.to_path_buf(),
            difference: Box::new(Difference {
                first: self.first.clone(),
                column: wanted.path(),
                found: is,
                expected,
                hint,
            }),
        }
    }
}

/// What the numbers of events are needed for, if for anything.
fn who_needs_numbers(collector: &Collector, before: &Before) -> Option<&'static str> {
    let made = |step: &Step| matches!(step, Step::Generate(..));
    if collector.prescale < 1.0 || before.numbered() {
        return Some("a prescale");
    }
    collector
        .steps
        .iter()
        .any(made)
        .then_some("a collector of made-up numbers")
}
