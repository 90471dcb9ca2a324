//! What must come before what, and the order that follows.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

/// Nodes in the order in which they were given, with arrows from each to those that must come after it.
#[derive(Clone, Debug)]
pub struct Graph<N> {
    graph: DiGraph<N, ()>,
    places: BTreeMap<N, NodeIndex>,
}

impl<N: Ord + Clone> Graph<N> {
    /// These nodes without arrows; one that is given twice is one node.
    pub fn new(nodes: impl IntoIterator<Item = N>) -> Self {
        let (mut graph, mut places) = (DiGraph::new(), BTreeMap::new());
        for node in nodes {
            places
                .entry(node.clone())
                .or_insert_with(|| graph.add_node(node));
        }
        Self { graph, places }
    }

    /// Asks that `after` comes after `before`; `false` if one of them is no node.
    #[must_use]
    pub fn link(&mut self, before: &N, after: &N) -> bool {
        let (Some(from), Some(to)) = (self.places.get(before), self.places.get(after)) else {
            return false;
        };
        self.graph.update_edge(*from, *to, ());
        true
    }

    /// The nodes that come after none.
    #[must_use]
    pub fn sources(&self) -> Vec<&N> {
        let free = |node: &NodeIndex| self.next(*node, Direction::Incoming).is_empty();
        self.names(self.graph.node_indices().filter(free))
    }

    /// What must come directly before `node`.
    #[must_use]
    pub fn before(&self, node: &N) -> Vec<&N> {
        let place = self.places.get(node).copied();
        let found = place.map(|place| self.next(place, Direction::Incoming));
        self.names(found.unwrap_or_default())
    }

    /// Everything that must come before `node`, directly or not; itself if it lies on a cycle.
    #[must_use]
    pub fn all_before(&self, node: &N) -> Vec<&N> {
        self.reached(node, Direction::Incoming)
    }

    /// Everything that must come after `node`, directly or not; itself if it lies on a cycle.
    #[must_use]
    pub fn all_after(&self, node: &N) -> Vec<&N> {
        self.reached(node, Direction::Outgoing)
    }

    /// All nodes, each after those that must come before it.
    ///
    /// First come those that wait for nothing, as they were given, then whatever becomes free by them, as it
    /// was linked, and so on: first come, first served.
    ///
    /// # Errors
    /// One cycle for each group of nodes that wait for each other, with its first node at both ends.
    pub fn order(&self) -> Result<Vec<&N>, Vec<Vec<&N>>> {
        let mut open: Vec<usize> = self
            .graph
            .node_indices()
            .map(|node| self.next(node, Direction::Incoming).len())
            .collect();
        let free = |node: &NodeIndex| open[node.index()] == 0;
        let mut ready: VecDeque<NodeIndex> = self.graph.node_indices().filter(free).collect();
        let mut order = Vec::new();
        while let Some(node) = ready.pop_front() {
            order.push(node);
            for after in self.next(node, Direction::Outgoing) {
                open[after.index()] -= 1;
                if open[after.index()] == 0 {
                    ready.push_back(after);
                }
            }
        }
        if order.len() < open.len() {
            return Err(self.cycles());
        }
        Ok(self.names(order))
    }

    /// Neighbours in the order in which they were linked.
    fn next(&self, node: NodeIndex, way: Direction) -> Vec<NodeIndex> {
        // The graph gives the latest first.
        let mut found: Vec<NodeIndex> = self.graph.neighbors_directed(node, way).collect();
        found.reverse();
        found
    }

    fn names(&self, nodes: impl IntoIterator<Item = NodeIndex>) -> Vec<&N> {
        nodes.into_iter().map(|node| &self.graph[node]).collect()
    }

    /// Everything that arrows lead to from `node`, in the order in which nodes were given.
    fn reached(&self, node: &N, way: Direction) -> Vec<&N> {
        let mut found = BTreeSet::new();
        let mut open: Vec<NodeIndex> = self.places.get(node).copied().into_iter().collect();
        while let Some(node) = open.pop() {
            let next = self.next(node, way).into_iter();
            open.extend(next.filter(|node| found.insert(*node)));
        }
        self.names(found)
    }

    fn cycles(&self) -> Vec<Vec<&N>> {
        let mut groups: Vec<Vec<NodeIndex>> = petgraph::algo::tarjan_scc(&self.graph)
            .into_iter()
            .filter(|group| group.len() > 1 || self.graph.contains_edge(group[0], group[0]))
            .collect();
        for group in &mut groups {
            group.sort_unstable();
        }
        groups.sort_unstable();
        let shortest = groups.iter().map(|group| self.shortest_cycle(group));
        shortest.map(|cycle| self.names(cycle)).collect()
    }

    /// The shortest way from the first node of the group back to it, both ends included.
    fn shortest_cycle(&self, group: &[NodeIndex]) -> Vec<NodeIndex> {
        let start = group[0];
        let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut level = vec![start];
        while !level.is_empty() {
            let mut next_level = Vec::new();
            for node in level {
                let after = self.next(node, Direction::Outgoing).into_iter();
                for next in after.filter(|next| group.contains(next)) {
                    if next == start {
                        return way_back(&came_from, start, node);
                    }
                    if let Entry::Vacant(entry) = came_from.entry(next) {
                        entry.insert(node);
                        next_level.push(next);
                    }
                }
            }
            level = next_level;
        }
        group.to_vec()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `a>b` asks that b comes after a.
    fn graph(nodes: &'static str, arrows: &'static str) -> Graph<&'static str> {
        let mut graph = Graph::new(nodes.split_whitespace());
        for arrow in arrows.split_whitespace() {
            let (before, after) = arrow.split_once('>').unwrap();
            assert!(graph.link(&before, &after), "{arrow}");
        }
        graph
    }

    #[test]
    fn first_come_first_served() {
        for (nodes, arrows, order) in [
            ("c b a", "c>a c>b b>a", "c b a"),
            ("a b c", "c>a", "b c a"),
            ("a b c d e", "a>d b>d d>e", "a b c d e"),
            (
                "cdc top energy klm",
                "klm>top energy>cdc",
                "energy klm cdc top",
            ),
            ("", "", ""),
        ] {
            let graph = graph(nodes, arrows);
            let found: Vec<&str> = graph.order().unwrap().into_iter().copied().collect();
            assert_eq!(found.join(" "), order);
        }
    }

    #[test]
    fn ways_and_cycles() {
        let graph = graph("a b c d e f", "a>b b>c c>b c>d e>e");
        assert_eq!(graph.sources(), [&"a", &"f"]);
        assert_eq!(graph.before(&"b"), [&"a", &"c"]);
        assert_eq!(graph.all_before(&"d"), [&"a", &"b", &"c"]);
        assert_eq!(graph.all_after(&"b"), [&"b", &"c", &"d"]);
        assert!(graph.all_after(&"x").is_empty());
        let cycles = [vec![&"b", &"c", &"b"], vec![&"e", &"e"]];
        assert_eq!(graph.order().unwrap_err(), cycles);
    }

    #[test]
    fn unknown_nodes_are_not_linked() {
        assert!(!Graph::new(["a"]).link(&"a", &"b"));
    }
}
