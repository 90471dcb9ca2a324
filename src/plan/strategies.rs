//! Whether an algorithm's strategy fits its parameters and its data.

use crate::calibrate::{Algorithm, Kind, Params, Strategy};
use crate::collect::Granularity;

use super::{Calibration, Problem};

/// The parameters that a strategy reads; `None` for one of a script, which may read all.
fn reads(strategy: &Strategy) -> Option<&'static [&'static str]> {
    match strategy {
        Strategy::SingleIOV => Some(&["apply_iov"]),
        Strategy::SimpleRunByRun => Some(&[]),
        Strategy::SequentialRunByRun => {
            Some(&["step_size", "iov_coverage", "has_experiment_settings"])
        }
        Strategy::SequentialBoundaries => Some(&["iov_coverage", "payload_boundaries"]),
        _ => None,
    }
}

/// The strategy that someone who gives that parameter may have in mind.
fn meant(parameter: &str) -> &'static str {
    match parameter {
        "apply_iov" => "SingleIOV",
        "iov_coverage" | "payload_boundaries" => "SequentialBoundaries",
        _ => "SequentialRunByRun",
    }
}

fn given(params: &Params) -> Vec<&'static str> {
    let all = [
        ("apply_iov", params.apply_iov.is_some()),
        ("iov_coverage", params.iov_coverage.is_some()),
        ("payload_boundaries", params.payload_boundaries.is_some()),
        ("step_size", params.step_size.is_some()),
        ("has_experiment_settings", params.has_experiment_settings),
    ];
    let given = all.into_iter().filter(|(_, given)| *given);
    given.map(|(name, _)| name).collect()
}

pub(super) fn check_strategy(
    calibration: &Calibration,
    algorithm: &Algorithm,
    problems: &mut Vec<Problem>,
) {
    check_values(algorithm, problems);
    let Some(known) = reads(&algorithm.strategy) else {
        return;
    };
    check_unread(algorithm, known, problems);
    let (name, place) = (&algorithm.name, algorithm.place);
    let strategy = algorithm.strategy.name();
    if algorithm.strategy == Strategy::SingleIOV {
        return;
    }
    if together(calibration) {
        problems.push(
            Problem::new(
                "plan::granularity",
                place,
                format!("algorithm {name}: the strategy {strategy} needs the data of each run, and granularity \"all\" keeps them together"),
            )
            .hint("use granularity \"run\", or SingleIOV"),
        );
    }
    let unknown = algorithm.strategy == Strategy::SequentialBoundaries
        && algorithm.params.payload_boundaries.is_none()
        && !finds_boundaries(&algorithm.kind);
    if unknown {
        problems.push(
            Problem::new(
                "plan::no-boundaries",
                place,
                format!("algorithm {name}: where do payloads begin? SequentialBoundaries has no list, and the algorithm does not say"),
            )
            .hint("give `payload_boundaries` in its params, or `.boundary_required(|data| …)`"),
        );
    }
}

fn check_unread(algorithm: &Algorithm, known: &[&str], problems: &mut Vec<Problem>) {
    let name = &algorithm.name;
    let strategy = algorithm.strategy.name();
    let params = given(&algorithm.params);
    for parameter in params.into_iter().filter(|given| !known.contains(given)) {
        let mut hint = match known {
            [] => "it reads no parameters: each run is calibrated by itself".to_owned(),
            ["apply_iov"] => "it reads `apply_iov`, the interval of the payload".to_owned(),
            known => format!("it reads {}", known.join(", ")),
        };
        let other = meant(parameter);
        hint.push_str(&format!("; {other} reads `{parameter}`"));
        problems.push(
            Problem::new(
                "plan::unused-parameter",
                algorithm.place,
                format!("algorithm {name}: the strategy {strategy} does not read `{parameter}`"),
            )
            .hint(hint),
        );
    }
}

/// Values that no strategy can work with.
fn check_values(algorithm: &Algorithm, problems: &mut Vec<Problem>) {
    let params = &algorithm.params;
    let mut refuse = |message: String, hint: &str| {
        let message = format!("algorithm {}: {message}", algorithm.name);
        problems.push(Problem::new("plan::params", algorithm.place, message).hint(hint));
    };
    if let (Some(apply), Some(coverage)) = (params.apply_iov, params.iov_coverage) {
        refuse(
            format!("`apply_iov` ({apply}) and `iov_coverage` ({coverage}) exclude each other"),
            "`apply_iov` is for SingleIOV, `iov_coverage` for the others",
        );
    }
    if params.step_size == Some(0) {
        refuse(
            "`step_size` is 0, so no run would ever be executed".into(),
            "give a number of runs above 0",
        );
    }
    let boundaries = params.payload_boundaries.iter().flatten();
    for run in boundaries.filter(|run| run.exp < 0 || run.run < 0) {
        refuse(
            format!("`payload_boundaries` holds {run}, which is no run"),
            "give the first run of each payload; experiment and run are 0 or more",
        );
    }
}

/// Whether a collector keeps the data of all runs together.
fn together(calibration: &Calibration) -> bool {
    let collectors = calibration.collections.values();
    let own = collectors.filter_map(|c| c.collector.as_ref().map(|c| c.granularity));
    let mut all = own.map(|own| calibration.granularity.unwrap_or(own));
    all.any(|granularity| granularity == Granularity::All)
}

fn finds_boundaries(kind: &Kind) -> bool {
    match kind {
        Kind::Scripted(scripted) => scripted.finds_boundaries(),
        Kind::Declared(_) | Kind::Global(_) => false,
        _ => true,
    }
}
