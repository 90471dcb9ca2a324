//! Factorisations against the definition of what they promise.

use super::*;

/// Numbers from -0.5 to 0.5, the same ones each time.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }

    pub(super) fn matrix(&mut self, rows: usize, columns: usize) -> Matrix {
        let values = (0..rows * columns).map(|_| self.next()).collect();
        Matrix::from_columns(rows, columns, values).unwrap()
    }

    pub(super) fn positive(&mut self, size: usize) -> Matrix {
        let half = self.matrix(size, size);
        let mut all = half.transposed().product(&half).unwrap();
        for i in 0..size {
            all.set(i, i, all.at(i, i) + 0.5);
            for j in 0..i {
                all.set(j, i, all.at(i, j));
            }
        }
        all
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |m, v| m.max(v.abs()))
}

fn difference(a: &Matrix, b: &Matrix) -> f64 {
    let both = a.values().iter().zip(b.values());
    largest(&both.map(|(a, b)| a - b).collect::<Vec<_>>())
}

/// Sizes around the edges of leaves, tiles and blocks.
const SIZES: [usize; 12] = [1, 2, 7, 8, 9, 63, 65, 127, 128, 129, 200, 300];

#[test]
fn lu_solves_inverts_and_knows_its_condition() {
    let mut random = Random(1);
    for size in SIZES {
        let a = random.matrix(size, size);
        let lu = Lu::new(a.clone()).unwrap();
        let x: Vec<f64> = (0..size).map(|_| random.next()).collect();
        let right = a.times(&x).unwrap();
        let found = lu.solve_refined(&right, |v| a.times(v)).unwrap();
        let wrong: Vec<f64> = found.iter().zip(&x).map(|(a, b)| a - b).collect();
        assert!(largest(&wrong) < 1e-14 * lu.condition().max(10.0), "{size}");
        let inverse = lu.inverse();
        let one = a.product(&inverse).unwrap();
        assert!(difference(&one, &Matrix::identity(size)) < 1e-14 * lu.condition().max(10.0));
        assert_eq!(lu.inverse_diagonal(), inverse.diagonal());
        // the estimate never exceeds the true value and comes close to it
        let exact = a.norm() * inverse.norm();
        let share = lu.condition() / exact;
        assert!(share > 0.3 && share < 1.0 + 1e-9, "{size}: {share}");
    }
}

#[test]
fn cholesky_agrees_with_lu() {
    let mut random = Random(2);
    for size in SIZES {
        let a = random.positive(size);
        let (lu, cholesky) = (
            Lu::new(a.clone()).unwrap(),
            Cholesky::new(a.clone()).unwrap(),
        );
        let right: Vec<f64> = (0..size).map(|_| random.next()).collect();
        let (x, y) = (lu.solve(&right).unwrap(), cholesky.solve(&right).unwrap());
        let wrong: Vec<f64> = x.iter().zip(&y).map(|(a, b)| a - b).collect();
        assert!(largest(&wrong) < 1e-13 * lu.condition(), "{size}");
        let inverse = cholesky.inverse();
        let one = a.product(&inverse).unwrap();
        assert!(difference(&one, &Matrix::identity(size)) < 1e-13 * lu.condition());
        for (quick, full) in cholesky.inverse_diagonal().iter().zip(inverse.diagonal()) {
            assert!((quick / full - 1.0).abs() < 1e-12);
        }
        assert!(cholesky.smallest_share() > 0.0 && cholesky.smallest_share() <= 1.0);
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let mut random = Random(3);
    let (a, b) = (random.matrix(420, 420), random.positive(420));
    let right: Vec<f64> = (0..420).map(|_| random.next()).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let lu = Lu::new(a.clone()).unwrap();
            let cholesky = Cholesky::new(b.clone()).unwrap();
            let solved = (lu.solve(&right).unwrap(), cholesky.solve(&right).unwrap());
            (
                solved,
                lu.inverse(),
                cholesky.inverse(),
                a.product(&b).unwrap(),
            )
        })
    };
    let one = with(1);
    assert!(one == with(2) && one == with(8));
}

#[test]
fn hilbert_matrices_are_solved_as_far_as_their_condition_allows() {
    // condition number in the 1-norm of 8 × 8: 3.387e10 (N. J. Higham, Accuracy and Stability)
    let hilbert = |size| Matrix::from_fn(size, size, |i, j| 1.0 / (i + j + 1) as f64);
    let lu = Lu::new(hilbert(8)).unwrap();
    assert!(
        (lu.condition() / 3.387_279_1e10 - 1.0).abs() < 1e-3,
        "{}",
        lu.condition()
    );
    // exact inverse of 3 × 3
    let exact = [
        [9.0, -36.0, 30.0],
        [-36.0, 192.0, -180.0],
        [30.0, -180.0, 180.0],
    ];
    let inverse = Cholesky::new(hilbert(3)).unwrap().inverse();
    for (i, row) in exact.iter().enumerate() {
        for (j, want) in row.iter().enumerate() {
            assert!((inverse.at(i, j) - want).abs() < 1e-10);
        }
    }
    let error = Lu::new(hilbert(14)).unwrap_err();
    assert!(
        matches!(error, SystemError::IllConditioned { .. }),
        "{error}"
    );
    let error = Cholesky::new(hilbert(14)).unwrap_err();
    assert!(
        matches!(error, SystemError::NotPositive { row: 8..=13, .. }),
        "{error}"
    );
}

#[test]
fn what_cannot_be_solved_is_named() {
    let rows =
        |rows: &[&[f64]]| Matrix::from_rows(&rows.iter().map(|r| r.to_vec()).collect::<Vec<_>>());
    let singular = rows(&[&[1.0, 2.0, 0.0], &[2.0, 4.0, 0.0], &[0.0, 0.0, 1.0]]).unwrap();
    let said = Lu::new(singular.clone()).unwrap_err().to_string();
    assert!(
        said.contains("singular") && said.contains("column 1"),
        "{said}"
    );
    let error = Cholesky::new(singular)
        .unwrap_err()
        .named(|row| format!("channel {}", row + 10));
    assert!(
        error.to_string().contains("channel 11 is not independent"),
        "{error}"
    );
    let negative = rows(&[&[1.0, 0.0], &[0.0, -1.0]]).unwrap();
    assert!(matches!(
        Cholesky::new(negative),
        Err(SystemError::NotPositive { row: 1, .. })
    ));
    let lopsided = rows(&[&[1.0, 0.5], &[0.4, 1.0]]).unwrap();
    assert!(matches!(
        Cholesky::new(lopsided),
        Err(SystemError::NotSymmetric { .. })
    ));
    let broken = rows(&[&[1.0, 0.0], &[f64::NAN, 1.0]]).unwrap();
    let error = Lu::new(broken).unwrap_err();
    assert!(
        matches!(
            error,
            SystemError::NotFinite {
                row: 1,
                column: 0,
                ..
            }
        ),
        "{error}"
    );
    let wide = Matrix::zeros(2, 3);
    assert!(matches!(
        Lu::new(wide),
        Err(SystemError::NotSquare {
            rows: 2,
            columns: 3
        })
    ));
    let lu = Lu::new(Matrix::identity(2)).unwrap();
    assert!(matches!(lu.solve(&[1.0]), Err(SystemError::Sizes { .. })));
    assert!(matches!(
        lu.solve(&[1.0, f64::INFINITY]),
        Err(SystemError::NotFinite { row: 1, .. })
    ));
    assert!(rows(&[&[1.0, 2.0], &[3.0]]).is_err());
    assert!(Matrix::identity(2).product(&Matrix::identity(3)).is_err());
    let scaled = rows(&[&[1e-200, 0.0], &[0.0, 1e-200]]).unwrap();
    assert!((Lu::new(scaled).unwrap().solve(&[1e-200, 2e-200]).unwrap()[1] - 2.0).abs() < 1e-15);
    assert!(
        Lu::new(Matrix::zeros(0, 0))
            .unwrap()
            .solve(&[])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn units_do_not_count() {
    // an unknown in units of 1e-12 and an equation in units of 1e15
    let mut random = Random(4);
    let a = random.matrix(20, 20);
    let unit = |i: usize, at: usize, by: f64| if i == at { by } else { 1.0 };
    let scaled = Matrix::from_fn(20, 20, |i, j| {
        a.at(i, j) * unit(i, 3, 1e15) * unit(j, 7, 1e-12)
    });
    let (plain, lu) = (Lu::new(a).unwrap(), Lu::new(scaled).unwrap());
    assert!(
        lu.condition() < 1e3 * plain.condition(),
        "{}",
        lu.condition()
    );
    let right: Vec<f64> = (0..20).map(|_| random.next()).collect();
    let other: Vec<f64> = (0..20).map(|i| right[i] * unit(i, 3, 1e15)).collect();
    let (x, y) = (plain.solve(&right).unwrap(), lu.solve(&other).unwrap());
    for i in 0..20 {
        assert!((y[i] * unit(i, 7, 1e-12) / x[i] - 1.0).abs() < 1e-10);
    }
    let (x, y) = (plain.inverse(), lu.inverse());
    assert!((y.at(7, 3) * 1e3 / x.at(7, 3) - 1.0).abs() < 1e-10);
    let mut empty = Matrix::identity(3);
    empty.set(1, 1, 0.0);
    let said = Lu::new(empty).unwrap_err().to_string();
    assert!(said.contains("row 1, which is all zeros"), "{said}");
    for tiny in [f64::MIN_POSITIVE / 8.0, f64::MAX] {
        let extreme = Matrix::from_fn(2, 2, |i, j| if i == j { [tiny, 1.0][i] } else { 0.0 });
        let x = Lu::new(extreme).unwrap().solve(&[tiny, 3.0]).unwrap();
        assert_eq!(x, [1.0, 3.0]);
    }
}

#[test]
fn eigenvectors_take_a_matrix_apart_and_put_it_together() {
    let mut random = Random(5);
    for size in SIZES {
        let a = random.matrix(size, size);
        let a = Matrix::from_fn(size, size, |i, j| a.at(i.min(j), i.max(j)));
        let spectrum = Spectrum::new(a.clone()).unwrap();
        let v = &spectrum.vectors;
        let one = v.transposed().product(v).unwrap();
        assert!(difference(&one, &Matrix::identity(size)) < 1e-13, "{size}");
        let scaled = Matrix::from_fn(size, size, |i, j| v.at(i, j) * spectrum.values[j]);
        let again = scaled.product(&v.transposed()).unwrap();
        assert!(
            difference(&again, &a) < 1e-13 * (size as f64).sqrt().max(3.0),
            "{size}"
        );
        assert!(spectrum.values.is_sorted());
    }
}

#[test]
fn known_eigenvalues() {
    // second differences: 2 − 2 cos(kπ/(n+1)); Hilbert 3 × 3 by mpmath with 30 digits
    let size = 40;
    let chain = Matrix::from_fn(size, size, |i, j| match i.abs_diff(j) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    });
    for (k, value) in Spectrum::new(chain).unwrap().values.iter().enumerate() {
        let angle = (k + 1) as f64 * std::f64::consts::PI / (size + 1) as f64;
        assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-14);
    }
    let hilbert = Matrix::from_fn(3, 3, |i, j| 1e200 / (i + j + 1) as f64);
    let known = [
        0.002_687_340_355_773_529,
        0.122_327_065_853_905_85,
        1.408_318_927_123_654,
    ];
    for (value, known) in Spectrum::new(hilbert).unwrap().values.iter().zip(known) {
        assert!((value / 1e200 - known).abs() < 1e-15, "{value}");
    }
    // equal ones, none at all, one alone
    let equal = Spectrum::new(Matrix::identity(5)).unwrap();
    assert_eq!(
        (equal.values, equal.vectors),
        (vec![1.0; 5], Matrix::identity(5))
    );
    assert_eq!(Spectrum::new(Matrix::zeros(3, 3)).unwrap().values, [0.0; 3]);
    assert!(
        Spectrum::new(Matrix::zeros(0, 0))
            .unwrap()
            .values
            .is_empty()
    );
    let negative = Matrix::from_fn(1, 1, |_, _| -3.0);
    assert_eq!(Spectrum::new(negative).unwrap().values, [-3.0]);
    assert!(Spectrum::new(Matrix::from_fn(2, 2, |i, j| (i + 2 * j) as f64)).is_err());
}
