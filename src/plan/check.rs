//! Everything that can be found wrong before anything runs, all at once.

use std::collections::BTreeMap;

use crate::collect::Granularity;

use super::algorithms::check_algorithm;
use super::{Calibration, Error, Order, Plan, Problem, order};

/// Names that an output folder needs for itself.
const RESERVED: [&str; 3] = ["outputdb", "plan.json", "outcome.json"];

/// Checks the plan and gives the order in which its calibrations run.
///
/// # Errors
/// All problems at once, in the order of the script.
pub fn check(plan: &Plan) -> Result<Order, Error> {
    let mut problems = Vec::new();
    if plan.calibrations.is_empty() {
        problems.push(
            Problem::new(
                "plan::no-calibrations",
                Default::default(),
                "the script gives no calibrations",
            )
            .hint("`get_calibrations` must return a list of at least one"),
        );
    }
    check_names(&plan.calibrations, &mut problems);
    for calibration in &plan.calibrations {
        check_collections(calibration, &mut problems);
        check_settings(calibration, &mut problems);
        for algorithm in &calibration.algorithms {
            check_algorithm(calibration, algorithm, &mut problems);
        }
    }
    match order(&plan.calibrations) {
        Ok(order) if problems.is_empty() => return Ok(order),
        Ok(_) => {}
        Err(Error::Refused(more)) => problems.extend(more),
    }
    // One sentence said twice (by formulas written in one closure) helps nobody.
    let mut seen = Vec::new();
    problems.retain(|problem| {
        let new = !seen.contains(problem);
        seen.push(problem.clone());
        new
    });
    Err(Error::Refused(problems))
}

fn check_names(calibrations: &[Calibration], problems: &mut Vec<Problem>) {
    let mut first: BTreeMap<&str, &Calibration> = BTreeMap::new();
    for calibration in calibrations {
        let name = calibration.name.as_str();
        let place = calibration.place;
        if first.insert(name, calibration).is_some() {
            problems.push(
                Problem::new(
                    "plan::name-taken",
                    place,
                    format!("two calibrations have the name {name}"),
                )
                .hint("give one of them another name: results are filed under it"),
            );
        }
        if !usable_as_folder(name) {
            problems.push(
                Problem::new(
                    "plan::unusable-name",
                    place,
                    format!("`{name}` cannot be the name of a calibration: results are filed in a folder of that name"),
                )
                .hint("use letters, digits, spaces and _ - + . (not at the beginning), and not outputdb"),
            );
        }
    }
}

fn usable_as_folder(name: &str) -> bool {
    let usable = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | ' ');
    !name.is_empty()
        && name.len() <= 200
        && name.chars().all(usable)
        && !name.starts_with(['.', ' '])
        && !RESERVED.contains(&name)
}

fn check_collections(calibration: &Calibration, problems: &mut Vec<Problem>) {
    let name = &calibration.name;
    let place = calibration.place;
    let mut granularities = Vec::new();
    for (sample, collection) in &calibration.collections {
        let own = collection.collector.as_ref().map(|c| c.granularity);
        granularities.extend(calibration.granularity.or(own));
        if collection.input_files.is_empty() {
            problems.push(
                Problem::new(
                    "plan::no-files",
                    place,
                    format!("collection {sample} of calibration {name} has no input files"),
                )
                .hint("give `input_files`; a filter may have taken all of them away"),
            );
        }
    }
    if calibration.collections.is_empty() {
        problems.push(
            Problem::new(
                "plan::no-files",
                place,
                format!("calibration {name} has no input files"),
            )
            .hint("give `input_files`: also without a collector, its runs are those of the files"),
        );
    }
    let all = granularities.contains(&Granularity::All);
    if all && granularities.contains(&Granularity::Run) {
        problems.push(
            Problem::new(
                "plan::granularities-differ",
                place,
                format!("the collectors of calibration {name} differ in granularity"),
            )
            .hint("give all of them the same: `granularity: \"run\"`"),
        );
    }
}

fn check_settings(calibration: &Calibration, problems: &mut Vec<Problem>) {
    let name = &calibration.name;
    let place = calibration.place;
    if calibration.algorithms.is_empty() {
        problems.push(
            Problem::new(
                "plan::no-algorithms",
                place,
                format!("calibration {name} has no algorithms"),
            )
            .hint("give it at least one: `algorithms: [Algorithm(\"…\")…]`"),
        );
    }
    if calibration.max_iterations == 0 {
        problems.push(
            Problem::new(
                "plan::no-iterations",
                place,
                format!("calibration {name} may not iterate at all: max_iterations is 0"),
            )
            .hint("max_iterations counts every pass, so 1 is the least"),
        );
    }
    let mut names = BTreeMap::new();
    for algorithm in &calibration.algorithms {
        if names.insert(algorithm.name.as_str(), ()).is_some() {
            problems.push(
                Problem::new(
                    "plan::name-taken",
                    algorithm.place,
                    format!(
                        "two algorithms of calibration {name} have the name {}",
                        algorithm.name
                    ),
                )
                .hint("give one of them another name: results are filed under it"),
            );
        }
        if !usable_as_folder(&algorithm.name) {
            problems.push(
                Problem::new(
                    "plan::unusable-name",
                    algorithm.place,
                    format!(
                        "`{}` cannot be the name of an algorithm: results are filed under it",
                        algorithm.name
                    ),
                )
                .hint("use letters, digits, spaces and _ - + . (not at the beginning)"),
            );
        }
    }
}
