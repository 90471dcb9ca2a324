//! What can be found wrong with a global fit before anything runs.

use crate::calibrate::{
    Global, Hierarchy, LEVELS, MOTIONS, columns_of, component_names, is_written, parameter_row,
};
use crate::collect::Storage;
use crate::expr::{Evaluator, Formula, Place, Wanted};

use super::algorithms::find_object;
use super::nearest::did_you_mean;
use super::{Calibration, Problem};

pub(super) fn check_global(
    calibration: &Calibration,
    algorithm: &str,
    global: &Global,
    problems: &mut Vec<Problem>,
) {
    let (name, place) = (&global.records, global.place);
    if let Some(object) = find_object(calibration, algorithm, name, place, problems)
        && !matches!(object.storage, Storage::Records)
    {
        problems.push(
            Problem::new(
                "plan::no-records",
                place,
                format!(
                    "algorithm {algorithm} asks for records `{name}`, which are something else"
                ),
            )
            .hint("a collector fills them with `.records(\"…\")`"),
        );
    }
    check_names(algorithm, global, problems);
    for hierarchy in &global.hierarchies {
        check_hierarchy(algorithm, global, hierarchy, problems);
    }
    for choice in &global.fixed {
        check_formula("fix", &choice.rows, Wanted::Condition, problems);
    }
    for rule in &global.constraints {
        check_formula("constrain", &rule.chosen.rows, Wanted::Condition, problems);
        check_formula("constrain", &rule.weight, Wanted::Number, problems);
        let row = parameter_row();
        if let Some(each) = rule.each.as_ref().filter(|each| row.column(each).is_none()) {
            let columns = row.columns().map(|(name, _)| name);
            let mut problem = Problem::new(
                "plan::unknown-column",
                rule.chosen.place,
                format!("`{each}` is no column of a row of parameters"),
            );
            problem.hint = did_you_mean(each, columns);
            problems.push(problem);
        }
    }
}

/// Payloads that are fitted and those that are written.
fn check_names(algorithm: &str, global: &Global, problems: &mut Vec<Problem>) {
    let place = global.place;
    for component in &global.components {
        if !component_names().any(|known| known == component) {
            let message = format!(
                "algorithm {algorithm}: `{component}` is no payload of which a global fit knows the parameters"
            );
            let mut problem = Problem::new("plan::unknown-component", place, message);
            problem.hint = did_you_mean(component, component_names());
            problems.push(problem);
        }
    }
    for name in global.save.iter().flatten() {
        if !global.components.contains(name) {
            let message = format!("algorithm {algorithm} writes `{name}`, which it does not fit");
            let mut problem = Problem::new("plan::unknown-component", place, message);
            problem.hint = did_you_mean(name, global.components.iter().map(String::as_str));
            problems.push(problem);
        } else if component_names().any(|known| known == name) && !is_written(name) {
            let message =
                format!("algorithm {algorithm}: a global fit holds `{name}`, but cannot write it");
            problems.push(
                Problem::new("plan::unknown-component", place, message)
                    .hint("name the payloads to write in `save`"),
            );
        }
    }
    let mut names = global.save.as_ref().unwrap_or(&global.components).iter();
    let writes = names.any(|name| is_written(name));
    if !writes
        && global
            .components
            .iter()
            .all(|c| component_names().any(|known| known == c))
    {
        let message = format!("algorithm {algorithm} writes no payload");
        problems.push(
            Problem::new("plan::unknown-component", place, message)
                .hint("give components that can be written, such as VXDAlignment or CDCAlignment"),
        );
    }
}

fn check_hierarchy(
    algorithm: &str,
    global: &Global,
    hierarchy: &Hierarchy,
    problems: &mut Vec<Problem>,
) {
    let mut refuse = |what: &str, name: &str, known: &[&str]| {
        let message = format!("algorithm {algorithm}: `{name}` is no {what} of a hierarchy");
        let mut problem = Problem::new("plan::hierarchy", hierarchy.place, message);
        problem.hint = did_you_mean(name, known.iter().copied());
        problems.push(problem);
    };
    let components: Vec<&str> = global.components.iter().map(String::as_str).collect();
    if !components.contains(&hierarchy.component.as_str()) {
        refuse("component", &hierarchy.component, &components);
    }
    for level in &hierarchy.levels {
        if !LEVELS.contains(&level.as_str()) {
            refuse("level", level, &LEVELS);
        }
    }
    for motion in &hierarchy.motions {
        if !MOTIONS.contains(&motion.as_str()) {
            refuse("motion", motion, &MOTIONS);
        }
    }
}

/// Names and types of a rule over parameters.
fn check_formula(rule: &str, formula: &Formula, wanted: Wanted, problems: &mut Vec<Problem>) {
    let row = parameter_row();
    let before = problems.len();
    for (path, place) in columns_of(formula) {
        if row.column(&path.to_string()).is_none() {
            problems.push(unknown(rule, &path.to_string(), place));
        }
    }
    if problems.len() > before {
        return;
    }
    if let Err(failure) = Evaluator::new(&[(formula, wanted)], &row.schema()) {
        let mut problem = Problem::new("plan::wrong-type", failure.place, failure.message);
        problem.hint = failure.hint;
        problems.push(problem);
    }
}

fn unknown(rule: &str, name: &str, place: Place) -> Problem {
    let row = parameter_row();
    let message = format!("`{name}` is no column of a row of parameters (in `{rule}`)");
    let mut problem = Problem::new("plan::unknown-column", place, message);
    problem.hint = did_you_mean(name, row.columns().map(|(name, _)| name));
    problem
}
