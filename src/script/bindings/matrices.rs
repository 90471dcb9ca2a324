//! Matrices and sums of linear systems; the meaning is in the room `fit`.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult};
use serde_json::{Value, json};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::super::worker;
use super::columns::Column;
use super::fit::number;
use super::tables::{CHANNEL, Table, count};
use crate::expr::{self, maths};
use crate::fit::systems::{self, Cholesky, Lu, Method, Spectrum, SystemError};
use crate::hist::NormalSums;

/// A matrix; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Matrix(pub(super) Arc<systems::Matrix>);

/// Sums of a linear system; never changes.
#[derive(Clone, Debug)]
pub(crate) struct LinearSystem(Arc<systems::LinearSystem>);

pub(super) fn refused(error: &SystemError) -> Box<EvalAltResult> {
    raise("matrix::refused")(error)
}

impl Matrix {
    pub(super) fn new(matrix: systems::Matrix) -> Self {
        Self(Arc::new(matrix))
    }

    /// Row after row.
    pub(super) fn to_json(&self) -> Value {
        let row = |i: usize| (0..self.0.columns()).map(move |j| json!(self.0.at(i, j)));
        (0..self.0.rows())
            .map(|i| row(i).collect::<Value>())
            .collect()
    }

    fn of_rows(rows: &Array) -> Fallible<Self> {
        let rows: Vec<Vec<f64>> = rows.iter().map(numbers).collect::<Fallible<_>>()?;
        let matrix = systems::Matrix::from_rows(&rows);
        matrix.map(Self::new).map_err(|error| refused(&error))
    }

    fn row(&self, number: i64) -> Fallible<Array> {
        let row = usize::try_from(number)
            .ok()
            .filter(|row| *row < self.0.rows());
        let row = row.ok_or_else(|| {
            let (rows, columns) = (self.0.rows(), self.0.columns());
            let message = format!("a matrix of {rows} × {columns} has no row {number}");
            Raised::new("matrix::no-row", message)
                .hint("rows and columns are counted from 0: `m[0][1]`")
                .boxed()
        })?;
        Ok((0..self.0.columns())
            .map(|j| self.0.at(row, j).into())
            .collect())
    }

    fn product(&self, other: &Self) -> Fallible<Self> {
        let product = self.0.product(&other.0);
        product.map(Self::new).map_err(|error| refused(&error))
    }

    fn times(&self, vector: &[f64]) -> Fallible<Array> {
        let product = self.0.times(vector).map_err(|error| refused(&error))?;
        Ok(product.into_iter().map(Dynamic::from).collect())
    }

    fn scaled(&self, by: f64) -> Self {
        let m = &self.0;
        Self::new(systems::Matrix::from_fn(m.rows(), m.columns(), |i, j| {
            by * m.at(i, j)
        }))
    }

    /// Element by element, `sign` times the other.
    fn plus(&self, other: &Self, sign: f64) -> Fallible<Self> {
        let (a, b) = (&self.0, &other.0);
        if (a.rows(), a.columns()) != (b.rows(), b.columns()) {
            let size = |m: &systems::Matrix| format!("{} × {}", m.rows(), m.columns());
            return Err(refused(&SystemError::Sizes {
                what: "matrices that are added have the same size".into(),
                have: size(b),
                want: size(a),
            }));
        }
        let sum = |i, j| a.at(i, j) + sign * b.at(i, j);
        Ok(Self::new(systems::Matrix::from_fn(
            a.rows(),
            a.columns(),
            sum,
        )))
    }

    fn spectrum(&self) -> Fallible<Spectrum> {
        worker::large_step();
        Spectrum::new((*self.0).clone()).map_err(|error| refused(&error))
    }

    /// Factors of a symmetric positive definite matrix, if it is one.
    fn cholesky(&self) -> Option<Cholesky> {
        worker::large_step();
        Cholesky::new((*self.0).clone()).ok()
    }

    fn lu(&self) -> Fallible<Lu> {
        Lu::new((*self.0).clone()).map_err(|error| refused(&error))
    }

    fn inverse(&self) -> Fallible<Self> {
        if let Some(cholesky) = self.cholesky() {
            return Ok(Self::new(cholesky.inverse()));
        }
        Ok(Self::new(self.lu()?.inverse()))
    }

    fn solve(&self, right: &[f64]) -> Fallible<Array> {
        worker::large_step();
        let found = self.lu()?.solve_refined(right, |x| self.0.times(x));
        let found = found.map_err(|error| refused(&error))?;
        Ok(found.into_iter().map(Dynamic::from).collect())
    }
}

/// The numbers of an array or a column.
pub(super) fn numbers(value: &Dynamic) -> Fallible<Vec<f64>> {
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().map(number).collect();
    }
    let column = value.read_lock::<Column>();
    column
        .and_then(|column| column.values.to_floats())
        .ok_or_else(|| {
            let message = format!(
                "an array or a column of numbers is needed, not {}",
                a_kind(value)
            );
            Raised::new("script::wrong-value", message).boxed()
        })
}

fn rotation(axis: usize, angle: f64) -> Matrix {
    let (sine, cosine) = (maths::sin(angle), maths::cos(angle));
    let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
    Matrix::new(systems::Matrix::from_fn(3, 3, |i, j| match (i, j) {
        (i, j) if i == axis && j == axis => 1.0,
        (i, j) if i == j => cosine,
        (i, j) if i == next && j == last => -sine,
        (i, j) if i == last && j == next => sine,
        _ => 0.0,
    }))
}

/// The values of a column that must hold numbers.
pub(super) fn floats(table: &Table, name: &str) -> Fallible<Vec<f64>> {
    table.column(name)?.to_floats().ok_or_else(|| {
        let message = format!("`{name}` does not hold numbers");
        Raised::new("table::no-numbers", message).boxed()
    })
}

/// The values of a column that must hold whole numbers.
pub(super) fn whole_numbers(table: &Table, name: &str) -> Fallible<Vec<i64>> {
    let column = table.column(name)?;
    let channels =
        expr::channels(column).and_then(|all| all.into_iter().collect::<Option<Vec<_>>>());
    channels.ok_or_else(|| {
        let message = format!("`{name}` does not hold whole numbers");
        Raised::new("table::no-channels", message)
            .hint("make them: `define(name, |row| to_int(row.x))`")
            .boxed()
    })
}

fn linear_system(sums: &Table, unknowns: &Table) -> Fallible<LinearSystem> {
    let channels = whole_numbers(unknowns, CHANNEL)?;
    let (i, j) = (whole_numbers(sums, "i")?, whole_numbers(sums, "j")?);
    let values = floats(sums, "value")?;
    let entries = if unknowns.0.column("entries").is_some() {
        whole_numbers(unknowns, "entries")?
    } else {
        vec![1; channels.len()]
    };
    let pairs = i.into_iter().zip(j).zip(values);
    let sums: Vec<(i64, i64, f64)> = pairs.map(|((i, j), value)| (i, j, value)).collect();
    let right = floats(unknowns, "right")?;
    let system = systems::LinearSystem::new(&channels, &right, &entries, &sums);
    let system = system.map_err(|error| refused(&error))?;
    Ok(LinearSystem(Arc::new(system)))
}

impl LinearSystem {
    /// The system that was collected.
    pub(super) fn of_sums(sums: &NormalSums) -> Fallible<Self> {
        let NormalSums {
            channels,
            right,
            entries,
            sums,
        } = sums;
        let system = systems::LinearSystem::new(channels, right, entries, sums);
        let system = system.map_err(|error| refused(&error))?;
        Ok(Self(Arc::new(system)))
    }

    fn table(&self, more: Vec<(&str, Vec<f64>)>) -> Fallible<Table> {
        let mut table = expr::Table::new();
        let channels = expr::Column::Int(self.0.channels().to_vec());
        let entries = expr::Column::Int(self.0.entries().to_vec());
        let mut columns = vec![(CHANNEL, channels), ("entries", entries)];
        columns.extend(
            more.into_iter()
                .map(|(name, v)| (name, expr::Column::Float(v))),
        );
        for (name, column) in columns {
            let pushed = table.push(name, column);
            pushed.map_err(|error| raise("table::column")(&error))?;
        }
        Ok(Table::new(table))
    }

    fn solve(&self, method: &str) -> Fallible<Table> {
        let method = match method {
            "lu" => Method::Lu,
            "cholesky" => Method::Cholesky,
            other => {
                let message = format!("there is no method `{other}` for a linear system");
                return Err(Raised::new("script::wrong-value", message)
                    .hint("there are \"lu\" and \"cholesky\"")
                    .boxed());
            }
        };
        worker::large_step();
        let solution = self.0.solve(method).map_err(|error| refused(&error))?;
        self.table(vec![
            ("solution", solution.values),
            ("error", solution.errors),
        ])
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<LinearSystem>("LinearSystem")
        .register_fn("linear_system", |sums: Table, channels: Table| {
            linear_system(&sums, &channels)
        })
        .register_get("channels", |s: &mut LinearSystem| s.table(Vec::new()))
        .register_fn(
            "without_empty",
            |s: &mut LinearSystem, value: Dynamic| -> Fallible<LinearSystem> {
                Ok(LinearSystem(Arc::new(s.0.without_empty(number(&value)?))))
            },
        )
        .register_fn("solve", |s: &mut LinearSystem, method: &str| {
            s.solve(method)
        });
    engine
        .register_type_with_name::<Matrix>("Matrix")
        .register_fn("matrix", |rows: Array| Matrix::of_rows(&rows))
        .register_fn("rotation_x", |angle: Dynamic| -> Fallible<Matrix> {
            Ok(rotation(0, number(&angle)?))
        })
        .register_fn("rotation_y", |angle: Dynamic| -> Fallible<Matrix> {
            Ok(rotation(1, number(&angle)?))
        })
        .register_get("rows", |m: &mut Matrix| count(m.0.rows()))
        .register_get("columns", |m: &mut Matrix| count(m.0.columns()))
        .register_indexer_get(|m: &mut Matrix, row: i64| m.row(row))
        .register_fn("to_array", |m: &mut Matrix| -> Fallible<Array> {
            let rows = (0..count(m.0.rows())).map(|i| m.row(i).map(Dynamic::from_array));
            rows.collect()
        })
        .register_fn("transposed", |m: &mut Matrix| Matrix::new(m.0.transposed()))
        .register_fn("inverse", |m: &mut Matrix| m.inverse())
        .register_fn("diagonal", |m: &mut Matrix| -> Array {
            m.0.diagonal().into_iter().map(Dynamic::from).collect()
        })
        .register_fn("eigenvalues", |m: &mut Matrix| -> Fallible<Array> {
            Ok(m.spectrum()?
                .values
                .into_iter()
                .map(Dynamic::from)
                .collect())
        })
        .register_fn("eigenvectors", |m: &mut Matrix| -> Fallible<Matrix> {
            Ok(Matrix::new(m.spectrum()?.vectors))
        })
        .register_fn("condition", |m: &mut Matrix| -> Fallible<f64> {
            worker::large_step();
            Ok(m.lu()?.condition())
        })
        .register_fn("solve", |m: &mut Matrix, right: Dynamic| {
            m.solve(&numbers(&right)?)
        });
    operators(engine);
}

fn operators(engine: &mut Engine) {
    engine
        .register_fn("*", |a: Matrix, b: Matrix| a.product(&b))
        .register_fn("*", |a: Matrix, b: Array| a.times(&numbers(&b.into())?))
        .register_fn("*", |a: Matrix, b: Column| {
            a.times(&numbers(&Dynamic::from(b))?)
        })
        .register_fn("*", |a: Matrix, b: f64| a.scaled(b))
        .register_fn("*", |a: Matrix, b: i64| a.scaled(b as f64))
        .register_fn("*", |a: f64, b: Matrix| b.scaled(a))
        .register_fn("*", |a: i64, b: Matrix| b.scaled(a as f64))
        .register_fn("+", |a: Matrix, b: Matrix| a.plus(&b, 1.0))
        .register_fn("-", |a: Matrix, b: Matrix| a.plus(&b, -1.0))
        .register_fn("-", |a: Matrix| a.scaled(-1.0));
}
