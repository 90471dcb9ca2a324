//! How much the cost rises at the edge of a region.

use serde::{Deserialize, Serialize};

use crate::expr::maths;

use super::{Error, probability};

/// The size of a region around the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Where the cost has risen by the square of this number, whatever the number of parameters:
    /// for 1, a contour touches the Minos errors of both its parameters.
    Sigma(f64),
    /// The region that holds the true values of its one or two parameters with this probability:
    /// 0.683 is a rise by 1.00 for one parameter, by 2.30 for two.
    Confidence(f64),
}

impl Default for Level {
    fn default() -> Self {
        Self::Sigma(1.0)
    }
}

impl Level {
    /// The rise of the cost for a region of `parameters` parameters.
    ///
    /// # Errors
    /// A number that is no level.
    pub fn rise(self, parameters: u8) -> Result<f64, Error> {
        match self {
            Self::Sigma(n) if n > 0.0 && n.is_finite() => Ok(n * n),
            Self::Sigma(value) => Err(Error::Level {
                what: "sigma",
                value,
            }),
            Self::Confidence(cl) if cl > 0.0 && cl < 1.0 => Ok(quantile(cl, parameters)),
            Self::Confidence(value) => Err(Error::Level { what: "cl", value }),
        }
    }
}

/// The χ² of `parameters` degrees of freedom that is exceeded with probability 1 − cl.
fn quantile(cl: f64, parameters: u8) -> f64 {
    if parameters == 2 {
        return -2.0 * maths::ln_1p(-cl);
    }
    let beyond = |chi2| probability(chi2, i64::from(parameters)) > 1.0 - cl;
    let (mut low, mut high) = (0.0, 1.0);
    while beyond(high) {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        *(if beyond(middle) { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.chi2.ppf` 1.17 of the probabilities within one, two and 1.96 sigma.
    #[test]
    fn levels_of_one_and_two_parameters() {
        for (cl, parameters, expected) in LEVELS {
            let have = Level::Confidence(cl).rise(parameters).expect("a level");
            assert!((have - expected).abs() < 1e-9, "{cl}: {have} {expected}");
        }
        assert_eq!(Level::Sigma(2.0).rise(1), Ok(4.0));
        for wrong in [
            Level::Sigma(0.0),
            Level::Sigma(f64::NAN),
            Level::Confidence(1.0),
        ] {
            assert!(matches!(wrong.rise(1), Err(Error::Level { .. })));
        }
    }

    const LEVELS: [(f64, u8, f64); 4] = [
        (0.682_689_492_137_085_9, 1, 1.0),
        (0.682_689_492_137_085_9, 2, 2.295_748_928_898_636),
        (0.95, 1, 3.841_458_820_694_124),
        (0.95, 2, 5.991_464_547_107_979),
    ];
}
