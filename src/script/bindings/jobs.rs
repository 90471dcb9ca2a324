//! The results of a calibration as validations see them.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine};

use super::super::raise::{Fallible, Raised, raise};
use super::super::validation::{Finding, Record, Results, find};
use super::blocks::Histograms;
use super::objects::to_script;
use super::plots::PlotHandle;
use super::tables::Table;
use crate::conditions::Payload;
use crate::hist::Block;
use crate::iov::{ExpRun, IoV};
use crate::settings::nearest;

/// The results of a whole run.
#[derive(Clone)]
pub(crate) struct Job(pub(crate) Arc<dyn Results>);

/// Those of one calibration.
#[derive(Clone)]
struct CalibrationResult {
    results: Arc<dyn Results>,
    name: String,
}

/// A payload of the result and its interval.
#[derive(Clone)]
struct PayloadResult {
    iov: IoV,
    payload: Arc<Payload>,
}

fn unknown(
    code: &'static str,
    message: String,
    name: &str,
    known: &[String],
) -> Box<rhai::EvalAltResult> {
    let near = nearest(name, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("there are {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Raised::new(code, message).hint(hint).boxed()
}

fn unreadable(message: String) -> Box<rhai::EvalAltResult> {
    raise("job::unreadable")(&message)
}

impl Job {
    fn calibration(&self, name: &str) -> Fallible<CalibrationResult> {
        let known = self.0.calibrations();
        if known.iter().any(|one| one == name) {
            return Ok(CalibrationResult {
                results: Arc::clone(&self.0),
                name: name.to_owned(),
            });
        }
        let message = format!("the results have no calibration `{name}`");
        Err(unknown("job::unknown-calibration", message, name, &known))
    }

    fn payloads(&self, name: &str) -> Fallible<Array> {
        let found = self.0.payloads(name).map_err(unreadable)?;
        let one = |(iov, payload): (IoV, Payload)| {
            let payload = Arc::new(payload);
            Dynamic::from(PayloadResult { iov, payload })
        };
        Ok(found.into_iter().map(one).collect())
    }
}

impl CalibrationResult {
    fn results(&self, algorithm: &str) -> Fallible<Array> {
        let found = self
            .results
            .results(&self.name, algorithm)
            .map_err(unreadable)?;
        match found {
            Some(found) => Ok(found.into_iter().map(Dynamic::from).collect()),
            None => {
                let known = self.results.algorithms(&self.name);
                let message = format!("calibration {} has no algorithm `{algorithm}`", self.name);
                Err(unknown(
                    "job::unknown-algorithm",
                    message,
                    algorithm,
                    &known,
                ))
            }
        }
    }

    /// The objects, and the runs of them that lie in an interval.
    fn objects(
        &self,
        iov: Option<IoV>,
    ) -> Fallible<(Arc<dyn crate::calibrate::Objects>, Vec<ExpRun>)> {
        let objects = self.results.objects(&self.name).map_err(unreadable)?;
        let runs = objects.runs().into_iter();
        let runs = runs.filter(|run| iov.is_none_or(|iov| iov.contains_run(*run)));
        let runs = runs.collect();
        Ok((objects, runs))
    }

    fn no_object(&self, name: &str, known: &[String]) -> Box<rhai::EvalAltResult> {
        let message = format!(
            "nothing was collected as `{name}` for calibration {}",
            self.name
        );
        unknown("job::unknown-object", message, name, known)
    }

    fn histogram(&self, name: &str, iov: Option<IoV>) -> Fallible<Histograms> {
        let (objects, runs) = self.objects(iov)?;
        let block = objects.block(name, &runs).map_err(unreadable)?;
        match block {
            None => Err(self.no_object(name, &objects.names())),
            Some(Block::Sum(_)) => {
                let message = format!("`{name}` is a sum, not a histogram");
                Err(Raised::new("job::other-object", message).boxed())
            }
            Some(block) => Ok(Histograms::new(block)),
        }
    }

    fn table(&self, name: &str, iov: Option<IoV>) -> Fallible<Table> {
        let (objects, runs) = self.objects(iov)?;
        let table = objects.table(name, &runs).map_err(unreadable)?;
        match table {
            Some(table) => Ok(Table::new(table)),
            None => Err(self.no_object(name, &objects.names())),
        }
    }
}

/// Columns under their names, one line per row; texts in quotation marks.
fn csv(table: &Table) -> String {
    let columns: Vec<(&str, &crate::expr::Column)> = table.0.shown().collect();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    let name = |name: &&str| match name.chars().all(plain) {
        true => (*name).to_owned(),
        false => quoted(name),
    };
    let names: Vec<String> = columns.iter().map(|(n, _)| name(n)).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..table.0.len() {
        let cell = |(_, column): &(&str, &crate::expr::Column)| match column.value(row) {
            Some(crate::expr::Value::Bool(value)) => value.to_string(),
            Some(crate::expr::Value::Int(value)) => value.to_string(),
            Some(crate::expr::Value::Float(value)) => value.to_string(),
            Some(crate::expr::Value::Text(value)) => quoted(&value),
            None => String::new(),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        text += &(cells.join(",") + "\n");
    }
    text
}

fn write_csv(name: &str, table: &Table) -> Fallible<()> {
    let usable = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(usable) {
        let message =
            format!("`{name}` is no name for a file: use letters, digits, `.`, `_` and `-`");
        return Err(Raised::new("validation::file-name", message).boxed());
    }
    let text = csv(table);
    find("write_csv", |found| {
        found.files.push((name.to_owned(), text))
    })
}

pub(super) fn register(engine: &mut Engine) {
    type C = CalibrationResult;
    engine
        .register_type_with_name::<Job>("Job")
        .register_fn("calibration", |job: &mut Job, name: &str| {
            job.calibration(name)
        })
        .register_fn("calibrations", |job: &mut Job| -> Array {
            let all = job.0.calibrations().into_iter();
            let results = &job.0;
            all.map(|name| {
                Dynamic::from(C {
                    results: Arc::clone(results),
                    name,
                })
            })
            .collect()
        })
        .register_fn("payloads", |job: &mut Job, name: &str| job.payloads(name))
        .register_type_with_name::<PayloadResult>("Payload")
        .register_get("iov", |p: &mut PayloadResult| p.iov)
        .register_get("value", |p: &mut PayloadResult| {
            p.payload.object.as_ref().map_or(Dynamic::UNIT, to_script)
        })
        .register_get("table", |p: &mut PayloadResult| {
            Table::of_payload(&p.payload)
        })
        .register_type_with_name::<C>("CalibrationResult")
        .register_get("name", |c: &mut C| c.name.clone())
        .register_get("state", |c: &mut C| {
            c.results.state(&c.name).unwrap_or_default()
        })
        .register_fn("results", |c: &mut C, algorithm: &str| c.results(algorithm))
        .register_fn("histogram", |c: &mut C, name: &str| c.histogram(name, None))
        .register_fn("histogram", |c: &mut C, name: &str, iov: IoV| {
            c.histogram(name, Some(iov))
        })
        .register_fn("table", |c: &mut C, name: &str| c.table(name, None))
        .register_fn("table", |c: &mut C, name: &str, iov: IoV| {
            c.table(name, Some(iov))
        })
        .register_type_with_name::<Record>("AlgorithmResult")
        .register_get("iov", |r: &mut Record| r.iov)
        .register_get("code", |r: &mut Record| r.code)
        .register_get("message", |r: &mut Record| r.message.clone())
        .register_get("fits", |r: &mut Record| Table::new(r.fits.clone()))
        .register_fn("page", |plot: PlotHandle| {
            find("page", |found| found.items.push(Finding::Page(plot.get())))
        })
        .register_fn("check", |sentence: &str, holds: bool| {
            find("check", |found| {
                found.items.push(Finding::Check(sentence.to_owned(), holds))
            })
        })
        .register_fn("note", |text: &str| {
            find("note", |found| {
                found.items.push(Finding::Note(text.to_owned()))
            })
        })
        .register_fn("write_csv", |name: &str, table: Table| {
            write_csv(name, &table)
        });
}
