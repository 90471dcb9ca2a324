//! The order of calibrations: each after those it waits for, else as in the script.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use super::nearest::did_you_mean;
use super::{Calibration, Problem};

/// Positions of the calibrations of a plan in the order in which they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Positions in [`super::Plan::calibrations`].
    pub sequence: Vec<usize>,
    /// For each calibration (by its position in the plan) all it waits for, directly or not,
    /// in the order in which they run.
    pub waits_for: Vec<Vec<usize>>,
}

/// The order, or what stands in its way.
pub(super) fn order(calibrations: &[Calibration]) -> Result<Order, Vec<Problem>> {
    let (graph, mut problems) = graph(calibrations);
    let sequence = sequence(&graph);
    if sequence.len() < calibrations.len() {
        problems.extend(cycles(calibrations, &graph, &sequence));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Order {
        waits_for: waits_for(&graph, &sequence),
        sequence,
    })
}

/// An arrow from each calibration to those that wait for it.
fn graph(calibrations: &[Calibration]) -> (DiGraph<usize, ()>, Vec<Problem>) {
    let mut graph = DiGraph::new();
    let mut positions = BTreeMap::new();
    for (position, calibration) in calibrations.iter().enumerate() {
        graph.add_node(position);
        positions
            .entry(calibration.name.as_str())
            .or_insert(position);
    }
    let mut problems = Vec::new();
    for (position, calibration) in calibrations.iter().enumerate() {
        for name in &calibration.depends_on {
            if let Some(before) = positions.get(name.as_str()) {
                graph.update_edge(NodeIndex::new(*before), NodeIndex::new(position), ());
            } else {
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
    }
    (graph, problems)
}

/// Of those that can run, always the first of the script next; short if there is a cycle.
fn sequence(graph: &DiGraph<usize, ()>) -> Vec<usize> {
    let before = |node| graph.edges_directed(node, Direction::Incoming).count();
    let mut open: Vec<usize> = graph.node_indices().map(before).collect();
    let mut ready: BTreeSet<usize> = (0..open.len()).filter(|node| open[*node] == 0).collect();
    let mut sequence = Vec::new();
    while let Some(next) = ready.pop_first() {
        sequence.push(next);
        for after in graph.neighbors(NodeIndex::new(next)) {
            open[after.index()] -= 1;
            if open[after.index()] == 0 {
                ready.insert(after.index());
            }
        }
    }
    sequence
}

/// One problem per group of calibrations that wait for each other, with one cycle drawn.
fn cycles(
    calibrations: &[Calibration],
    graph: &DiGraph<usize, ()>,
    sequence: &[usize],
) -> Vec<Problem> {
    let mut groups: Vec<Vec<NodeIndex>> = petgraph::algo::tarjan_scc(graph)
        .into_iter()
        .filter(|group| group.len() > 1 || group.iter().any(|n| graph.contains_edge(*n, *n)))
        .filter(|group| group.iter().all(|n| !sequence.contains(&n.index())))
        .collect();
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    groups
        .iter()
        .map(|group| {
            let chain: Vec<&str> = shortest_cycle(graph, group)
                .iter()
                .map(|node| calibrations[node.index()].name.as_str())
                .collect();
            Problem::new(
                "plan::cycle",
                calibrations[group[0].index()].place,
                format!("calibrations wait for each other: {}", chain.join(" → ")),
            )
            .hint("an arrow reads \"runs before\"; take one `depends_on` away")
        })
        .collect()
}

/// The shortest way from the first node of the group back to it, both ends included.
fn shortest_cycle(graph: &DiGraph<usize, ()>, group: &[NodeIndex]) -> Vec<NodeIndex> {
    let start = group[0];
    let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut level = vec![start];
    while !level.is_empty() {
        let mut next_level = Vec::new();
        for node in level {
            let mut after: Vec<NodeIndex> = graph.edges(node).map(|edge| edge.target()).collect();
            after.sort_unstable();
            for next in after.into_iter().filter(|next| group.contains(next)) {
                if next == start {
                    return way_back(&came_from, start, node);
                }
                if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(next) {
                    entry.insert(node);
                    next_level.push(next);
                }
            }
        }
        level = next_level;
    }
    group.to_vec()
}

fn way_back(
    came_from: &BTreeMap<NodeIndex, NodeIndex>,
    start: NodeIndex,
    last: NodeIndex,
) -> Vec<NodeIndex> {
    let mut way = vec![start, last];
    let mut node = last;
    while node != start {
        node = came_from[&node];
        way.push(node);
    }
    way.reverse();
    way
}

/// Everything each calibration waits for, in the order of `sequence`.
fn waits_for(graph: &DiGraph<usize, ()>, sequence: &[usize]) -> Vec<Vec<usize>> {
    let mut all: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); sequence.len()];
    for position in sequence {
        let mut before = BTreeSet::new();
        for node in graph.neighbors_directed(NodeIndex::new(*position), Direction::Incoming) {
            before.insert(node.index());
            before.extend(&all[node.index()]);
        }
        all[*position] = before;
    }
    let mut place = vec![0; sequence.len()];
    for (number, position) in sequence.iter().enumerate() {
        place[*position] = number;
    }
    all.into_iter()
        .map(|set| {
            let mut list: Vec<usize> = set.into_iter().collect();
            list.sort_unstable_by_key(|position| place[*position]);
            list
        })
        .collect()
}
