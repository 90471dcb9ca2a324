//! One object of one run, as far as it was filled.

use serde::{Deserialize, Serialize};

use crate::collect::{Object, Storage};
use crate::expr::{Column, Outputs, Table, Type};
use crate::hist::{Axis, Histogram};

/// What an object is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Histogram {
        axes: Vec<Axis>,
        channels: Vec<(i64, i64)>,
    },
    Table {
        columns: Vec<(String, Type)>,
    },
}

impl Kind {
    pub(super) fn new(object: &Object, types: Option<&[Type]>) -> Self {
        match &object.storage {
            Storage::Table(columns) => {
                let kind = |n| types.map_or(Type::Float, |types: &[Type]| types[n]);
                let columns = columns.iter().enumerate();
                Self::Table {
                    columns: columns
                        .map(|(n, (name, _))| (name.clone(), kind(n)))
                        .collect(),
                }
            }
            Storage::Histogram(binnings) => Self::Histogram {
                axes: binnings.iter().map(|b| b.axis.clone()).collect(),
                channels: object.channels.iter().map(|c| (c.first, c.last)).collect(),
            },
            _ => Self::Table {
                columns: Vec::new(),
            },
        }
    }

    pub(super) fn empty(&self) -> Part {
        match self {
            Self::Table { columns } => {
                let mut table = Table::new();
                for (name, kind) in columns {
                    let pushed = table.push(name.clone(), Column::empty(*kind));
                    debug_assert!(pushed.is_ok(), "names are checked before");
                }
                Part::Table(table)
            }
            Self::Histogram { axes, channels } => {
                let cells: usize = axes.iter().map(Axis::cells).product();
                let places: i64 = channels
                    .iter()
                    .map(|(first, last)| last - first + 1)
                    .product();
                Part::Counts {
                    axes: axes.clone(),
                    channels: channels.clone(),
                    counts: vec![0; cells * places as usize],
                    outside: 0,
                }
            }
        }
    }
}

/// What was filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Part {
    Counts {
        axes: Vec<Axis>,
        channels: Vec<(i64, i64)>,
        counts: Vec<u64>,
        outside: u64,
    },
    Table(Table),
}

impl Part {
    /// Takes the values of some rows.
    pub(super) fn fill(&mut self, kind: &Kind, values: &Outputs<'_>, rows: usize) {
        match (self, kind) {
            (Self::Table(table), Kind::Table { columns }) => {
                let mut more = Table::new();
                for (n, (name, kind)) in columns.iter().enumerate() {
                    let mut column = Column::empty(*kind);
                    let fits = column.append(values.get(n));
                    let pushed = more.push(name.clone(), column);
                    debug_assert!(fits && pushed.is_ok(), "types are known before");
                }
                let appended = table.append(&more);
                debug_assert!(appended.is_ok(), "columns are the same");
            }
            (
                Self::Counts {
                    counts, outside, ..
                },
                Kind::Histogram { axes, channels },
            ) => {
                let cells: usize = axes.iter().map(Axis::cells).product();
                let mut index = Vec::new();
                let mut at = vec![0_usize; rows];
                for (n, axis) in axes.iter().enumerate() {
                    axis.index_into(values.get(channels.len() + n).floats(), &mut index);
                    for (at, i) in at.iter_mut().zip(&index) {
                        *at = *at * axis.cells() + *i as usize;
                    }
                }
                'rows: for (row, at) in at.iter().enumerate() {
                    let mut place = 0;
                    for (n, (first, last)) in channels.iter().enumerate() {
                        let channel = values.get(n).ints()[row];
                        if channel < *first || channel > *last {
                            *outside += 1;
                            continue 'rows;
                        }
                        place = place * (last - first + 1) + channel - first;
                    }
                    counts[place as usize * cells + at] += 1;
                }
            }
            _ => debug_assert!(false, "parts are of their kind"),
        }
    }

    /// Adds what another piece of work filled after this one.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), String> {
        match (self, other) {
            (Self::Table(table), Self::Table(more)) => {
                table.append(&more).map_err(|error| error.to_string())
            }
            (
                Self::Counts {
                    counts, outside, ..
                },
                Self::Counts {
                    counts: more,
                    outside: o,
                    ..
                },
            ) => {
                for (own, other) in counts.iter_mut().zip(more) {
                    *own += other;
                }
                *outside += o;
                Ok(())
            }
            _ => Err("it is of two kinds".into()),
        }
    }

    /// One histogram per channel, if it has one dimension and at most one index.
    pub(crate) fn histograms(&self) -> Option<Vec<(i64, Histogram)>> {
        let Self::Counts {
            axes,
            channels,
            counts,
            ..
        } = self
        else {
            return None;
        };
        let ([axis], [] | [_]) = (axes.as_slice(), channels.as_slice()) else {
            return None;
        };
        let (first, last) = channels.first().copied().unwrap_or((0, 0));
        let histogram = |(channel, counts): (i64, &[u64])| {
            let cells = counts.iter().map(|n| *n as f64).collect::<Vec<_>>();
            let mut histogram =
                Histogram::of_counts(axis.clone(), cells[..axis.bins() + 2].to_vec());
            histogram.not_a_number = cells[axis.bins() + 2];
            (channel, histogram)
        };
        Some(
            (first..=last)
                .zip(counts.chunks(axis.cells()))
                .map(histogram)
                .collect(),
        )
    }
}
