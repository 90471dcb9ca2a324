//! Sums of a linear system with an unknown per channel, as normal equations collect them.

use super::{Cholesky, Lu, Matrix, SystemError};

/// How a linear system is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Lower and upper triangle with partial pivoting: any matrix that has an inverse.
    Lu,
    /// Lower triangle and its transpose: positive definite matrices only, in half the time.
    Cholesky,
}

/// A symmetric linear system with an unknown per channel; never changes.
///
/// Its sums are `Σ w aᵢaⱼ` and its right sides `Σ w aᵢb` of equations `Σ aᵢxᵢ = b` with weights
/// `w` = 1/σ².
#[derive(Clone, Debug, PartialEq)]
pub struct LinearSystem {
    channels: Vec<i64>,
    entries: Vec<i64>,
    right: Vec<f64>,
    /// Positions with the first not above the second, in rising order, each pair once.
    sums: Vec<(usize, usize, f64)>,
    /// Unknowns that are not solved for.
    given: Vec<Option<f64>>,
}

/// The unknowns of a linear system.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The unknowns in the order of the channels.
    pub values: Vec<f64>,
    /// Their errors for equations of weight 1/σ²: roots of the diagonal of the inverse; 0 for
    /// given unknowns, NaN where the matrix is no sum of squares and so no covariance exists.
    pub errors: Vec<f64>,
    /// Estimate of the condition number; only of LU.
    pub condition: Option<f64>,
}

impl LinearSystem {
    /// A system of `channels` with their right sides and numbers of entries.
    ///
    /// `sums` holds pairs of channels with the element of the matrix that belongs to them. Those
    /// of the same pair are added up; each pair is given in one order, or in both with equal sums.
    ///
    /// # Errors
    /// Columns of different length, a channel given twice, sums of an unknown channel, numbers
    /// that are not finite, sums that differ across the diagonal.
    pub fn new(
        channels: &[i64],
        right: &[f64],
        entries: &[i64],
        sums: &[(i64, i64, f64)],
    ) -> Result<Self, SystemError> {
        if right.len() != channels.len() || entries.len() != channels.len() {
            return Err(SystemError::Sizes {
                what: "right sides and entries of channels".into(),
                have: format!("{} and {}", right.len(), entries.len()),
                want: channels.len().to_string(),
            });
        }
        let mut order: Vec<usize> = (0..channels.len()).collect();
        order.sort_by_key(|&at| channels[at]);
        if let Some(twice) = order.windows(2).find(|w| channels[w[0]] == channels[w[1]]) {
            let message = format!("channel {} is given twice", channels[twice[0]]);
            return Err(SystemError::wrong(message));
        }
        if let Some(at) = right.iter().position(|value| !value.is_finite()) {
            return Err(SystemError::wrong(format!(
                "the right side of channel {} is {}: every number must be finite",
                channels[at], right[at]
            )));
        }
        let find = |channel: i64| {
            let found = order.binary_search_by_key(&channel, |&at| channels[at]);
            found.map(|at| order[at]).map_err(|_| {
                SystemError::wrong(format!(
                    "there is a sum for channel {channel}, which is not among the channels"
                ))
            })
        };
        let mut placed = Vec::with_capacity(sums.len());
        for (i, j, value) in sums {
            if !value.is_finite() {
                return Err(SystemError::wrong(format!(
                    "the sum of channels {i} and {j} is {value}: every number must be finite"
                )));
            }
            placed.push((find(*i)?, find(*j)?, *value));
        }
        Ok(Self {
            sums: joined(placed, channels)?,
            channels: channels.to_vec(),
            entries: entries.to_vec(),
            right: right.to_vec(),
            given: vec![None; channels.len()],
        })
    }

    /// The channels in the order they were given.
    #[must_use]
    pub fn channels(&self) -> &[i64] {
        &self.channels
    }

    /// Number of entries of each channel.
    #[must_use]
    pub fn entries(&self) -> &[i64] {
        &self.entries
    }

    /// The system in which unknowns without entries have this value: their rows and columns are
    /// left out, so that they change nothing for the others.
    #[must_use]
    pub fn without_empty(&self, value: f64) -> Self {
        let given = self.given.iter().zip(&self.entries);
        let given = given.map(|(given, n)| if *n <= 0 { Some(value) } else { *given });
        Self {
            given: given.collect(),
            ..self.clone()
        }
    }

    /// Solves it; one step of refinement takes back most of the rounding.
    ///
    /// # Errors
    /// A system that has no unique solution, with the first channel that is not determined.
    pub fn solve(&self, method: Method) -> Result<Solution, SystemError> {
        let free: Vec<usize> = (0..self.channels.len())
            .filter(|&at| self.given[at].is_none())
            .collect();
        let mut place = vec![None; self.channels.len()];
        for (row, at) in free.iter().enumerate() {
            place[*at] = Some(row);
        }
        let sums: Vec<(usize, usize, f64)> = self
            .sums
            .iter()
            .filter_map(|(i, j, value)| Some((place[*i]?, place[*j]?, *value)))
            .collect();
        let right: Vec<f64> = free.iter().map(|&at| self.right[at]).collect();
        let found = self.solve_free(&free, &sums, &right, method)?;
        let mut solution = Solution {
            values: self
                .given
                .iter()
                .map(|given| given.unwrap_or(0.0))
                .collect(),
            errors: vec![0.0; self.channels.len()],
            condition: found.condition,
        };
        for (row, at) in free.iter().enumerate() {
            solution.values[*at] = found.values[row];
            solution.errors[*at] = found.errors[row];
        }
        Ok(solution)
    }

    fn solve_free(
        &self,
        free: &[usize],
        sums: &[(usize, usize, f64)],
        right: &[f64],
        method: Method,
    ) -> Result<Solution, SystemError> {
        self.check_touched(free, sums)?;
        let size = free.len();
        let name = |row: usize| format!("channel {}", self.channels[free[row]]);
        let product = |x: &[f64]| Ok(times(sums, x));
        let roots = |diagonal: Vec<f64>| diagonal.into_iter().map(f64::sqrt).collect::<Vec<_>>();
        match method {
            Method::Lu => {
                let lu = Lu::new(dense(sums, size)).map_err(|error| error.named(name))?;
                let found = lu.solve_refined(right, product)?;
                let condition = lu.condition();
                // 600 MB for all crystals of a calorimeter
                drop(lu);
                let errors = match Cholesky::new(dense(sums, size)) {
                    Ok(cholesky) => roots(cholesky.inverse_diagonal()),
                    Err(_) => vec![f64::NAN; size],
                };
                Ok(Solution {
                    values: found,
                    errors,
                    condition: Some(condition),
                })
            }
            Method::Cholesky => {
                let cholesky =
                    Cholesky::new(dense(sums, size)).map_err(|error| error.named(name))?;
                let mut found = cholesky.solve(right)?;
                let left = right.iter().zip(times(sums, &found));
                let left: Vec<f64> = left.map(|(want, have)| want - have).collect();
                let steps = cholesky.solve(&left)?;
                found.iter_mut().zip(steps).for_each(|(x, step)| *x += step);
                Ok(Solution {
                    values: found,
                    errors: roots(cholesky.inverse_diagonal()),
                    condition: None,
                })
            }
        }
    }

    /// An unknown without any sum is better told as such.
    fn check_touched(
        &self,
        free: &[usize],
        sums: &[(usize, usize, f64)],
    ) -> Result<(), SystemError> {
        let mut touched = vec![false; free.len()];
        for (i, j, _) in sums.iter().filter(|(_, _, value)| *value != 0.0) {
            (touched[*i], touched[*j]) = (true, true);
        }
        let bare: Vec<usize> = (0..free.len()).filter(|&row| !touched[row]).collect();
        let Some(first) = bare.first() else {
            return Ok(());
        };
        let others = match bare.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        Err(SystemError::wrong(format!(
            "nothing determines channel {}{others}: no sum touches it; give channels without \
             entries a value with without_empty(value)",
            self.channels[free[*first]]
        )))
    }
}

/// Sums of the same pair added up in the order they were given, each pair once.
fn joined(
    mut placed: Vec<(usize, usize, f64)>,
    channels: &[i64],
) -> Result<Vec<(usize, usize, f64)>, SystemError> {
    // stable: sums of a pair stay in order
    placed.sort_by_key(|(i, j, _)| (*i.min(j), *i.max(j), i > j));
    let mut sums: Vec<(usize, usize, f64)> = Vec::with_capacity(placed.len());
    let mut run = placed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).peekable();
    while let Some(same) = run.next() {
        let total = |same: &[(usize, usize, f64)]| same.iter().map(|(_, _, v)| v).sum::<f64>();
        let (i, j, value) = (same[0].0, same[0].1, total(same));
        let across = run.next_if(|other| i != j && (other[0].0, other[0].1) == (j, i));
        if let Some(across) = across.map(total)
            && (across - value).abs() > 1e-12 * across.abs().max(value.abs())
        {
            return Err(SystemError::wrong(format!(
                "the sum of channels {} and {} is {value}, and {across} the other way round: \
                 give each pair once, or both equal",
                channels[i], channels[j]
            )));
        }
        sums.push((i.min(j), i.max(j), value));
    }
    Ok(sums)
}

fn dense(sums: &[(usize, usize, f64)], size: usize) -> Matrix {
    let mut matrix = Matrix::zeros(size, size);
    for (i, j, value) in sums {
        matrix.set(*i, *j, *value);
        matrix.set(*j, *i, *value);
    }
    matrix
}

fn times(sums: &[(usize, usize, f64)], x: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; x.len()];
    for (i, j, value) in sums {
        product[*i] += value * x[*j];
        if i != j {
            product[*j] += value * x[*i];
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> LinearSystem {
        // 2x + y = 4, x + 3y = 7 for channels 5 and 3; nothing for channel 9
        let sums = [(5, 5, 1.5), (5, 3, 1.0), (3, 3, 3.0), (5, 5, 0.5)];
        LinearSystem::new(&[5, 3, 9], &[4.0, 7.0, 0.0], &[10, 20, 0], &sums).unwrap()
    }

    #[test]
    fn by_hand_both_ways() {
        for method in [Method::Lu, Method::Cholesky] {
            let solution = system().without_empty(-1.0).solve(method).unwrap();
            for (have, want) in solution.values.iter().zip([1.0, 2.0, -1.0]) {
                assert!((have - want).abs() < 1e-15, "{:?}", solution.values);
            }
            // inverse of [[2, 1], [1, 3]] is [[0.6, -0.2], [-0.2, 0.4]]
            let errors = [0.6_f64.sqrt(), 0.4_f64.sqrt(), 0.0];
            for (have, want) in solution.errors.iter().zip(errors) {
                assert!((have - want).abs() < 1e-15);
            }
        }
        let both = [(1, 1, 2.0), (1, 2, 1.0), (2, 1, 1.0), (2, 2, 3.0)];
        let system = LinearSystem::new(&[1, 2], &[4.0, 7.0], &[1, 1], &both).unwrap();
        let values = system.solve(Method::Lu).unwrap().values;
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 2.0).abs() < 1e-15);
    }

    #[test]
    fn an_indefinite_system_has_a_solution_and_no_errors() {
        let sums = [(1, 1, 1.0), (1, 2, 2.0), (2, 2, 1.0)];
        let system = LinearSystem::new(&[1, 2], &[3.0, 3.0], &[1, 1], &sums).unwrap();
        let solution = system.solve(Method::Lu).unwrap();
        assert!(solution.values.iter().all(|x| (x - 1.0).abs() < 1e-15));
        assert!(solution.errors.iter().all(|error| error.is_nan()));
        let said = system.solve(Method::Cholesky).unwrap_err().to_string();
        assert!(said.contains("not positive definite: channel 2"), "{said}");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let said = |channels: &[i64], right: &[f64], sums: &[(i64, i64, f64)]| {
            let entries = vec![1; channels.len()];
            let system = LinearSystem::new(channels, right, &entries, sums);
            let solved = system.and_then(|system| system.solve(Method::Lu));
            solved.unwrap_err().to_string()
        };
        assert!(said(&[1, 1], &[0.0; 2], &[]).contains("channel 1 is given twice"));
        assert!(said(&[1, 2], &[0.0; 1], &[]).contains("instead of 2"));
        assert!(said(&[1], &[f64::NAN], &[]).contains("right side of channel 1 is NaN"));
        assert!(said(&[1], &[0.0], &[(1, 7, 1.0)]).contains("channel 7, which is not among"));
        let nan = [(1, 1, f64::INFINITY)];
        assert!(said(&[1], &[0.0], &nan).contains("channels 1 and 1 is inf"));
        let lopsided = [(1, 2, 1.0), (2, 1, 1.5)];
        assert!(said(&[1, 2], &[0.0; 2], &lopsided).contains("the other way round"));
        let lonely = [(1, 1, 1.0)];
        assert!(said(&[1, 2], &[0.0; 2], &lonely).contains("nothing determines channel 2"));
        let copies = [(1, 1, 1.0), (1, 2, 1.0), (2, 2, 1.0)];
        assert!(said(&[1, 2], &[0.0; 2], &copies).contains("singular: channel 2"));
        let said = system().solve(Method::Cholesky).unwrap_err().to_string();
        assert!(said.contains("nothing determines channel 9"), "{said}");
    }
}
