//! The order of official scripts: by data format, and each after those it depends on.

use std::collections::BTreeMap;

use super::catalogue::Settings;
use super::{Catalogue, Entry};
use crate::plan::Graph;
use crate::settings::{CalibrationSettings, DATA_FORMATS};

/// A script in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the script.
    pub script: String,
    /// Name in its settings.
    pub name: String,
    /// The earliest format it reads.
    pub format: String,
    /// Scripts it depends on, in the order of its settings.
    pub depends_on: Vec<String>,
}

/// All scripts, each after those it depends on: raw data first, then what is made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// The longest chain of scripts that wait for each other, the first one that was found.
    pub critical_path: Vec<String>,
}

/// Why there is no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Scripts that wait for each other.
    #[error("scripts wait for each other: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// A dependency that is not in the directory.
    #[error("{script} depends on `{name}`, which no script of the directory has as its name")]
    Unknown {
        /// The script.
        script: String,
        /// The name in the settings it depends on.
        name: String,
    },
    /// A script of an early format that waits for one of a later format.
    #[error(
        "{script} reads {format} and depends on {other}, which reads {later}: that is made when {format} is done"
    )]
    Format {
        /// The script.
        script: String,
        /// Its format.
        format: String,
        /// The script it depends on.
        other: String,
        /// The format of that one.
        later: String,
    },
    /// A name that several scripts have.
    #[error("the name `{name}` is taken by several scripts: {}", .scripts.join(", "))]
    Twice {
        /// The name in the settings.
        name: String,
        /// The scripts.
        scripts: Vec<String>,
    },
}

impl OrderError {
    /// Short name of its kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cycle(_) => "prompt::cycle",
            Self::Unknown { .. } => "prompt::unknown-dependency",
            Self::Format { .. } => "prompt::format-order",
            Self::Twice { .. } => "prompt::name-twice",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Cycle(_) => "an arrow reads \"runs before\"; take one `depends_on` away",
            Self::Unknown { .. } => {
                "name the settings of a script beside it: `import \"caf_x\" as x;` and `x::settings`"
            }
            Self::Format { .. } => "formats are worked off in the order raw, cdst, mdst, udst",
            Self::Twice { .. } => "give each script a name of its own",
        }
    }
}

/// A script with what is asked of it here.
struct Node<'a> {
    script: &'a str,
    settings: &'a CalibrationSettings,
    format: usize,
}

impl Order {
    /// The order of the calibrations of a catalogue. Within a format, what waits for nothing comes by name.
    ///
    /// # Errors
    /// Everything that stands in the way.
    pub fn of(catalogue: &Catalogue) -> Result<Self, Vec<OrderError>> {
        let nodes: Vec<Node<'_>> = catalogue.entries.iter().filter_map(node).collect();
        let (scripts, mut errors) = by_name(&nodes);
        let mut graph = Graph::new(0..nodes.len());
        for (position, node) in nodes.iter().enumerate() {
            for other in &node.settings.depends_on {
                match scripts.get(other.name.as_str()) {
                    Some(before) if graph.link(before, &position) => {
                        errors.extend(too_late(node, &nodes[*before]));
                    }
                    _ => errors.push(OrderError::Unknown {
                        script: node.script.to_owned(),
                        name: other.name.clone(),
                    }),
                }
            }
        }
        if let Err(cycles) = graph.order() {
            let named = |cycle: Vec<&usize>| {
                OrderError::Cycle(cycle.iter().map(|n| nodes[**n].script.to_owned()).collect())
            };
            errors.extend(cycles.into_iter().map(named));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let sequence = sequence(&nodes, &graph);
        Ok(Self {
            critical_path: longest(&nodes, &graph, &sequence),
            steps: sequence
                .iter()
                .map(|n| step(&nodes, &scripts, *n))
                .collect(),
        })
    }

    /// The part of it that leads to one script; `None` if there is no such script.
    #[must_use]
    pub fn leading_to(&self, script: &str) -> Option<Self> {
        let mut wanted: Vec<&str> = vec![script];
        let mut next = 0;
        while let Some(name) = wanted.get(next) {
            let step = self.steps.iter().find(|step| step.script == *name)?;
            for other in &step.depends_on {
                if !wanted.contains(&other.as_str()) {
                    wanted.push(other);
                }
            }
            next += 1;
        }
        let kept = self
            .steps
            .iter()
            .filter(|step| wanted.contains(&step.script.as_str()));
        let steps: Vec<Step> = kept.cloned().collect();
        let mut chains: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for step in &steps {
            let before = step
                .depends_on
                .iter()
                .filter_map(|other| chains.get(other.as_str()));
            let mut chain = longest_of(before);
            chain.push(&step.script);
            chains.insert(&step.script, chain);
        }
        let chain = chains.remove(script).unwrap_or_default();
        Some(Self {
            critical_path: chain.into_iter().map(str::to_owned).collect(),
            steps: steps.clone(),
        })
    }
}

fn node(entry: &Entry) -> Option<Node<'_>> {
    let Settings::Calibration(settings) = &entry.settings else {
        return None;
    };
    let format = DATA_FORMATS
        .iter()
        .position(|format| settings.input_data_formats.contains(*format));
    Some(Node {
        script: &entry.script,
        settings,
        format: format.unwrap_or(0),
    })
}

/// Positions by the names in the settings, and names that are not unique.
fn by_name<'a>(nodes: &[Node<'a>]) -> (BTreeMap<&'a str, usize>, Vec<OrderError>) {
    let mut all: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, node) in nodes.iter().enumerate() {
        all.entry(&node.settings.name).or_default().push(position);
    }
    let twice = all.iter().filter(|(_, positions)| positions.len() > 1);
    let errors = twice.map(|(name, positions)| OrderError::Twice {
        name: (*name).to_owned(),
        scripts: positions
            .iter()
            .map(|n| nodes[*n].script.to_owned())
            .collect(),
    });
    let errors = errors.collect();
    let first = all
        .into_iter()
        .map(|(name, positions)| (name, positions[0]));
    (first.collect(), errors)
}

fn too_late(node: &Node<'_>, before: &Node<'_>) -> Option<OrderError> {
    (before.format > node.format).then(|| OrderError::Format {
        script: node.script.to_owned(),
        format: DATA_FORMATS[node.format].to_owned(),
        other: before.script.to_owned(),
        later: DATA_FORMATS[before.format].to_owned(),
    })
}

/// By format; within one, whatever waits for nothing that is still to come, by name.
fn sequence(nodes: &[Node<'_>], graph: &Graph<usize>) -> Vec<usize> {
    let mut left: Vec<usize> = (0..nodes.len()).collect();
    left.sort_by_key(|n| (nodes[*n].format, nodes[*n].script));
    let mut sequence = Vec::new();
    while !left.is_empty() {
        let free = |n: &usize| {
            graph
                .before(n)
                .iter()
                .all(|before| sequence.contains(*before))
        };
        // Without cycles, and with no early format waiting for a later one, there always is one.
        let Some(place) = left.iter().position(free) else {
            break;
        };
        sequence.push(left.remove(place));
    }
    sequence
}

fn longest(nodes: &[Node<'_>], graph: &Graph<usize>, sequence: &[usize]) -> Vec<String> {
    let mut chains: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for position in sequence {
        let before = graph
            .before(position)
            .into_iter()
            .filter_map(|n| chains.get(n));
        let mut chain = longest_of(before);
        chain.push(*position);
        chains.insert(*position, chain);
    }
    let all = sequence.iter().filter_map(|position| chains.get(position));
    let chain = longest_of(all);
    chain.iter().map(|n| nodes[*n].script.to_owned()).collect()
}

/// The longest one, the first of several.
fn longest_of<'a, T: Clone + 'a>(chains: impl Iterator<Item = &'a Vec<T>>) -> Vec<T> {
    let mut longest: Vec<T> = Vec::new();
    for chain in chains {
        if chain.len() > longest.len() {
            longest.clone_from(chain);
        }
    }
    longest
}

fn step(nodes: &[Node<'_>], scripts: &BTreeMap<&str, usize>, position: usize) -> Step {
    let node = &nodes[position];
    let others = node.settings.depends_on.iter();
    let script = |other: &std::sync::Arc<CalibrationSettings>| {
        let position = scripts.get(other.name.as_str());
        position.map(|n| nodes[*n].script.to_owned())
    };
    Step {
        script: node.script.to_owned(),
        name: node.settings.name.clone(),
        format: DATA_FORMATS[node.format].to_owned(),
        depends_on: others.filter_map(script).collect(),
    }
}
