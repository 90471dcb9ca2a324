//! The curve of a model for given parameters: its values, and where it crosses one.

use std::fmt;

use crate::expr::{BATCH, Columns, Program, Scratch, Slice, Type};

use super::{Error, Model};

/// Steps in which a crossing is looked for.
const STEPS: i32 = 1000;
/// Halvings of the step in which there is one: more than a number has digits.
const HALVINGS: i32 = 64;

/// A model's curve, without its rules and start values.
pub struct Drawn(Program);

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drawn")
    }
}

impl Drawn {
    /// The curve of a model.
    ///
    /// # Errors
    /// A formula that cannot be compiled.
    pub fn new(model: &Model) -> Result<Self, Error> {
        let names = model.names();
        let schema = Columns::new([("x", Type::Float)]);
        Program::with_parameters(std::slice::from_ref(&model.formula), &schema, &names)
            .map(Self)
            .map_err(|failure| Error::Formula {
                model: model.name.clone(),
                failure,
            })
    }

    /// The curve at one place; NaN where it has no value.
    #[must_use]
    pub fn value(&self, x: f64, parameters: &[f64]) -> f64 {
        let mut scratch = Scratch::default();
        let places = [Slice::Float(&[x])];
        let places = &places[..self.0.columns().len().min(1)];
        let outputs = self.0.evaluate(places, parameters, 1, &mut scratch);
        let number = |value: Slice<'_>| match value {
            Slice::Float(values) => values.first().copied(),
            #[expect(
                clippy::cast_precision_loss,
                reason = "whole numbers stand for numbers"
            )]
            Slice::Int(values) => values.first().map(|value| *value as f64),
            _ => None,
        };
        let found = outputs.ok().and_then(|outputs| number(outputs.get(0)));
        found.unwrap_or(f64::NAN)
    }

    /// The curve at many places; NaN where it has no value.
    #[must_use]
    pub fn values(&self, places: &[f64], parameters: &[f64]) -> Vec<f64> {
        self.values_in(places, parameters, &mut Scratch::default())
    }

    /// The same with memory that is used again and again.
    pub(super) fn values_in(
        &self,
        places: &[f64],
        parameters: &[f64],
        scratch: &mut Scratch,
    ) -> Vec<f64> {
        let mut found = Vec::with_capacity(places.len());
        let mut done = 0;
        for part in places.chunks(BATCH) {
            let inputs = [Slice::Float(part)];
            let inputs = &inputs[..self.0.columns().len().min(1)];
            let outputs = self.0.evaluate(inputs, parameters, part.len(), scratch);
            let outputs = outputs.ok();
            match outputs.as_ref().map(|outputs| outputs.get(0)) {
                Some(Slice::Float(values)) => found.extend_from_slice(values),
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "whole numbers stand for numbers"
                )]
                Some(Slice::Int(values)) => found.extend(values.iter().map(|value| *value as f64)),
                _ => {}
            }
            // Where a whole number does not exist there is no value, and none beside it.
            done += part.len();
            found.resize(done, f64::NAN);
        }
        found
    }

    /// Where the curve first crosses `y` on the way from one place to another; NaN if it is not
    /// seen to do so in a thousand equal steps.
    #[must_use]
    pub fn crossing(&self, y: f64, from: f64, to: f64, parameters: &[f64]) -> f64 {
        let above = |x: f64| self.value(x, parameters) - y;
        let at = |step: i32| from + (to - from) * f64::from(step) / f64::from(STEPS);
        for step in 0..STEPS {
            let (mut low, mut high) = (at(step), at(step + 1));
            let first = above(low);
            if first == 0.0 {
                return low;
            }
            if !(first * above(high) <= 0.0) {
                continue;
            }
            for _ in 0..HALVINGS {
                let middle = 0.5 * (low + high);
                if above(middle) * first > 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return 0.5 * (low + high);
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::models;

    #[test]
    fn a_gaussian_has_its_value_and_crosses_half_its_height_where_it_should() {
        let model = models::gaussian();
        let names: Vec<&str> = model.parameters.iter().map(|p| p.name.as_str()).collect();
        let parameters: Vec<f64> = names
            .iter()
            .map(|name| match *name {
                "mean" => 1.0,
                "sigma" => 2.0,
                _ => 10.0,
            })
            .collect();
        let curve = Drawn::new(&model).unwrap();
        let value = curve.value(3.0, &parameters);
        assert!((value - 10.0 * (-0.5_f64).exp()).abs() < 1e-12);
        assert_eq!(
            curve.values(&[3.0, 1.0], &parameters),
            [3.0, 1.0].map(|x| curve.value(x, &parameters))
        );
        // Half the height of a Gaussian lies √(2 ln 2) σ from its centre.
        let expected = 1.0 + 2.0 * (2.0 * 2.0_f64.ln()).sqrt();
        let found = curve.crossing(5.0, 1.0, 10.0, &parameters);
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        let back = curve.crossing(5.0, 1.0, -8.0, &parameters);
        assert!((back - (2.0 - expected)).abs() < 1e-12, "{back}");
        assert!(curve.crossing(11.0, -8.0, 10.0, &parameters).is_nan());
    }
}
