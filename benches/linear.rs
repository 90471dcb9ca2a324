//! Dense systems of linear equations, timed.
//!
//! `cargo bench --bench linear -- SIZE THREADS METHOD` solves a random system (METHOD `lu`) or
//! normal equations (`cholesky`) and prints one line of JSON: seconds, the largest residual, the
//! peak memory of the process in megabytes and a sum over the bits of the solution.
//! `benches/compare_linear.py` runs it beside numpy.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::Instant;

use b2caf::fit::systems::{Cholesky, Lu, Matrix};

/// Numbers from -0.5 to 0.5, the same ones each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1024.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| !w.starts_with("--"))
        .collect();
    let size: usize = words.first().map_or(Ok(1000), |word| word.parse())?;
    let threads: usize = words.get(1).map_or(Ok(2), |word| word.parse())?;
    let cholesky = words.get(2).is_some_and(|word| word == "cholesky");
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()?;
    let mut random = Random(5);
    let mut values: Vec<f64> = (0..size * size).map(|_| random.next()).collect();
    if cholesky {
        // symmetric, and positive definite by its diagonal
        for j in 0..size {
            for i in 0..j {
                values[i * size + j] = values[j * size + i];
            }
            values[j * size + j] = size as f64;
        }
    }
    let matrix = Matrix::from_columns(size, size, values)?;
    let right: Vec<f64> = (0..size).map(|_| random.next()).collect();
    let start = Instant::now();
    let found = if cholesky {
        Cholesky::new(matrix.clone())?.solve(&right)?
    } else {
        Lu::new(matrix.clone())?.solve_refined(&right, |x| matrix.times(x))?
    };
    let seconds = start.elapsed().as_secs_f64();
    let have = matrix.times(&found)?;
    let residuals = have.iter().zip(&right).map(|(a, b)| (a - b).abs());
    let largest = residuals.fold(0.0, f64::max);
    let bits = found
        .iter()
        .fold(0_u64, |h, x| h.rotate_left(7) ^ x.to_bits());
    println!(
        "{{\"size\": {size}, \"threads\": {threads}, \"seconds\": {seconds:.3}, \
         \"residual\": {largest:e}, \"peak_mb\": {:.0}, \"bits\": \"{bits:x}\"}}",
        peak_mb()
    );
    Ok(())
}
