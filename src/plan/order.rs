//! The order of calibrations: each after those it waits for, else as in the script.

use std::collections::BTreeMap;

use super::nearest::did_you_mean;
use super::{Calibration, Error, Graph, Problem};

/// Positions of the calibrations of a plan in the order in which they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Positions in [`super::Plan::calibrations`].
    pub sequence: Vec<usize>,
    /// For each calibration (by its position in the plan) all it waits for, directly or not,
    /// in the order in which they run.
    pub waits_for: Vec<Vec<usize>>,
}

/// The order of these calibrations by what they wait for; nothing else about them is checked.
///
/// Those that wait for nothing come first, then whatever becomes free, as upstream; where nothing else
/// decides, the order of the script. Differences: what waits for itself, two that wait for each other, and a
/// dependency that is not among the calibrations are refused (upstream drops the first and the last, and
/// starts neither of the two).
///
/// # Errors
/// Everything that stands in the way: unknown names, cycles.
pub fn order(calibrations: &[Calibration]) -> Result<Order, Error> {
    let (graph, mut problems) = graph(calibrations);
    match graph.order() {
        Ok(sequence) if problems.is_empty() => {
            let sequence: Vec<usize> = sequence.into_iter().copied().collect();
            let waits_for = waits_for(&graph, &sequence);
            Ok(Order {
                sequence,
                waits_for,
            })
        }
        Ok(_) => Err(Error::Refused(problems)),
        Err(cycles) => {
            problems.extend(cycles.iter().map(|cycle| drawn(calibrations, cycle)));
            Err(Error::Refused(problems))
        }
    }
}

/// An arrow from each calibration to those that wait for it.
fn graph(calibrations: &[Calibration]) -> (Graph<usize>, Vec<Problem>) {
    let mut graph = Graph::new(0..calibrations.len());
    let mut positions = BTreeMap::new();
    for (position, calibration) in calibrations.iter().enumerate() {
        positions
            .entry(calibration.name.as_str())
            .or_insert(position);
    }
    let mut problems = Vec::new();
    for (position, calibration) in calibrations.iter().enumerate() {
        for name in &calibration.depends_on {
            let before = positions.get(name.as_str());
            if before.is_some_and(|before| graph.link(before, &position)) {
                continue;
            }
            let mut problem = Problem::new(
                "plan::unknown-dependency",
                calibration.place,
                format!(
                    "calibration {} waits for `{name}`, which is not among the calibrations of the script",
                    calibration.name
                ),
            );
            problem.hint = did_you_mean(name, positions.keys().copied());
            problems.push(problem);
        }
    }
    (graph, problems)
}

fn drawn(calibrations: &[Calibration], cycle: &[&usize]) -> Problem {
    let names = cycle.iter().map(|node| calibrations[**node].name.as_str());
    let chain: Vec<&str> = names.collect();
    Problem::new(
        "plan::cycle",
        calibrations[*cycle[0]].place,
        format!("calibrations wait for each other: {}", chain.join(" → ")),
    )
    .hint("an arrow reads \"runs before\"; take one `depends_on` away")
}

/// Everything each calibration waits for, in the order of `sequence`.
fn waits_for(graph: &Graph<usize>, sequence: &[usize]) -> Vec<Vec<usize>> {
    let mut place = vec![0; sequence.len()];
    for (number, position) in sequence.iter().enumerate() {
        place[*position] = number;
    }
    // By place in the sequence, of which the numbers below are known when it comes.
    let mut places: Vec<Vec<usize>> = Vec::with_capacity(sequence.len());
    for position in sequence {
        let mut all = Vec::new();
        for before in graph.before(position) {
            all.extend_from_slice(&places[place[*before]]);
            all.push(place[*before]);
        }
        all.sort_unstable();
        all.dedup();
        places.push(all);
    }
    let positions = |number: &usize| places[*number].iter().map(|n| sequence[*n]).collect();
    place.iter().map(positions).collect()
}
