//! What can be found wrong with the formulas over rows of fits.

use crate::calibrate::{Declared, FitStep, PREVIOUS, PayloadRule, columns_of, row_table};
use crate::expr::{Evaluator, Formula, Table, Wanted};

use super::Problem;
use super::nearest::did_you_mean;

/// Checks names and types in `accept` and in the payloads of an algorithm.
pub(super) fn check_rules(
    algorithm: &str,
    declared: &Declared,
    fit: &FitStep,
    problems: &mut Vec<Problem>,
) {
    let row = |members: &[String]| row_table(fit, members);
    let plain = match row(&[]) {
        Ok(table) => table,
        Err(error) => {
            problems.push(
                Problem::new(
                    "plan::name-taken",
                    fit.place,
                    format!("algorithm {algorithm}: a row of fits cannot hold the parameters of model {}: {error}", fit.model.name),
                )
                .hint("give the parameter another name"),
            );
            return;
        }
    };
    if let Some(accept) = &declared.accept {
        check_formula("accept", accept, Wanted::Condition, &plain, None, problems);
    }
    for payload in &declared.payloads {
        if payload.members.is_empty() {
            problems.push(
                Problem::new(
                    "plan::no-members",
                    payload.place,
                    format!("the payload {} has no members", payload.name),
                )
                .hint("give a map: `|c| #{ m_CalibConst: c.mean }`"),
            );
        }
        let members: Vec<String> = payload
            .members
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let Ok(table) = row(&members) else {
            continue;
        };
        for (_, formula) in &payload.members {
            check_formula(
                "payload",
                formula,
                Wanted::Number,
                &table,
                Some(payload),
                problems,
            );
        }
    }
}

fn check_formula(
    rule: &str,
    formula: &Formula,
    wanted: Wanted,
    row: &Table,
    payload: Option<&PayloadRule>,
    problems: &mut Vec<Problem>,
) {
    let before = problems.len();
    check_names(rule, formula, row, payload, problems);
    if problems.len() > before {
        return;
    }
    if let Err(failure) = Evaluator::new(&[(formula, wanted)], &row.schema()) {
        let mut problem = Problem::new("plan::wrong-type", failure.place, failure.message);
        problem.hint = failure.hint;
        problems.push(problem);
    }
}

fn check_names(
    rule: &str,
    formula: &Formula,
    row: &Table,
    payload: Option<&PayloadRule>,
    problems: &mut Vec<Problem>,
) {
    for (path, place) in columns_of(formula) {
        if row.column(&path.to_string()).is_some() {
            continue;
        }
        let members = payload
            .iter()
            .flat_map(|p| p.members.iter().map(|(name, _)| name.as_str()));
        let hint = match path.0.as_slice() {
            [first, member] if first == PREVIOUS => did_you_mean(member, members),
            _ => {
                let name = path.0.first().map_or("", String::as_str);
                let columns = row.columns().map(|(name, _)| name);
                did_you_mean(name, columns.filter(|name| !name.contains('.')))
            }
        };
        let mut problem = Problem::new(
            "plan::unknown-column",
            place,
            format!("`{path}` is no column of a row of fits (in `{rule}`)"),
        );
        problem.hint = hint;
        problems.push(problem);
    }
}
