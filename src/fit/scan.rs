//! The cost along one parameter.

use serde::{Deserialize, Serialize};

use super::problem::Thread;
use super::profile::{Point, Walker};
use super::{Error, Solved};

/// The cost at one value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scanned {
    /// The value.
    pub value: f64,
    /// The cost with all others where they are at the minimum; nothing where the model has no
    /// value, or none that the cost allows.
    pub cost: Option<f64>,
    /// The cost with all others minimised; nothing where they have no minimum.
    pub profile: Option<f64>,
}

impl Solved {
    /// The cost at some values of a parameter, the others held and the others minimised. Each
    /// value is reached from the nearest one between it and the minimum.
    ///
    /// # Errors
    /// No free parameter of that name, a fit without minimum, a value beyond the limits.
    pub fn scan(&self, parameter: &str, values: &[f64]) -> Result<Vec<Scanned>, Error> {
        let at = self.free_parameter(parameter)?;
        let (low, high) = self.problem.limits[at];
        let outside = |value: &&f64| !(value.is_finite() && (low..=high).contains(*value));
        if let Some(value) = values.iter().find(outside) {
            return Err(Error::Profile {
                message: format!(
                    "{parameter} cannot be {value} in a scan: it goes from {low} to {high}"
                ),
            });
        }
        let mut thread = Thread::default();
        let mut walker = Walker::new(&self.problem, vec![at], &mut thread);
        let best = self.values[at];
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|i, j| {
            (values[*i] - best)
                .abs()
                .total_cmp(&(values[*j] - best).abs())
        });
        let minimum = walker.begin(&self.values);
        let (mut below, mut above) = (minimum.clone(), minimum);
        let mut scanned = vec![None; values.len()];
        for i in order {
            let near = if values[i] < best {
                &mut below
            } else {
                &mut above
            };
            scanned[i] = Some(self.scan_at(&mut walker, at, values[i], near));
        }
        Ok(scanned.into_iter().flatten().collect())
    }

    fn scan_at(
        &self,
        walker: &mut Walker<'_>,
        at: usize,
        value: f64,
        near: &mut Option<Point>,
    ) -> Scanned {
        let mut held = self.values.clone();
        held[at] = value;
        let cost = Some(walker.cost(&held)).filter(|cost| cost.is_finite());
        let point = near.as_ref().and_then(|near| walker.at(near, &[value]));
        let profile = point.as_ref().map(|point| point.cost);
        if point.is_some() {
            *near = point;
        }
        Scanned {
            value,
            cost,
            profile,
        }
    }
}
