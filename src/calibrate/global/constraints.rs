//! Rules over parameters, evaluated: which are held, which sums are zero.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::expr::{Column, Formula, Table, Value, Wanted};
use crate::fit::systems::Constraint;

use super::super::execution::Ended;
use super::super::in_force;
use super::super::{Execution, Input};
use super::hierarchy;
use super::parameters::{Parameters, rows};
use super::rule::{Choice, ConstraintRule, Global};

/// What rules make of the parameters.
pub(super) struct Ruled {
    /// Labels of parameters that are held.
    pub(super) fixed: BTreeSet<i64>,
    pub(super) constraints: Vec<Constraint>,
}

/// Evaluates all rules.
///
/// # Errors
/// A constraint that chooses no parameter; a rule that fails.
pub(super) fn ruled(
    global: &Global,
    parameters: &Parameters,
    input: &Input,
    execution: &mut Execution,
) -> Result<Ruled, Ended> {
    let table = rows(parameters).map_err(|error| Ended::failure(error.to_string()))?;
    let rules = Rules { table, input };
    let mut fixed = BTreeSet::new();
    for choice in &global.fixed {
        let chosen = rules.chosen(choice, "fix", execution)?;
        if chosen.is_empty() {
            let note = format!(
                "`{}` holds nothing: no parameter of the records is chosen",
                choice.name
            );
            execution.notes.push(note);
        }
        fixed.extend(chosen.iter().map(|row| rules.label(*row)));
    }
    let free = |label: i64| {
        let parameter = parameters.get(&label);
        let enough = parameter.is_some_and(|p| p.entries >= global.min_entries);
        enough && !fixed.contains(&label)
    };
    let mut constraints = Vec::new();
    for rule in &global.constraints {
        for constraint in rules.sums(rule, execution)? {
            let counts = |(label, weight): &(i64, f64)| *weight != 0.0 && free(*label);
            if constraint.terms.iter().any(counts) {
                constraints.push(constraint);
            } else {
                execution.notes.push(format!(
                    "constraint `{}` is left out: all its parameters are held or have too few measurements",
                    constraint.name
                ));
            }
        }
    }
    for rule in &global.hierarchies {
        let found = hierarchy::constraints(rule, parameters, &free)
            .map_err(|ended| ended.or_at(rule.place))?;
        execution.notes.push(match found.len() {
            0 => format!(
                "the hierarchy of {} ties nothing: the records have no whole together with its parts",
                rule.component
            ),
            n => format!("the hierarchy of {} makes {n} constraints", rule.component),
        });
        constraints.extend(found);
    }
    Ok(Ruled { fixed, constraints })
}

struct Rules<'a> {
    table: Table,
    input: &'a Input,
}

impl Rules<'_> {
    fn label(&self, row: usize) -> i64 {
        match self.table.column("label") {
            Some(Column::Int(labels)) => labels[row],
            _ => 0,
        }
    }

    /// Rows for which a condition holds.
    fn chosen(
        &self,
        choice: &Choice,
        kind: &str,
        execution: &mut Execution,
    ) -> Result<Vec<usize>, Ended> {
        let column = self.value(
            &choice.rows,
            Wanted::Condition,
            (kind, &choice.name),
            execution,
        );
        match column.map_err(|ended| ended.or_at(choice.place))? {
            Column::Bool(chosen) => Ok((0..chosen.len()).filter(|row| chosen[*row]).collect()),
            _ => Err(Ended::failure(format!("`{}` is no condition", choice.name)).at(choice.place)),
        }
    }

    fn value(
        &self,
        formula: &Formula,
        wanted: Wanted,
        (kind, name): (&str, &str),
        execution: &mut Execution,
    ) -> Result<Column, Ended> {
        let what = format!("{kind} `{name}`");
        let words = (what.as_str(), what.as_str());
        let warnings = &mut execution.warnings;
        in_force::evaluate(&self.table, formula, wanted, words, self.input, warnings)
    }

    /// The sums of a rule.
    fn sums(
        &self,
        rule: &ConstraintRule,
        execution: &mut Execution,
    ) -> Result<Vec<Constraint>, Ended> {
        let (name, place) = (&rule.chosen.name, rule.chosen.place);
        let chosen = self.chosen(&rule.chosen, "constrain", execution)?;
        if chosen.is_empty() {
            let message = format!(
                "constraint `{name}` chooses none of the {} parameters of the records; correct its condition, or leave it out",
                self.table.len()
            );
            return Err(Ended::failure(message).at(place));
        }
        let weights = self.value(&rule.weight, Wanted::Number, ("constrain", name), execution)?;
        let weights = weights.to_floats().unwrap_or_default();
        // By value of the column, in the order of the parameters.
        let mut sums: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
        for row in chosen {
            let weight = weights.get(row).copied().unwrap_or(f64::NAN);
            if !weight.is_finite() {
                let label = self.label(row);
                let message = format!(
                    "constraint `{name}`: the weight of parameter {label} is {weight}; choose parameters that have what it looks at, such as places"
                );
                return Err(Ended::failure(message).at(place));
            }
            let key = rule
                .each
                .as_deref()
                .map_or_else(String::new, |column| self.key(column, row));
            sums.entry(key).or_default().push((self.label(row), weight));
        }
        let named = |(key, terms): (String, Vec<(i64, f64)>)| Constraint {
            name: match &rule.each {
                Some(column) => format!("{name}, {column} {key}"),
                None => name.clone(),
            },
            terms,
            value: 0.0,
        };
        Ok(sums.into_iter().map(named).collect())
    }

    /// The value of a column in words.
    fn key(&self, column: &str, row: usize) -> String {
        match self
            .table
            .column(column)
            .and_then(|values| values.value(row))
        {
            Some(Value::Int(number)) => format!("{number}"),
            Some(Value::Float(number)) => format!("{number}"),
            Some(Value::Bool(truth)) => format!("{truth}"),
            Some(Value::Text(text)) => text.to_string(),
            None => String::new(),
        }
    }
}
