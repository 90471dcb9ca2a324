//! Fits of anything, alone or together; the meaning is in the room `fit`.

use rhai::{Array, Dynamic, Engine, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::super::worker;
use super::fit::{ModelHandle, number, options_beside, parameter};
use super::fits::{Fitted, fitted, refused};
use super::fitted_data::{Data, Measured, histogram, numbers, regular};
use super::ordered::map_of;
use crate::fit::{Options, Start, fit_together};

/// Options of a fit, and where it starts instead of where its models say.
#[derive(Default)]
struct Wishes {
    options: Options,
    start: Map,
}

impl Wishes {
    /// From options, in which `start` may stand, and what `others` are read elsewhere.
    fn of(map: &Map, others: &[&str]) -> Fallible<Self> {
        let options = options_beside(map, &[&["start"], others].concat())?;
        let Some(start) = map.get("start") else {
            return Ok(Self {
                options,
                start: Map::new(),
            });
        };
        match map_of(start) {
            Some(start) => Ok(Self { options, start }),
            None => {
                let message = format!("`start` is a map of start values, not {}", a_kind(start));
                Err(Raised::new("script::wrong-value", message)
                    .key("start")
                    .boxed())
            }
        }
    }

    /// The models with these start values; each must be that of a parameter.
    fn started(&self, models: &[ModelHandle]) -> Fallible<Vec<ModelHandle>> {
        let models: Vec<ModelHandle> = models.iter().map(ModelHandle::copy).collect();
        for (name, value) in &self.start {
            let value = number(value)?;
            let known = |model: &&ModelHandle| has(model, name);
            let known: Vec<&ModelHandle> = models.iter().filter(known).collect();
            // an unknown name is refused by any of them
            let asked = if known.is_empty() {
                models.iter().take(1).collect()
            } else {
                known
            };
            for model in asked {
                parameter(model, name, |p| p.start = Start::Value(value))?;
            }
        }
        Ok(models)
    }
}

fn has(model: &ModelHandle, name: &str) -> bool {
    model.look(|m| m.parameters.iter().any(|p| p.name == name))
}

/// Whether these are start values: all keys are parameters of the model.
fn of_starts(model: &ModelHandle, map: &Map) -> bool {
    !map.is_empty() && map.keys().all(|name| has(model, name))
}

/// Start values or options.
fn either(model: &ModelHandle, map: Map) -> Fallible<Wishes> {
    if of_starts(model, &map) {
        both(map, &Map::new(), &[])
    } else {
        Wishes::of(&map, &[])
    }
}

/// Start values and options.
fn both(start: Map, map: &Map, others: &[&str]) -> Fallible<Wishes> {
    let mut wishes = Wishes::of(map, others)?;
    wishes.start.extend(start);
    Ok(wishes)
}

fn solve(data: &[Data], models: &[ModelHandle], wishes: &Wishes) -> Fallible<Fitted> {
    worker::large_step();
    let models = wishes.started(models)?;
    let models: Vec<_> = models.iter().map(ModelHandle::get).collect();
    let samples = data.iter().map(Data::sample).zip(&models);
    let solved = fit_together(&samples.collect::<Vec<_>>(), &wishes.options);
    fitted(solved.map_err(|error| refused(&error))?, &models)
}

fn one(object: &Dynamic, model: &ModelHandle, map: &Map) -> Fallible<Fitted> {
    let data = Data::of(object, &model.get())?;
    solve(&[data], std::slice::from_ref(model), &Wishes::of(map, &[])?)
}

/// Several objects, each with its model.
fn several(objects: &Array, models: &Array, map: &Map) -> Fallible<Fitted> {
    if objects.len() != models.len() || objects.is_empty() {
        let (objects, models) = (objects.len(), models.len());
        let message = format!("as many objects as models are fitted, not {objects} and {models}");
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    let model = |value: &Dynamic| {
        let model = value.read_lock::<ModelHandle>().map(|m| m.clone());
        model.ok_or_else(|| {
            let message = format!("a Model is needed, not {}", a_kind(value));
            Raised::new("script::wrong-value", message).boxed()
        })
    };
    let models = models.iter().map(model).collect::<Fallible<Vec<_>>>()?;
    let pairs = objects.iter().zip(&models);
    let data = pairs.map(|(object, model)| Data::of(object, &model.get()));
    let data = data.collect::<Fallible<Vec<_>>>()?;
    solve(&data, &models, &Wishes::of(map, &[])?)
}

/// Columns of points as a script gives them.
struct Given {
    x: Dynamic,
    y: Dynamic,
    sigma: Dynamic,
}

const PLACES: &str = "x_errors";

impl Given {
    fn fit(&self, model: &ModelHandle, wishes: &Wishes, map: &Map) -> Fallible<Fitted> {
        let points = Measured::new(&self.x, &self.y, Some(&self.sigma), map.get(PLACES))?;
        solve(&[Data::Points(points)], std::slice::from_ref(model), wishes)
    }
}

fn points(engine: &mut Engine) {
    engine
        .register_fn(
            "fit_points",
            |x: Dynamic, y: Dynamic, sigma: Dynamic, model: ModelHandle| {
                Given { x, y, sigma }.fit(&model, &Wishes::default(), &Map::new())
            },
        )
        .register_fn(
            "fit_points",
            |x: Dynamic, y: Dynamic, sigma: Dynamic, model: ModelHandle, map: Map| {
                if of_starts(&model, &map) {
                    let wishes = both(map, &Map::new(), &[])?;
                    return Given { x, y, sigma }.fit(&model, &wishes, &Map::new());
                }
                let wishes = Wishes::of(&map, &[PLACES])?;
                Given { x, y, sigma }.fit(&model, &wishes, &map)
            },
        )
        .register_fn(
            "fit_points",
            |x: Dynamic, y: Dynamic, sigma: Dynamic, model: ModelHandle, start: Map, map: Map| {
                let wishes = both(start, &map, &[PLACES])?;
                Given { x, y, sigma }.fit(&model, &wishes, &map)
            },
        );
}

/// Contents of equal bins as a script gives them.
fn equal_bins(contents: &Dynamic, low: &Dynamic, high: &Dynamic) -> Fallible<[Data; 1]> {
    let contents = numbers(contents, "contents")?;
    let axis = regular(contents.len(), low, high)?;
    Ok([Data::Histogram(histogram(axis, contents, None)?)])
}

fn bins(object: &Dynamic, model: &ModelHandle) -> Fallible<[Data; 1]> {
    let data = Data::of(object, &model.get())?;
    if matches!(data, Data::Histogram(_)) {
        return Ok([data]);
    }
    let message = format!("`fit_histogram` fits bins, not {}", a_kind(object));
    Err(Raised::new("fit::data", message)
        .hint("give a Histogram, `#{ edges, contents }`, or contents with low and high end")
        .boxed())
}

fn histograms(engine: &mut Engine) {
    engine
        .register_fn("fit_histogram", |object: Dynamic, model: ModelHandle| {
            solve(&bins(&object, &model)?, &[model], &Wishes::default())
        })
        .register_fn(
            "fit_histogram",
            |object: Dynamic, model: ModelHandle, map: Map| {
                let wishes = either(&model, map)?;
                solve(&bins(&object, &model)?, &[model], &wishes)
            },
        )
        .register_fn(
            "fit_histogram",
            |object: Dynamic, model: ModelHandle, start: Map, map: Map| {
                let wishes = both(start, &map, &[])?;
                solve(&bins(&object, &model)?, &[model], &wishes)
            },
        )
        .register_fn(
            "fit_histogram",
            |contents: Dynamic, low: Dynamic, high: Dynamic, model: ModelHandle| {
                let data = equal_bins(&contents, &low, &high)?;
                solve(&data, &[model], &Wishes::default())
            },
        )
        .register_fn(
            "fit_histogram",
            |contents: Dynamic, low: Dynamic, high: Dynamic, model: ModelHandle, map: Map| {
                let wishes = either(&model, map)?;
                solve(&equal_bins(&contents, &low, &high)?, &[model], &wishes)
            },
        )
        .register_fn(
            "fit_histogram",
            |contents: Dynamic,
             low: Dynamic,
             high: Dynamic,
             model: ModelHandle,
             start: Map,
             map: Map| {
                let wishes = both(start, &map, &[])?;
                solve(&equal_bins(&contents, &low, &high)?, &[model], &wishes)
            },
        );
}

pub(super) fn register(engine: &mut Engine) {
    points(engine);
    histograms(engine);
    engine
        .register_fn("fit", |object: Dynamic, model: ModelHandle| {
            one(&object, &model, &Map::new())
        })
        .register_fn("fit", |object: Dynamic, model: ModelHandle, map: Map| {
            one(&object, &model, &map)
        })
        .register_fn("fit", |objects: Array, models: Array| {
            several(&objects, &models, &Map::new())
        })
        .register_fn("fit", |objects: Array, models: Array, map: Map| {
            several(&objects, &models, &map)
        });
}
