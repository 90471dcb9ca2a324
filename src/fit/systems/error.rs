//! Why a linear system has no solution to be trusted.

/// Why a system of linear equations could not be set up or solved.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SystemError {
    /// A number that is not finite.
    #[error("{what} is {value} in row {row}, column {column}: every number must be finite")]
    NotFinite {
        /// Which object.
        what: String,
        /// Row, counted from 0.
        row: usize,
        /// Column, counted from 0.
        column: usize,
        /// The number.
        value: f64,
    },
    /// As many equations as unknowns are needed.
    #[error("a square matrix is needed, not {rows} × {columns}")]
    NotSquare {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// Sizes that do not belong together.
    #[error("{what}: {have} instead of {want}")]
    Sizes {
        /// What does not fit.
        what: String,
        /// Size found.
        have: String,
        /// Size needed.
        want: String,
    },
    /// A matrix that must be symmetric.
    #[error(
        "the matrix is not symmetric: {upper} in row {row}, column {column}, but {lower} across the diagonal"
    )]
    NotSymmetric {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// The element above the diagonal.
        upper: f64,
        /// The element below it.
        lower: f64,
    },
    /// Rows that depend on each other.
    #[error(
        "the matrix is singular: {name} is a combination of those before it, so that no unique solution exists"
    )]
    Dependent {
        /// Row or unknown, as `row 3`.
        name: String,
        /// Its number, counted from 0.
        row: usize,
    },
    /// A matrix that is no sum of squares.
    #[error(
        "the matrix is not positive definite: {name} is not independent of those before it ({share:.1e} of its diagonal is left)"
    )]
    NotPositive {
        /// Row or unknown, as `row 3`.
        name: String,
        /// Its number, counted from 0.
        row: usize,
        /// What is left of its diagonal element, as a fraction.
        share: f64,
    },
    /// So close to singular that no digit is left.
    #[error(
        "the matrix is singular to working precision: its condition number is about {condition:.1e}, so that no digit of a solution means anything"
    )]
    IllConditioned {
        /// Estimate of the condition number.
        condition: f64,
    },
    /// Eigenvalues that did not settle.
    #[error("eigenvalue {number} was not found in {turns} turns")]
    NoEigenvalue {
        /// Its number.
        number: usize,
        /// Turns taken.
        turns: usize,
    },
    /// A formula that cannot be compiled, differentiated or evaluated.
    #[error("equation {equation}: {failure}")]
    Formula {
        /// The equation.
        equation: String,
        /// What is wrong, and where.
        failure: crate::expr::Failure,
    },
    /// A name, number or option that does not fit the rest.
    #[error("{message}")]
    Wrong {
        /// What does not fit, and what to do.
        message: String,
    },
}

impl SystemError {
    /// A sentence of its own.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong {
            message: message.into(),
        }
    }

    /// The same error with the name of the unknown instead of the number of its row.
    #[must_use]
    pub fn named(self, names: impl Fn(usize) -> String) -> Self {
        match self {
            Self::Dependent { row, .. } => Self::Dependent {
                name: names(row),
                row,
            },
            Self::NotPositive { row, share, .. } => Self::NotPositive {
                name: names(row),
                row,
                share,
            },
            other => other,
        }
    }
}
