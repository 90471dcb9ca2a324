//! Why a model or a histogram could not be fitted at all.

use crate::expr::Failure;

use super::Cost;

/// Why a fit could not even begin; a fit that began and ended badly is a flagged [`super::Fit`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The formula cannot be compiled or differentiated.
    #[error("model {model}: {failure}")]
    Formula {
        /// The model.
        model: String,
        /// What is wrong with its formula.
        failure: Failure,
    },
    /// A rule of the model failed for this histogram.
    #[error("model {model}: the rule for {what} failed: {failure}")]
    Rule {
        /// The model.
        model: String,
        /// Which rule: `start of sigma`, `range`, `prepare`, `refit`.
        what: String,
        /// How it failed.
        failure: Failure,
    },
    /// A parameter needs a start value.
    #[error(
        "model {model} is not linear in its parameter {parameter}: give it a start value with .start(\"{parameter}\", …)"
    )]
    NoStart {
        /// The model.
        model: String,
        /// The parameter.
        parameter: String,
    },
    /// A start value that is not a finite number.
    #[error(
        "model {model}: parameter {parameter} would start at {value}, which is not a number to start from"
    )]
    BadStart {
        /// The model.
        model: String,
        /// The parameter.
        parameter: String,
        /// The start value.
        value: f64,
    },
    /// Limits that leave no room.
    #[error("model {model}: the limits of parameter {parameter} leave no room: {low} to {high}")]
    Limits {
        /// The model.
        model: String,
        /// The parameter.
        parameter: String,
        /// The lower limit.
        low: f64,
        /// The upper limit.
        high: f64,
    },
    /// A formula with a parameter that is not declared, or the other way round.
    #[error("model {model}: {parameter} is not both a parameter and used in the formula")]
    Parameter {
        /// The model.
        model: String,
        /// The parameter.
        parameter: String,
    },
    /// An order that does not name each parameter once.
    #[error("model {model}: the order must name each parameter once, see {parameter}")]
    Order {
        /// The model.
        model: String,
        /// The first parameter that is wrong.
        parameter: String,
    },
    /// A name that cannot be changed.
    #[error(
        "model {model}: {from} cannot be renamed, {parameter} is not a parameter or there already"
    )]
    Rename {
        /// The model.
        model: String,
        /// The name that is unknown or taken.
        parameter: String,
        /// The name that should change.
        from: String,
    },
    /// Two models that cannot be joined as they are.
    #[error("{model}: {parameter} {what}")]
    Clash {
        /// Names of both models.
        model: String,
        /// The parameter, or the rule.
        parameter: String,
        /// What is wrong with it and what to do.
        what: &'static str,
    },
    /// Data that are not numbers.
    #[error("{what} at x = {x} is {value}: a fit needs finite numbers and positive errors")]
    NotFinite {
        /// Contents or error.
        what: &'static str,
        /// Position of the bin or point.
        x: f64,
        /// The value.
        value: f64,
    },
    /// Negative counts under a Poisson likelihood.
    #[error(
        "the content at x = {x} is {value}: a Poisson likelihood needs counts, choose cost \"chi2\""
    )]
    Negative {
        /// Position of the bin.
        x: f64,
        /// The content.
        value: f64,
    },
    /// A Poisson likelihood of something else than counts.
    #[error(
        "a Poisson likelihood needs counts, and these are values with errors: choose cost \"chi2\""
    )]
    NotCounts,
    /// A cost of single values for something else.
    #[error(
        "cost \"{cost}\" is for single values or rows, and these are bins or points: choose \"chi2\" or \"poisson\""
    )]
    NoRows {
        /// The cost.
        cost: Cost,
    },
    /// A cost of bins for single values.
    #[error("cost \"{cost}\" is for bins or points, and these are {what}: choose {choice}")]
    NoBins {
        /// The cost.
        cost: Cost,
        /// What they are.
        what: &'static str,
        /// What can be chosen.
        choice: &'static str,
    },
    /// A density that is normalised, with a parameter that only scales it.
    #[error(
        "model {model}: {names} {verb} the density, which cost \"unbinned\" normalises itself: hold {first} with .fix(\"{first}\", …), or choose cost \"extended\""
    )]
    OnlyScale {
        /// The model.
        model: String,
        /// The parameters.
        names: String,
        /// Its verb.
        verb: &'static str,
        /// One of them.
        first: String,
    },
    /// A density that is not above zero where there is a value.
    #[error(
        "model {model} is {value} at x = {x} for its start values {start}: a likelihood needs a density above zero where there are values"
    )]
    NotPositive {
        /// The model.
        model: String,
        /// The density.
        value: f64,
        /// Position.
        x: f64,
        /// The start values, `name = value`.
        start: String,
    },
    /// A model of rows for something else.
    #[error(
        "model {model} is the logarithm of the density of a table's rows: fit it to a table, or write it as a formula of x, |x, p| …"
    )]
    OfRows {
        /// The model.
        model: String,
    },
    /// A model of x for the rows of a table.
    #[error(
        "model {model} is a formula of x, and a table has rows: write it as |t, p| … t.COLUMN …, the logarithm of the density of a row, or fit one column"
    )]
    NotOfRows {
        /// The model.
        model: String,
    },
    /// Single values without a range.
    #[error("single values need the range in which they were taken: range: [low, high]")]
    NoRange,
    /// A single value that is not a finite number.
    #[error("the value of row {row} (from 0) is {value}: a fit needs finite numbers")]
    BadValue {
        /// Number of the row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Several fits at once with a range that moves.
    #[error(
        "model {model} moves its range after a fit (.refit), which several fits at once cannot"
    )]
    MovingRange {
        /// The model.
        model: String,
    },
    /// Bins that cannot be joined.
    #[error("bins cannot be joined: {message}")]
    Rebin {
        /// Why not.
        message: String,
    },
    /// Nothing was filled.
    #[error("there is nothing to fit: all bins from {low} to {high} are empty")]
    Empty {
        /// Low end of the range.
        low: f64,
        /// High end of the range.
        high: f64,
    },
    /// Fewer entries than asked for.
    #[error("{entries} entries are fewer than the {wanted} asked for")]
    TooFewEntries {
        /// Entries found.
        entries: f64,
        /// Entries asked for.
        wanted: f64,
    },
    /// A range that holds no bin.
    #[error("the fit range from {low} to {high} holds no bin")]
    Range {
        /// Low end as given.
        low: f64,
        /// High end as given.
        high: f64,
    },
    /// A range that ends before it begins, or never.
    #[error(
        "the fit range from {low} to {high} is none: it needs two numbers, the lower one first"
    )]
    CrossedRange {
        /// Low end as given.
        low: f64,
        /// High end as given.
        high: f64,
    },
    /// More free parameters than bins.
    #[error("{parameters} free parameters need as many bins or points, not {bins}")]
    TooFewBins {
        /// Bins (or points) that count.
        bins: usize,
        /// Free parameters.
        parameters: usize,
    },
    /// Columns of points of different length.
    #[error("points need columns of equal length, not {x} x, {y} y and {errors} errors")]
    Lengths {
        /// Length of x.
        x: usize,
        /// Length of y.
        y: usize,
        /// Length of the errors.
        errors: usize,
    },
    /// A question about a parameter that the fit does not have.
    #[error("the fit has no parameter {parameter}: it has {known}")]
    UnknownParameter {
        /// The parameter asked for.
        parameter: String,
        /// Those it has.
        known: String,
    },
    /// A question about the neighbourhood of a parameter that is held.
    #[error("parameter {parameter} is fixed: it has no error and no profile")]
    FixedParameter {
        /// The parameter.
        parameter: String,
    },
    /// A question about the neighbourhood of a minimum that was not found.
    #[error(
        "errors by profiling need the minimum of the cost, and this fit did not find it: {why}"
    )]
    NoMinimum {
        /// Why the fit is not valid.
        why: String,
    },
    /// A level of errors that is none.
    #[error("{what} {value} is no level of errors: sigma is positive, cl lies between 0 and 1")]
    Level {
        /// `sigma` or `cl`.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// A scan or contour that asks for something impossible.
    #[error("{message}")]
    Profile {
        /// What is wrong with it.
        message: String,
    },
    /// The model has no finite value where it starts.
    #[error("model {model} is not a finite number at x = {x} for its start values {start}")]
    StartNotFinite {
        /// The model.
        model: String,
        /// Position.
        x: f64,
        /// The start values, `name = value`.
        start: String,
    },
}
