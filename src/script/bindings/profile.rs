//! What a fit says beyond its values: errors by profiling, scans, contours, and its JSON form; the
//! meaning is in the room `fit`.

use rhai::{Array, Dynamic, Engine, EvalAltResult, Map as Options};
use serde_json::{Map, Value, json};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::super::worker;
use super::fit::number;
use super::fits::Fitted;
use super::ordered::refuse_others;
use super::tables::Table;
use crate::expr::{self, Column};
use crate::fit::{Error, Fit, Level, Minos, Solved, probability};

/// Errors by profiling as a map; what was not found is `()`.
fn map_of(minos: &Minos) -> Options {
    let maybe = |value: Option<f64>| value.map_or(Dynamic::UNIT, Dynamic::from);
    let members: [(&str, Dynamic); 7] = [
        ("lower", maybe(minos.lower)),
        ("upper", maybe(minos.upper)),
        ("valid", minos.valid().into()),
        ("at_lower_limit", minos.at_lower_limit.into()),
        ("at_upper_limit", minos.at_upper_limit.into()),
        ("new_minimum", maybe(minos.new_minimum)),
        ("why", minos.why.as_str().into()),
    ];
    let members = members.into_iter();
    members.map(|(name, value)| (name.into(), value)).collect()
}

/// `PARAMETER_lower` or `PARAMETER_upper` of a fit that was asked for them; NaN if not found.
pub(super) fn side(fit: &Fit, name: &str) -> Option<Dynamic> {
    let of = |parameter: &str| fit.minos.iter().find(|m| m.parameter == parameter);
    let lower = name.strip_suffix("_lower").and_then(of).map(|m| m.lower);
    let upper = name.strip_suffix("_upper").and_then(of).map(|m| m.upper);
    let error = lower.or(upper)?;
    Some(error.unwrap_or(f64::NAN).into())
}

fn refused(error: &Error, names: &[String]) -> Box<EvalAltResult> {
    let Error::UnknownParameter { parameter, known } = error else {
        let code = match error {
            Error::NoMinimum { .. } => "fit::no-minimum",
            Error::FixedParameter { .. } => "fit::fixed-parameter",
            _ => "fit::refused",
        };
        return raise(code)(error);
    };
    let near = crate::settings::nearest(parameter, names.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("it has {known}"),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("the fit has no parameter `{parameter}`");
    Raised::new("fit::unknown-parameter", message)
        .hint(hint)
        .boxed()
}

impl Fitted {
    /// What was fitted, for questions that take a while.
    fn solved(&self) -> Fallible<&Solved> {
        worker::large_step();
        self.solved.as_deref().ok_or_else(|| {
            let message =
                "the cost around its minimum is known of what `fit` gives, after it has ended";
            Raised::new("fit::no-profile", message).boxed()
        })
    }

    fn minos_of(&mut self, name: &str, level: Level) -> Fallible<Options> {
        let minos = self.solved()?.minos_of(name, level);
        let minos = minos.map_err(|error| refused(&error, &self.fit.names))?;
        self.fit.note(&minos);
        Ok(map_of(&minos))
    }

    /// The errors of one parameter, or those of several by name.
    fn minos(&mut self, names: &Dynamic, options: &Options) -> Fallible<Options> {
        refuse_others(options, &["sigma", "cl"], "options of `minos`")?;
        let level = level(options)?;
        if names.is_string() {
            return self.minos_of(&names.to_string(), level);
        }
        let names = match names.read_lock::<Array>() {
            Some(names) if names.iter().all(Dynamic::is_string) => {
                names.iter().map(ToString::to_string).collect()
            }
            None if names.is_unit() => self.solved()?.free_names(),
            _ => {
                let kind = a_kind(names);
                let message = format!("names of parameters are texts, not {kind}");
                return Err(Raised::new("script::wrong-value", message).boxed());
            }
        };
        let mut all = Options::new();
        for name in names {
            let minos = self.minos_of(&name, level)?;
            all.insert(name.into(), minos.into());
        }
        Ok(all)
    }

    /// Costs at `count` values from `low` to `high`.
    fn scan(&self, name: &str, low: &Dynamic, high: &Dynamic, count: i64) -> Fallible<Table> {
        let (low, high) = (number(low)?, number(high)?);
        if !(2..=100_000).contains(&count) {
            let message = format!("a scan has 2 to 100000 points, not {count}");
            return Err(Raised::new("script::wrong-value", message).boxed());
        }
        let last = count - 1;
        let value = |i: i64| {
            let part = i as f64 / last as f64;
            if i == last {
                high
            } else {
                low + (high - low) * part
            }
        };
        let values: Vec<f64> = (0..count).map(value).collect();
        let scan = self.solved()?.scan(name, &values);
        let scan = scan.map_err(|error| refused(&error, &self.fit.names))?;
        let costs = |of: fn(&crate::fit::Scanned) -> Option<f64>| {
            let costs = scan.iter().map(|scanned| of(scanned).unwrap_or(f64::NAN));
            Column::Float(costs.collect())
        };
        let (cost, profile) = (costs(|s| s.cost), costs(|s| s.profile));
        table([
            ("value", Column::Float(values)),
            ("cost", cost),
            ("profile", profile),
        ])
    }

    /// The places of a contour.
    fn contour(&self, a: &str, b: &str, options: &Options) -> Fallible<Table> {
        let known = ["sigma", "cl", "points"];
        refuse_others(options, &known, "options of `contour`")?;
        let points = match options.get("points") {
            None => 40,
            Some(points) => {
                let points = points.as_int().ok().and_then(|n| usize::try_from(n).ok());
                points.ok_or_else(|| {
                    let message = "`points` is a whole number that is not negative";
                    Raised::new("script::wrong-value", message)
                        .key("points")
                        .boxed()
                })?
            }
        };
        let contour = self.solved()?.contour(a, b, level(options)?, points);
        let contour = contour.map_err(|error| refused(&error, &self.fit.names))?;
        if !contour.valid() {
            let message = format!("the contour of {a} and {b} is not known: {}", contour.why);
            return Err(Raised::new("fit::contour", message)
                .hint("`scan` shows the cost along one parameter")
                .boxed());
        }
        let edge = contour.edge.iter();
        table([
            (a, Column::Float(edge.clone().map(|edge| edge.a).collect())),
            (b, Column::Float(edge.clone().map(|edge| edge.b).collect())),
            (
                "at_limit",
                Column::Bool(edge.map(|edge| edge.at_limit).collect()),
            ),
        ])
    }
}

fn table<const N: usize>(columns: [(&str, Column); N]) -> Fallible<Table> {
    let mut table = expr::Table::new();
    for (name, column) in columns {
        let pushed = table.push(name, column);
        pushed.map_err(|error| raise("table::column")(&error))?;
    }
    Ok(Table::new(table))
}

/// One sigma, or what the options say.
fn level(options: &Options) -> Fallible<Level> {
    match (options.get("sigma"), options.get("cl")) {
        (None, None) => Ok(Level::default()),
        (Some(sigma), None) => Ok(Level::Sigma(number(sigma)?)),
        (None, Some(cl)) => Ok(Level::Confidence(number(cl)?)),
        (Some(_), Some(_)) => {
            let message = "`sigma` and `cl` are two ways to say the same thing";
            Err(Raised::new("script::wrong-value", message)
                .hint("give one of them")
                .boxed())
        }
    }
}

pub(super) fn register(engine: &mut Engine) {
    let none = Options::new;
    engine
        .register_fn("minos", move |fit: &mut Fitted| {
            fit.minos(&Dynamic::UNIT, &none())
        })
        .register_fn("minos", move |fit: &mut Fitted, names: Dynamic| match names
            .read_lock::<Options>()
        {
            Some(options) => fit.minos(&Dynamic::UNIT, &options),
            None => fit.minos(&names, &none()),
        })
        .register_fn(
            "minos",
            |fit: &mut Fitted, names: Dynamic, options: Options| fit.minos(&names, &options),
        )
        .register_fn(
            "scan",
            |fit: &mut Fitted, name: &str, low: Dynamic, high: Dynamic, n: i64| {
                fit.scan(name, &low, &high, n)
            },
        )
        .register_fn("contour", move |fit: &mut Fitted, a: &str, b: &str| {
            fit.contour(a, b, &none())
        })
        .register_fn(
            "contour",
            |fit: &mut Fitted, a: &str, b: &str, options: Options| fit.contour(a, b, &options),
        );
}

/// Everything about a fit, by name.
pub(super) fn to_json(fit: &Fit) -> Value {
    let by_name = |values: &[f64]| -> Value {
        let pairs = fit.names.iter().cloned().zip(values);
        Value::Object(pairs.map(|(name, v)| (name, (*v).into())).collect())
    };
    let rows = fit.covariance.chunks_exact(fit.names.len().max(1));
    let mut json = Map::new();
    let mut put = |name: &str, value: Value| json.insert(name.to_owned(), value);
    put("values", by_name(&fit.values));
    put("errors", by_name(&fit.errors));
    put("names", json!(fit.names));
    put("covariance", json!(rows.collect::<Vec<_>>()));
    put("chi2", fit.chi2.into());
    put("ndf", fit.ndf.into());
    put("chi2_ndf", fit.chi2_ndf().into());
    put("probability", probability(fit.chi2, fit.ndf).into());
    put("entries", fit.entries.into());
    put("low", fit.low.into());
    put("high", fit.high.into());
    put("refits", fit.refits.into());
    put("ranges", json!(fit.ranges));
    put("edm", fit.edm.into());
    put("valid", fit.valid().into());
    put("minimum", fit.minimum.into());
    put("edm_reached", fit.edm_reached.into());
    put("at_limit", fit.at_limit.into());
    put("call_limit", fit.call_limit.into());
    put("accurate", fit.accurate.into());
    put("why", fit.why.as_str().into());
    if !fit.minos.is_empty() {
        let minos = fit.minos.iter().map(|minos| {
            let members = json!({
                "lower": minos.lower,
                "upper": minos.upper,
                "valid": minos.valid(),
                "at_lower_limit": minos.at_lower_limit,
                "at_upper_limit": minos.at_upper_limit,
                "new_minimum": minos.new_minimum,
                "why": minos.why,
            });
            (minos.parameter.clone(), members)
        });
        put("minos", Value::Object(minos.collect()));
        put("minos_valid", fit.minos_valid().into());
    }
    Value::Object(json)
}

/// The columns of a table by name; what is no finite number is null.
pub(super) fn table_to_json(table: &expr::Table) -> Value {
    let values = |column: &Column| match column {
        Column::Bool(values) => json!(values),
        Column::Int(values) => json!(values),
        Column::Float(values) => json!(values),
        Column::Text(values) => json!(values.iter().map(|text| &**text).collect::<Vec<_>>()),
    };
    let columns = table.columns();
    Value::Object(columns.map(|(n, c)| (n.to_owned(), values(c))).collect())
}
