//! What can be found wrong with the formulas over rows of fits.

use crate::calibrate::{Combine, Declared, FitStep, PREVIOUS, PayloadRule, columns_of, row_table};
use crate::expr::{Evaluator, Formula, Path, Table, Wanted};

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
    check_refit(fit, problems);
    if let Some(combine) = &declared.combine {
        check_combine(combine.as_ref(), &plain, problems);
    }
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
                Some((declared, payload)),
                problems,
            );
        }
    }
}

/// What the rule `refit` takes of a fit must be a parameter, or an error of one.
fn check_refit(fit: &FitStep, problems: &mut Vec<Problem>) {
    let Some(refit) = &fit.model.refit else {
        return;
    };
    let errors = ["", "_error", "_lower", "_upper"];
    let parameters = fit.model.names();
    let known = parameters
        .iter()
        .flat_map(|name| errors.map(|error| format!("{name}{error}")));
    let known: Vec<String> = known.collect();
    for (name, place) in refit.rule.0.of_fit() {
        if known.contains(name) {
            continue;
        }
        let said = format!(
            "a fit of model {} has no `{name}` (in `refit`)",
            fit.model.name
        );
        let mut problem = Problem::new("plan::unknown-parameter", *place, said);
        problem.hint = did_you_mean(name, known.iter().map(String::as_str));
        problems.push(problem);
    }
}

/// What `combine` takes of the fits must be there, or be named as something that it makes.
fn check_combine(combine: &dyn Combine, row: &Table, problems: &mut Vec<Problem>) {
    let made = combine.names();
    for (name, place) in combine.columns() {
        if row.column(name).is_some() || made.contains(&name.as_str()) {
            continue;
        }
        let said = format!(
            "`{name}` is no column of a row of fits, and `combine` does not name it (in `combine`)"
        );
        let mut problem = Problem::new("plan::unknown-column", *place, said);
        let columns = row.columns().map(|(name, _)| name);
        problem.hint = did_you_mean(name, made.iter().copied().chain(columns));
        problems.push(problem);
    }
}

fn check_formula(
    rule: &str,
    formula: &Formula,
    wanted: Wanted,
    row: &Table,
    payload: Option<(&Declared, &PayloadRule)>,
    problems: &mut Vec<Problem>,
) {
    let before = problems.len();
    check_names(rule, formula, row, payload, problems);
    let known = |path: &Path| row.column(&path.to_string()).is_some();
    let all_known = columns_of(formula).iter().all(|(path, _)| known(path));
    // The types of what `combine` makes show when it has run.
    if problems.len() > before || !all_known {
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
    payload: Option<(&Declared, &PayloadRule)>,
    problems: &mut Vec<Problem>,
) {
    let combine = payload.and_then(|(declared, _)| declared.combine.as_ref());
    for (path, place) in columns_of(formula) {
        if row.column(&path.to_string()).is_some() {
            continue;
        }
        let made = combine.map(|combine| combine.names()).unwrap_or_default();
        if matches!(path.0.as_slice(), [name] if made.contains(&name.as_str())) {
            continue;
        }
        let members = payload
            .iter()
            .flat_map(|(_, p)| p.members.iter().map(|(name, _)| name.as_str()));
        let hint = match path.0.as_slice() {
            [first, member] if first == PREVIOUS => did_you_mean(member, members),
            _ => {
                let name = path.0.first().map_or("", String::as_str);
                let columns = row.columns().map(|(name, _)| name);
                let columns = made.iter().copied().chain(columns);
                did_you_mean(name, columns.filter(|name| !name.contains('.')))
            }
        };
        let mut problem = Problem::new(
            "plan::unknown-column",
            place,
            match combine {
                None => format!("`{path}` is no column of a row of fits (in `{rule}`)"),
                Some(_) => format!(
                    "`{path}` is no column of a row of fits, and `combine` does not name it (in `{rule}`)"
                ),
            },
        );
        problem.hint = hint;
        problems.push(problem);
    }
}
