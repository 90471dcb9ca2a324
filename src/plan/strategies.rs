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
    let Some(known) = reads(&algorithm.strategy) else {
        return;
    };
    let (name, place) = (&algorithm.name, algorithm.place);
    let strategy = algorithm.strategy.name();
    let params = given(&algorithm.params);
    for parameter in params.into_iter().filter(|given| !known.contains(given)) {
        let hint = match known {
            [] => "it reads no parameters: each run is calibrated by itself".to_owned(),
            ["apply_iov"] => "it reads `apply_iov`, the interval of the payload".to_owned(),
            known => format!("it reads {}", known.join(", ")),
        };
        problems.push(
            Problem::new(
                "plan::unused-parameter",
                place,
                format!("algorithm {name}: the strategy {strategy} does not read `{parameter}`"),
            )
            .hint(hint),
        );
    }
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
        Kind::Declared(_) => false,
        _ => true,
    }
}
