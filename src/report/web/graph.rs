//! Which calibration waits for which: a drawing in layers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::frame::{at, open};
use super::markup::{brief, text};
use crate::caf::State;

const BOX: (f64, f64) = (168.0, 38.0);
const GAP: (f64, f64) = (56.0, 16.0);

/// A calibration in the graph.
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    pub(super) state: State,
    /// What stands below its name.
    pub(super) about: String,
    /// The calibrations it waits for.
    pub(super) after: &'a [String],
}

/// A drawing of calibrations, those that wait for nothing to the left; empty for fewer than two.
pub(super) fn graph(nodes: &[Node<'_>]) -> String {
    if nodes.len() < 2 {
        return String::new();
    }
    let places: BTreeMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(n, node)| (node.name, n))
        .collect();
    let before: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            node.after
                .iter()
                .filter_map(|name| places.get(name.as_str()).copied())
                .collect()
        })
        .collect();
    let layers = layers(&before);
    let tallest = layers.iter().map(Vec::len).max().unwrap_or(1);
    let height = tallest as f64 * (BOX.1 + GAP.1) - GAP.1 + 8.0;
    let width = layers.len() as f64 * (BOX.0 + GAP.0) - GAP.0 + 8.0;
    let mut corner = vec![(0.0, 0.0); nodes.len()];
    for (layer, members) in layers.iter().enumerate() {
        let used = members.len() as f64 * (BOX.1 + GAP.1) - GAP.1;
        for (row, member) in members.iter().enumerate() {
            corner[*member] = (
                4.0 + layer as f64 * (BOX.0 + GAP.0),
                0.5 * (height - used) + row as f64 * (BOX.1 + GAP.1),
            );
        }
    }
    let mut svg = open(width, height, "which calibration waits for which");
    svg = svg.replacen("<svg ", &format!("<svg style=\"max-width:{width}px\" "), 1);
    svg.push_str(&edges(&before, &corner));
    for (node, (x, y)) in nodes.iter().zip(&corner) {
        let class = match node.state {
            State::Completed => "node good",
            State::Failed => "node bad",
            State::NotEnoughData | State::Blocked => "node warn",
        };
        let _ = write!(
            svg,
            "<g class=\"{class}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\
             <text x=\"{}\" y=\"{}\">{}</text><text class=\"tick\" x=\"{}\" y=\"{}\">{}</text></g>",
            text(node.name),
            at(*x),
            at(*y),
            BOX.0,
            BOX.1,
            at(x + 9.0),
            at(y + 16.0),
            brief(node.name, 23),
            at(x + 9.0),
            at(y + 31.0),
            brief(&node.about, 28)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// The members of each layer: each behind all it waits for, near to them.
fn layers(before: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut depth = vec![0_usize; before.len()];
    // So many rounds suffice, and a circle ends too.
    for _ in 0..before.len() {
        for (node, all) in before.iter().enumerate() {
            let least = all.iter().map(|other| depth[*other] + 1).max().unwrap_or(0);
            depth[node] = least.min(before.len() - 1);
        }
    }
    let last = depth.iter().copied().max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    let mut row = vec![0.0; before.len()];
    for (layer, row_of) in layers.iter_mut().enumerate() {
        let mut members: Vec<usize> = (0..before.len())
            .filter(|node| depth[*node] == layer)
            .collect();
        let middle = |node: &usize| {
            let all = &before[*node];
            let sum: f64 = all.iter().map(|other| row[*other]).sum();
            sum / all.len().max(1) as f64
        };
        members.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        for (place, member) in members.iter().enumerate() {
            row[*member] = place as f64;
        }
        *row_of = members;
    }
    layers
}

fn edges(before: &[Vec<usize>], corner: &[(f64, f64)]) -> String {
    let (mut path, mut heads) = (String::new(), String::new());
    for (node, all) in before.iter().enumerate() {
        for other in all {
            let from = (corner[*other].0 + BOX.0, corner[*other].1 + 0.5 * BOX.1);
            let to = (corner[node].0, corner[node].1 + 0.5 * BOX.1);
            let bend = 0.5 * (to.0 - from.0).max(30.0);
            let _ = write!(
                path,
                "M{} {}C{} {} {} {} {} {}",
                at(from.0),
                at(from.1),
                at(from.0 + bend),
                at(from.1),
                at(to.0 - bend),
                at(to.1),
                at(to.0 - 5.0),
                at(to.1)
            );
            let _ = write!(heads, "M{} {}l-8 -4v8z", at(to.0), at(to.1));
        }
    }
    format!("<path class=\"edge\" d=\"{path}\"/><path class=\"head\" d=\"{heads}\"/>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_behind_all_it_waits_for_and_a_circle_ends() {
        // 0 and 1 wait for nothing, 2 for both, 3 for 2 and 0, 4 for 1.
        let before = [vec![], vec![], vec![0, 1], vec![2, 0], vec![1]];
        let found = layers(&before);
        assert_eq!(found, [vec![0, 1], vec![2, 4], vec![3]]);
        // Near to what they wait for: the order in the list does not count.
        let crossed = [vec![], vec![], vec![1], vec![0]];
        assert_eq!(layers(&crossed), [vec![0, 1], vec![3, 2]]);
        let circle = [vec![1], vec![0]];
        assert_eq!(layers(&circle).iter().map(Vec::len).sum::<usize>(), 2);
    }
}
