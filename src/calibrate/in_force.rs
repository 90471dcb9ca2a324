//! Look-ups in rules and models: an execution sees the constants of its first run.

use std::borrow::Cow;
use std::sync::Arc;

use crate::collect::{ChainConstants, Constants as _};
use crate::conditions::InForce;
use crate::expr::{
    Bound, Column, Expr, Formula, LookupTable, PayloadMember, Place, Scratch, Table, Wanted,
    payload_members, with_constants,
};
use crate::fit::Model;
use crate::iov::ExpRun;

use super::Input;
use super::execution::Ended;
use super::words::counted;

type Tables = Vec<(PayloadMember, Arc<LookupTable>)>;

fn tables(looked: Vec<(PayloadMember, Place)>, what: &str, input: &Input) -> Result<Tables, Ended> {
    let Some(run) = input.runs.first().filter(|_| !looked.is_empty()) else {
        return Ok(Vec::new());
    };
    let constants = ChainConstants::new(&input.constants)?;
    let table = |(member, place): (PayloadMember, Place)| {
        let found = constants.values(&member, *run);
        let table = found.map_err(|unknown| Ended::rule(what, unknown.at(place)))?;
        if let Some((store, record)) = constants.record(&member.payload, *run) {
            input.used.add(InForce::new(store, record));
        }
        Ok((member, table))
    };
    looked.into_iter().map(table).collect()
}

/// The value of a rule for each row; what its look-ups did not find is added to the warnings.
pub(super) fn evaluate(
    rows: &Table,
    formula: &Formula,
    wanted: Wanted,
    (what, failed): (&str, &str),
    input: &Input,
    warnings: &mut Vec<String>,
) -> Result<Column, Ended> {
    let mut scratch = Scratch::default();
    scratch.bind(Bound::new(tables(formula.lookups(), failed, input)?));
    let column = rows
        .evaluate_in(formula, wanted, &mut scratch)
        .map_err(|failure| Ended::rule(failed, failure))?;
    for (member, rows) in scratch.take_missed() {
        let rows = counted(rows, "row");
        let payload = &member.payload;
        warnings.push(format!(
            "{what}: {member} gave NaN for {rows} of a channel that {payload} does not have"
        ));
    }
    Ok(column)
}

/// The model with the constants in force in place of its look-ups.
pub(super) fn model<'m>(model: &'m Model, input: &Input) -> Result<Cow<'m, Model>, Ended> {
    let what = format!("model {}", model.name);
    let tables = tables(payload_members(&model.formula), &what, input)?;
    if tables.is_empty() {
        return Ok(Cow::Borrowed(model));
    }
    let formula: Expr = with_constants(&model.formula, &tables);
    Ok(Cow::Owned(Model {
        formula,
        ..model.clone()
    }))
}

/// The first run of an execution in which a payload is another one than in its first run.
pub(super) fn changes(payload: &str, input: &Input) -> Result<Option<ExpRun>, Ended> {
    let constants = ChainConstants::new(&input.constants)?;
    let file = |run: &ExpRun| {
        let (store, record) = constants.record(payload, *run)?;
        Some((store.folder().to_path_buf(), record.revision.clone()))
    };
    let first = input.runs.first().and_then(file);
    Ok(input.runs.iter().find(|run| file(run) != first).copied())
}
