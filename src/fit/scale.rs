//! Whether parameters of a density only scale it, which a normalised density does not notice.

use super::algebra::{back_substitute, triangularise};
use super::curve::Slopes;
use super::objective::{Region, Rows};
use super::problem::{Thread, Unknown};
use super::{Compiled, Error};
use crate::expr::Column;

/// Factors on the start values (and parts of 1 added) of the places where it is asked: what holds
/// at all of them is no accident of one.
const ASKED: [(f64, f64); 3] = [(1.0, 0.0), (1.07, 0.013), (0.91, 0.029)];
/// Part of the density that is rounding.
const ROUNDING: f64 = 1e-9;
/// Part of the density below which a parameter has nothing to do with it.
const SMALL: f64 = 1e-3;

impl Compiled {
    /// Refuses a density that some of its free parameters only scale.
    pub(crate) fn check_scale(&self, unknowns: &[Unknown], x: &[f64]) -> Result<(), Error> {
        let mut names: Option<Vec<String>> = None;
        for (factor, more) in ASKED {
            let value = |unknown: &Unknown| {
                let start = unknown.start.unwrap_or(1.0);
                let moved = (start * factor + more).clamp(unknown.limits.0, unknown.limits.1);
                if unknown.fixed { start } else { moved }
            };
            let values: Vec<f64> = unknowns.iter().map(value).collect();
            match self.only_scaling(unknowns, x, &values) {
                None => {}
                Some(found) if found.is_empty() => return Ok(()),
                Some(found) => {
                    names.get_or_insert(found);
                }
            }
        }
        match names {
            None => Ok(()),
            Some(names) => Err(Error::OnlyScale {
                model: self.model().name.clone(),
                first: names.first().cloned().unwrap_or_default(),
                verb: if names.len() == 1 {
                    "only scales"
                } else {
                    "only scale"
                },
                names: names.join(" and "),
            }),
        }
    }

    /// The free parameters of whose slopes the density itself is a sum; none if it is not, and
    /// nothing where the density has no value.
    fn only_scaling(&self, unknowns: &[Unknown], x: &[f64], values: &[f64]) -> Option<Vec<String>> {
        let slopes = self.slopes(x, values);
        let free: Vec<usize> = (0..unknowns.len())
            .filter(|k| !unknowns[*k].fixed)
            .collect();
        let size = |column: &[f64]| column.iter().map(|v| v * v).sum::<f64>().sqrt();
        let total = size(&slopes.value);
        let columns: Vec<&[f64]> = slopes.first.chunks_exact(x.len().max(1)).collect();
        let used: Vec<usize> = free
            .into_iter()
            .filter(|k| size(columns[*k]) > 0.0)
            .collect();
        let sizes: Vec<f64> = used.iter().map(|k| size(columns[*k])).collect();
        if !(total.is_finite() && total > 0.0 && sizes.iter().all(|size| size.is_finite())) {
            return None;
        }
        let scaled = used.iter().zip(&sizes);
        let mut matrix: Vec<f64> = scaled
            .flat_map(|(k, size)| columns[*k].iter().map(move |slope| slope / size))
            .collect();
        let mut right: Vec<f64> = slopes.value.iter().map(|value| value / total).collect();
        triangularise(&mut matrix, x.len(), used.len(), &mut right);
        let left = size(right.get(used.len()..).unwrap_or(&[]));
        if left > ROUNDING {
            return Some(Vec::new());
        }
        back_substitute(&matrix, x.len(), used.len(), &mut right).then_some(())?;
        let part = used
            .iter()
            .zip(&right)
            .filter(|(_, part)| part.abs() > SMALL);
        Some(part.map(|(k, _)| unknowns[*k].name.clone()).collect())
    }

    fn slopes(&self, x: &[f64], values: &[f64]) -> Slopes {
        let mut out = Slopes::default();
        out.value.resize(x.len(), 0.0);
        out.first.resize(values.len() * x.len(), 0.0);
        let rows = Rows {
            columns: &[Column::Float(x.to_vec())],
            weights: &[1.0],
            places: x.len(),
        };
        let own: Vec<usize> = (0..values.len()).collect();
        let region = Region {
            begin: 0,
            second: 0,
            parameters: &own,
        };
        let mut thread = Thread::default();
        self.curve()
            .evaluate(rows, values, false, &mut thread.memory, region, &mut out);
        out
    }
}
