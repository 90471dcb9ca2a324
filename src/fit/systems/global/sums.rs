//! The normal equations of the global parameters, summed over records.

use rayon::prelude::*;

use super::eliminate::Eliminated;
use crate::fit::systems::Matrix;

/// Records that are eliminated before they are added.
const RECORDS: usize = 1024;

/// Normal equations: matrix and right side.
pub(super) struct Sums {
    pub(super) matrix: Matrix,
    pub(super) right: Vec<f64>,
    /// The diagonal before local parameters were eliminated.
    pub(super) raw: Vec<f64>,
}

impl Sums {
    /// Adds up `records` records. Each element is summed in the order of the records by one
    /// thread, whichever that is.
    pub(super) fn new(
        size: usize,
        records: usize,
        eliminate: impl Fn(usize) -> Option<Eliminated> + Sync,
    ) -> Self {
        let mut sums = Self {
            matrix: Matrix::zeros(size, size),
            right: vec![0.0; size],
            raw: vec![0.0; size],
        };
        // enough parts for all threads
        let tile = (size / 32).clamp(1, 64);
        for begin in (0..records).step_by(RECORDS) {
            let part = begin..records.min(begin + RECORDS);
            let part: Vec<Eliminated> = part.into_par_iter().filter_map(&eliminate).collect();
            for one in &part {
                let own = one.columns.iter().zip(&one.right).zip(&one.raw);
                for ((column, right), raw) in own {
                    sums.right[*column] += right;
                    sums.raw[*column] += raw;
                }
            }
            if size == 0 {
                continue;
            }
            let tiles = sums.matrix.values_mut().par_chunks_mut(tile * size);
            tiles.enumerate().for_each(|(number, columns)| {
                let first = number * tile;
                add(columns, size, first, &part);
            });
        }
        sums
    }

    /// Adds to a diagonal element.
    pub(super) fn add(&mut self, at: usize, weight: f64) {
        let value = self.matrix.at(at, at) + weight;
        self.matrix.set(at, at, value);
        self.raw[at] += weight;
    }

    /// Fills the triangle below the diagonal.
    pub(super) fn mirror(&mut self) {
        for j in 0..self.right.len() {
            for i in 0..j {
                let value = self.matrix.at(i, j);
                self.matrix.set(j, i, value);
            }
        }
    }
}

/// Adds records to columns from `first` on.
fn add(columns: &mut [f64], size: usize, first: usize, records: &[Eliminated]) {
    let mut elements = Vec::new();
    let next = first + columns.len() / size;
    for record in records {
        let begin = record.columns.partition_point(|column| *column < first);
        let end = record.columns.partition_point(|column| *column < next);
        for number in begin..end {
            record.elements(number, &mut elements);
            let column = &mut columns[(record.columns[number] - first) * size..][..size];
            for (row, element) in record.columns.iter().zip(&elements) {
                column[*row] += element;
            }
        }
    }
}
