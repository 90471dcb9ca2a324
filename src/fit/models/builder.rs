//! How a model is built and changed in Rust.

use std::sync::Arc;

use crate::expr::{Expr, Failure, Node, parameters, rebuilt};
use crate::fit::{Error, Fit, Model, Parameter, Refit, Rule, RuleFunction, Start};
use crate::hist::Histogram;

/// A rule written in Rust.
struct Native<F> {
    source: String,
    function: F,
}

impl<Q: ?Sized, A, F: Fn(&Q) -> A + Send + Sync> RuleFunction<Q, A> for Native<F> {
    fn ask(&self, question: &Q) -> Result<A, Failure> {
        Ok((self.function)(question))
    }

    fn source(&self) -> &str {
        &self.source
    }
}

/// A rule written in Rust; `source` is its identity and must name all it captures.
pub fn rule<Q: ?Sized, A>(
    source: impl Into<String>,
    function: impl Fn(&Q) -> A + Send + Sync + 'static,
) -> Rule<Q, A> {
    Rule(Arc::new(Native {
        source: source.into(),
        function,
    }))
}

impl Model {
    /// A model with this formula of `x`; parameters in order of appearance, without start values.
    #[must_use]
    pub fn new(name: impl Into<String>, formula: Expr) -> Self {
        let parameter = |name| Parameter {
            name,
            start: Start::Unset,
            limits: (None, None),
            fixed: false,
        };
        Self {
            name: name.into(),
            parameters: parameters(&formula).into_iter().map(parameter).collect(),
            formula,
            of_rows: false,
            held_at_limit: Vec::new(),
            range: None,
            prepare: None,
            refit: None,
        }
    }

    fn edit(mut self, name: &str, change: impl FnOnce(&mut Parameter)) -> Self {
        if let Some(parameter) = self.parameters.iter_mut().find(|p| p.name == name) {
            change(parameter);
        }
        self
    }

    /// A start value; an unknown parameter is left out.
    #[must_use]
    pub fn start(self, name: &str, value: f64) -> Self {
        self.edit(name, |p| p.start = Start::Value(value))
    }

    /// A start value asked of each histogram; an unknown parameter is left out.
    #[must_use]
    pub fn start_from(
        self,
        name: &str,
        source: &str,
        function: impl Fn(&Histogram) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.edit(name, |p| p.start = Start::Histogram(rule(source, function)))
    }

    /// Limits; an unknown parameter is left out.
    #[must_use]
    pub fn limits(self, name: &str, low: Option<f64>, high: Option<f64>) -> Self {
        self.edit(name, |p| p.limits = (low, high))
    }

    /// Where a fit ends at a limit of this parameter, it is held there and the fit is done again.
    #[must_use]
    pub fn hold_at_limit(mut self, name: &str) -> Self {
        self.held_at_limit.push(name.to_owned());
        self
    }

    /// Holds a parameter at its start value; an unknown parameter is left out.
    #[must_use]
    pub fn fix(self, name: &str) -> Self {
        self.edit(name, |p| p.fixed = true)
    }

    /// The parameters in this order.
    ///
    /// # Errors
    /// Unless each is named once.
    pub fn order(mut self, names: &[&str]) -> Result<Self, Error> {
        let place = |name: &str| names.iter().position(|known| *known == name);
        let unknown = names.iter().find(|name| !self.has(name));
        let left_out = self.parameters.iter().find(|p| place(&p.name).is_none());
        let wrong = unknown
            .map(|name| (*name).to_owned())
            .or_else(|| left_out.map(|p| p.name.clone()))
            .or_else(|| (names.len() != self.parameters.len()).then(|| "named twice".into()));
        if let Some(parameter) = wrong {
            return Err(Error::Order {
                model: self.name,
                parameter,
            });
        }
        self.parameters.sort_by_key(|p| place(&p.name));
        Ok(self)
    }

    /// Whether there is a parameter of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|p| p.name == name)
    }

    /// The same model with another name for one parameter; start, limits and whether it is held
    /// go with it.
    ///
    /// # Errors
    /// When there is no parameter `from`, or already one called `to`.
    pub fn rename(mut self, from: &str, to: &str) -> Result<Self, Error> {
        if !self.has(from) || (self.has(to) && from != to) {
            let parameter = if self.has(from) { to } else { from };
            return Err(Error::Rename {
                model: self.name,
                parameter: parameter.to_owned(),
                from: from.to_owned(),
            });
        }
        self.formula = renamed(&self.formula, from, to);
        let (from, to) = (from.to_owned(), to.to_owned());
        for held in self.held_at_limit.iter_mut().filter(|held| **held == from) {
            held.clone_from(&to);
        }
        self.refit = self.refit.map(|refit| refit_renamed(&refit, &from, &to));
        Ok(self.edit(&from, |p| p.name = to))
    }
}

fn renamed(formula: &Expr, from: &str, to: &str) -> Expr {
    match &**formula {
        Node::Parameter(name, place) if name == from => {
            Arc::new(Node::Parameter(to.to_owned(), *place))
        }
        _ => rebuilt(formula, &mut |part| renamed(part, from, to)),
    }
}

/// A rule about fits that still sees the parameter under its first name.
struct Renamed {
    rule: Rule<(Histogram, Fit), Option<(f64, f64)>>,
    from: String,
    to: String,
    source: String,
}

impl RuleFunction<(Histogram, Fit), Option<(f64, f64)>> for Renamed {
    fn ask(&self, question: &(Histogram, Fit)) -> Result<Option<(f64, f64)>, Failure> {
        let mut question = question.clone();
        for name in &mut question.1.names {
            if *name == self.to {
                name.clone_from(&self.from);
            }
        }
        self.rule.0.ask(&question)
    }

    fn source(&self) -> &str {
        &self.source
    }
}

fn refit_renamed(refit: &Refit, from: &str, to: &str) -> Refit {
    let rule = Renamed {
        source: format!("{} with {to} as {from}", refit.rule.0.source()),
        rule: refit.rule.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
    };
    Refit {
        times: refit.times,
        rule: Rule(Arc::new(rule)),
    }
}

/// A rule asked of another histogram that is made of the one at hand.
struct Seen {
    rule: Rule<Histogram, f64>,
    change: fn(&Histogram) -> Histogram,
    source: String,
}

impl RuleFunction<Histogram, f64> for Seen {
    fn ask(&self, question: &Histogram) -> Result<f64, Failure> {
        self.rule.0.ask(&(self.change)(question))
    }

    fn source(&self) -> &str {
        &self.source
    }
}

/// The parameters with all start rules asked of a changed histogram.
pub(super) fn seeing(
    parameters: &[Parameter],
    what: &str,
    change: fn(&Histogram) -> Histogram,
) -> Vec<Parameter> {
    let seen = |parameter: &Parameter| {
        let mut parameter = parameter.clone();
        if let Start::Histogram(rule) = &parameter.start {
            let source = format!("{} of {what}", rule.0.source());
            parameter.start = Start::Histogram(Rule(Arc::new(Seen {
                rule: rule.clone(),
                change,
                source,
            })));
        }
        parameter
    };
    parameters.iter().map(seen).collect()
}

/// The parameters in the order given, which must name them all.
pub(super) fn sorted(mut model: Model, names: &[&str]) -> Model {
    model
        .parameters
        .sort_by_key(|parameter| names.iter().position(|name| *name == parameter.name));
    model
}
