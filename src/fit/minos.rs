//! Asymmetric errors: where the profile of the cost has risen by one.

use serde::{Deserialize, Serialize};

use super::crossing::{End, Line};
use super::problem::Thread;
use super::profile::{Point, Walker};
use super::{Error, Errors, Fit, Level, Options, Solved};

/// The errors of one parameter, downwards and upwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minos {
    /// The parameter.
    pub parameter: String,
    /// From the value down to where the cost, minimised over all others, has risen so far; not
    /// positive. The distance to the limit if that comes first; nothing if there is no such place.
    pub lower: Option<f64>,
    /// The same upwards, not negative.
    pub upper: Option<f64>,
    /// `lower` is the distance to the limit.
    pub at_lower_limit: bool,
    /// `upper` is the distance to the limit.
    pub at_upper_limit: bool,
    /// The cost of a lower minimum that was found on the way.
    pub new_minimum: Option<f64>,
    /// What is wrong; empty when nothing is.
    pub why: String,
}

impl Minos {
    /// The cost rises so far below the value.
    #[must_use]
    pub fn lower_valid(&self) -> bool {
        self.lower.is_some() && !self.at_lower_limit
    }

    /// The cost rises so far above the value.
    #[must_use]
    pub fn upper_valid(&self) -> bool {
        self.upper.is_some() && !self.at_upper_limit
    }

    /// Both errors are what they claim, and no lower minimum was found.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.lower_valid() && self.upper_valid() && self.new_minimum.is_none()
    }

    fn unknown(parameter: &str) -> Self {
        Self {
            parameter: parameter.to_owned(),
            lower: None,
            upper: None,
            at_lower_limit: false,
            at_upper_limit: false,
            new_minimum: None,
            why: String::new(),
        }
    }

    fn add_reason(&mut self, reason: &str) {
        if !self.why.is_empty() {
            self.why.push_str("; ");
        }
        self.why.push_str(reason);
    }
}

/// The end of the way to one side of a parameter.
pub(crate) struct Side {
    /// Distance from the value, not negative.
    pub(crate) distance: f64,
    /// The place there.
    pub(crate) point: Point,
    /// Whether a limit ended it.
    pub(crate) at_limit: bool,
}

/// Why there is no such end.
pub(crate) enum NoSide {
    Lower(Box<Point>),
    Lost(String),
}

impl Fit {
    /// Takes notice of errors by profiling: with a lower minimum on the way, no minimum was found.
    pub fn note(&mut self, minos: &Minos) {
        if minos.new_minimum.is_some() && self.minimum {
            self.minimum = false;
            self.add_reason(&minos.why);
        }
    }
}

impl Solved {
    /// The errors of a parameter by the rise of the cost instead of its curvature.
    ///
    /// Where a lower minimum is found on the way, the fit is not valid any more.
    ///
    /// # Errors
    /// No free parameter of that name, a fit without minimum, a level that is none.
    pub fn minos(&mut self, parameter: &str, level: Level) -> Result<Minos, Error> {
        let minos = self.minos_of(parameter, level)?;
        self.fit.note(&minos);
        Ok(minos)
    }

    /// The same without a word to the fit, for [`Fit::note`].
    ///
    /// # Errors
    /// As [`Solved::minos`].
    pub fn minos_of(&self, parameter: &str, level: Level) -> Result<Minos, Error> {
        self.minos_with(parameter, level, &mut Thread::default())
    }

    pub(crate) fn minos_with(
        &self,
        parameter: &str,
        level: Level,
        thread: &mut Thread,
    ) -> Result<Minos, Error> {
        let at = self.free_parameter(parameter)?;
        let rise = level.rise(1)?;
        let mut minos = Minos::unknown(parameter);
        for (sign, below) in [(-1.0, true), (1.0, false)] {
            match self.side(at, sign, rise, thread) {
                Ok(side) if below => {
                    minos.lower = Some(0.0 - side.distance);
                    minos.at_lower_limit = side.at_limit;
                }
                Ok(side) => {
                    minos.upper = Some(side.distance);
                    minos.at_upper_limit = side.at_limit;
                }
                Err(NoSide::Lost(why)) => {
                    let side = if below { "below" } else { "above" };
                    minos.add_reason(&format!("{side} {parameter}: {why}"));
                }
                Err(NoSide::Lower(point)) => {
                    let (cost, why) = self.lower_minimum(&point, thread);
                    minos.new_minimum = Some(minos.new_minimum.map_or(cost, |c| c.min(cost)));
                    minos.add_reason(&why);
                }
            }
        }
        Ok(minos)
    }

    /// The way from the minimum to one side (−1: down, 1: up) of a parameter.
    pub(crate) fn side(
        &self,
        at: usize,
        sign: f64,
        rise: f64,
        thread: &mut Thread,
    ) -> Result<Side, NoSide> {
        let mut walker = Walker::new(&self.problem, vec![at], thread);
        let Some(minimum) = walker.begin(&self.values) else {
            let why = "the other parameters have no minimum of their own";
            return Err(NoSide::Lost(why.to_owned()));
        };
        let (down, up) = walker.room(0, self.values[at]);
        let line = Line {
            fall: self.fall(&minimum),
            minimum: &minimum,
            direction: vec![sign],
            reach: if sign < 0.0 { down } else { up },
            rise,
        };
        let (distance, point, at_limit) = match line.crossing(&mut walker, None) {
            End::Crossed(distance, point) => (distance, point, false),
            End::Limit(distance, point) => (distance, point, true),
            End::Lower(point) => return Err(NoSide::Lower(Box::new(point))),
            End::Lost(why) => return Err(NoSide::Lost(why)),
        };
        if let Some(x) = point.negative {
            let why = format!(
                "the model becomes negative at x = {x}, where counts cannot be, before the cost has risen by {rise}: a limit would keep it positive"
            );
            return Err(NoSide::Lost(why));
        }
        Ok(Side {
            distance,
            point,
            at_limit,
        })
    }

    /// The fall of the cost below the minimum that is more than the fit could not know.
    pub(crate) fn fall(&self, minimum: &Point) -> f64 {
        const LOWER: f64 = 1e-5;
        LOWER.max(10.0 * self.fit.edm).max(10.0 * minimum.noise)
    }

    /// The minimum near a place where the cost is lower than at the minimum of the fit: its cost,
    /// and where it is, in words.
    pub(crate) fn lower_minimum(&self, place: &Point, thread: &mut Thread) -> (f64, String) {
        let mut problem = self.problem.clone();
        problem.start_at(&place.values);
        let found = problem.minimise(&Options::default(), thread);
        let (cost, values) = match found {
            Ok(outcome) if outcome.cost < place.cost => (outcome.cost, outcome.values),
            _ => (place.cost, place.values.clone()),
        };
        let shown = problem.unknowns.iter().zip(&values);
        let shown = shown.filter(|(unknown, _)| !unknown.hidden && !unknown.fixed);
        let shown = shown.map(|(unknown, value)| format!("{} = {value:.6}", unknown.name));
        let why = format!(
            "a lower minimum was found on the way: cost {cost:.6} instead of {:.6}, near {}",
            self.fit.chi2,
            shown.collect::<Vec<_>>().join(", ")
        );
        (cost, why)
    }

    /// The position of a free parameter of a fit that found its minimum.
    pub(crate) fn free_parameter(&self, parameter: &str) -> Result<usize, Error> {
        let unknowns = &self.problem.unknowns;
        let known = |at: &usize| unknowns[*at].name == parameter && !unknowns[*at].hidden;
        let Some(at) = (0..unknowns.len()).find(known) else {
            return Err(Error::UnknownParameter {
                parameter: parameter.to_owned(),
                known: self.fit.names.join(", "),
            });
        };
        if unknowns[at].fixed {
            return Err(Error::FixedParameter {
                parameter: parameter.to_owned(),
            });
        }
        if !self.fit.settled() {
            return Err(Error::NoMinimum {
                why: self.fit.why.clone(),
            });
        }
        Ok(at)
    }

    /// The names of all free parameters.
    #[must_use]
    pub fn free_names(&self) -> Vec<String> {
        let unknowns = self.problem.unknowns.iter();
        let free = unknowns.filter(|unknown| !unknown.hidden && !unknown.fixed);
        free.map(|unknown| unknown.name.clone()).collect()
    }

    /// Adds what `options` ask for besides the fit.
    pub(crate) fn with_errors(mut self, options: &Options, thread: &mut Thread) -> Self {
        if options.errors != Errors::Minos || !self.fit.settled() {
            return self;
        }
        for name in self.free_names() {
            // after a lower minimum was found there is nothing left to ask
            let minos = self.minos_with(&name, Level::default(), thread);
            let minos = minos.unwrap_or_else(|error| Minos {
                why: error.to_string(),
                ..Minos::unknown(&name)
            });
            self.fit.note(&minos);
            self.fit.minos.push(minos);
        }
        self
    }
}
