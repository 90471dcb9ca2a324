//! Calibrations and collections as scripts build them; the meaning is in the room `plan`.

use indexmap::IndexMap;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};

use super::super::Context;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, not_yet};
use super::calibrate::AlgorithmHandle;
use super::collect::{granularity, granularity_name};
use super::data::runs_array;
use super::handle::Handle;
use super::ordered::refuse_others;
use super::path::PathHandle;
use super::sample::{CollectionHandle, Jobs, Sample, set_sample, wrong};
use super::strategy::runs_of;
use crate::calibrate::{Params, Strategy};
use crate::collect::{Granularity, Path};
use crate::dataset::FileMap;
use crate::expr::Place;
use crate::iov::{ExpRun, IoV};
use crate::plan::{Calibration, Collection};

/// A calibration as a script builds it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    name: String,
    collections: IndexMap<String, Handle<Sample>>,
    algorithms: Vec<AlgorithmHandle>,
    depends_on: Vec<CalibrationHandle>,
    max_iterations: u32,
    save_payloads: bool,
    granularity: Option<Granularity>,
    ignored_runs: Vec<ExpRun>,
    place: Place,
}

pub(crate) type CalibrationHandle = Handle<Draft>;
type Call<'a> = NativeCallContext<'a>;
type C = CalibrationHandle;

const DEFAULT: &str = "default";

impl Draft {
    /// The plain data of a plan.
    pub(crate) fn finish(&self) -> Calibration {
        let collections = self.collections.iter().map(|(name, sample)| {
            let sample = sample.get();
            let collector = sample.collector.as_ref().map(Handle::get);
            let input_files = sample.input_files.clone().into_inner();
            (
                name.clone(),
                Collection {
                    collector,
                    input_files,
                    path: sample.path.as_ref().map(Handle::get).unwrap_or_default(),
                },
            )
        });
        Calibration {
            name: self.name.clone(),
            collections: collections.collect(),
            algorithms: self.algorithms.iter().map(Handle::get).collect(),
            depends_on: self
                .depends_on
                .iter()
                .map(|other| other.look(|o| o.name.clone()))
                .collect(),
            ignored_runs: self.ignored_runs.clone(),
            max_iterations: self.max_iterations,
            save_payloads: self.save_payloads,
            granularity: self.granularity,
            place: self.place,
        }
    }

    fn default_sample(&mut self) -> CollectionHandle {
        self.collections
            .entry(DEFAULT.to_owned())
            .or_insert_with(|| Handle::new(Sample::default()))
            .clone()
    }
}

fn algorithms(value: &Dynamic) -> Fallible<Vec<AlgorithmHandle>> {
    let all = match value.read_lock::<Array>() {
        Some(all) => all.clone(),
        None => vec![value.clone()],
    };
    let all = all.into_iter().map(|item| {
        let kind = a_kind(&item);
        item.try_cast::<AlgorithmHandle>().ok_or_else(|| {
            Raised::new(
                "script::wrong-value",
                format!("`algorithms` holds {kind}, not only algorithms"),
            )
            .boxed()
        })
    });
    all.collect()
}

/// Sets one attribute, given as a key of the options or assigned later.
fn set(calibration: &C, key: &str, value: Dynamic) -> Fallible<()> {
    match key {
        "algorithms" => {
            let all = algorithms(&value)?;
            calibration.edit(|c| c.algorithms = all);
        }
        "max_iterations" => {
            let number = value.as_int().ok().and_then(|n| u32::try_from(n).ok());
            let number = number.ok_or_else(|| wrong(key, "a number from 0 on", &value))?;
            // Scripts write 0 for one pass, as they do upstream.
            let number = number.max(1);
            calibration.edit(|c| c.max_iterations = number);
        }
        "save_payloads" => {
            let save = value
                .as_bool()
                .map_err(|_| wrong(key, "true or false", &value))?;
            calibration.edit(|c| c.save_payloads = save);
        }
        "granularity" => {
            let chosen = granularity(&value.to_string())?;
            calibration.edit(|c| c.granularity = Some(chosen));
        }
        "strategies" => {
            set_strategies(calibration, &value)?;
        }
        "ignored_runs" => {
            let runs = value.read_lock::<Array>();
            let runs = runs.ok_or_else(|| wrong(key, "an array of ExpRun", &value))?;
            let runs = runs_of(&runs, "`ignored_runs`")?;
            calibration.edit(|c| c.ignored_runs = runs);
        }
        // A method called on what was read writes the same value back: nothing is made of it.
        "input_files"
            if value
                .read_lock::<FileMap>()
                .is_some_and(|f| *f == input_files(calibration)) => {}
        "pre_collector_path"
            if value
                .read_lock::<PathHandle>()
                .is_some_and(|p| p.same(&path(calibration)) || empty_for_none(&p, calibration)) => {
        }
        "collector"
        | "input_files"
        | "pre_collector_path"
        | "backend_args"
        | "max_collector_jobs"
        | "max_files_per_collector_job" => {
            let sample = calibration.edit(Draft::default_sample);
            set_sample(&sample, key, value)?;
        }
        other => return not_yet(&format!("`{other}` of a calibration")),
    }
    Ok(())
}

/// One strategy for all algorithms, or a list with one for each, in their order.
fn set_strategies(calibration: &C, value: &Dynamic) -> Fallible<()> {
    let algorithms = calibration.look(|c| c.algorithms.clone());
    let wanted = "one of strategies::…, a Strategy, or a list with one for each algorithm";
    let strategy = |value: &Dynamic| {
        let strategy = value.clone().try_cast::<Strategy>();
        strategy.ok_or_else(|| wrong("strategies", wanted, value))
    };
    let Some(list) = value.read_lock::<Array>() else {
        let strategy = strategy(value)?;
        for algorithm in algorithms {
            algorithm.edit(|a| a.strategy = strategy.clone());
        }
        return Ok(());
    };
    if list.len() != algorithms.len() {
        let count = |n: usize, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let message = format!(
            "there are {} for {}",
            count(list.len(), "strategy", "strategies"),
            count(algorithms.len(), "algorithm", "algorithms")
        );
        return Err(Raised::new("plan::strategies", message)
            .hint("give one strategy for all algorithms, or a list with one for each")
            .key("strategies")
            .boxed());
    }
    for (algorithm, item) in algorithms.iter().zip(list.iter()) {
        let strategy = strategy(item)?;
        algorithm.edit(|a| a.strategy = strategy);
    }
    Ok(())
}

const KEYS: [&str; 13] = [
    "collector",
    "algorithms",
    "strategies",
    "input_files",
    "pre_collector_path",
    "save_payloads",
    "max_iterations",
    "backend_args",
    "max_collector_jobs",
    "max_files_per_collector_job",
    "granularity",
    "ignored_runs",
    "collections",
];

fn calibration(call: &Call<'_>, name: &str, options: &Map) -> Fallible<C> {
    refuse_others(options, &KEYS, "options of a Calibration")?;
    let made = Handle::new(Draft {
        name: name.to_owned(),
        collections: IndexMap::new(),
        algorithms: Vec::new(),
        depends_on: Vec::new(),
        max_iterations: 5,
        save_payloads: true,
        granularity: None,
        ignored_runs: Vec::new(),
        place: Context::of(call).place(call),
    });
    // Strategies are given to the algorithms, which must be there by then.
    let (late, early): (Vec<_>, Vec<_>) = options
        .iter()
        .partition(|(key, _)| key.as_str() == "strategies");
    for (key, value) in early.into_iter().chain(late) {
        set(&made, key, value.clone())?;
    }
    Ok(made)
}

fn cover(calibration: &C, iov: IoV, boundaries: &Array) -> Fallible<C> {
    let (strategy, params) = match boundaries.is_empty() {
        true => (
            Strategy::SingleIOV,
            Params {
                apply_iov: Some(iov),
                ..Params::default()
            },
        ),
        false => (
            Strategy::SequentialBoundaries,
            Params {
                iov_coverage: Some(iov),
                payload_boundaries: Some(runs_of(boundaries, "the boundaries of `cover`")?),
                ..Params::default()
            },
        ),
    };
    for algorithm in calibration.look(|c| c.algorithms.clone()) {
        algorithm.edit(|a| (a.strategy, a.params) = (strategy.clone(), params.clone()));
    }
    Ok(calibration.clone())
}

fn depends_on(calibration: &C, other: &C) {
    calibration.edit(|c| {
        if !c.depends_on.iter().any(|known| known.same(other)) {
            c.depends_on.push(other.clone());
        }
    });
}

fn chain(all: Array) -> Fallible<Array> {
    let steps: Option<Vec<C>> = all.iter().map(|item| item.clone().try_cast()).collect();
    let steps = steps.ok_or_else(|| {
        Raised::new(
            "script::wrong-value",
            "chain takes an array of calibrations",
        )
        .boxed()
    })?;
    for pair in steps.windows(2) {
        depends_on(&pair[1], &pair[0]);
    }
    Ok(all)
}

/// Files of the default collection; none when there is no such collection.
fn input_files(calibration: &C) -> FileMap {
    let sample = calibration.look(|c| c.collections.get(DEFAULT).cloned());
    sample.map_or_else(FileMap::default, |s| s.look(|s| s.input_files.clone()))
}

/// Path of the default collection; an empty one when there is no such collection.
fn path(calibration: &C) -> PathHandle {
    let sample = calibration.look(|c| c.collections.get(DEFAULT).cloned());
    let Some(sample) = sample else {
        return Handle::new(Path::default());
    };
    sample.edit(|s| {
        s.path
            .get_or_insert_with(|| Handle::new(Path::default()))
            .clone()
    })
}

/// Jobs of a collection at most, where nothing else is said.
const DEFAULT_JOBS: i64 = 1000;

/// How the default collection is to be split into jobs.
fn jobs(calibration: &C) -> Jobs {
    let sample = calibration.look(|c| c.collections.get(DEFAULT).cloned());
    sample.map_or_else(Jobs::default, |s| s.look(|s| s.jobs.clone()))
}

/// Whether nothing is given to a calibration without a default collection.
fn empty_for_none(path: &PathHandle, calibration: &C) -> bool {
    calibration.look(|c| !c.collections.contains_key(DEFAULT)) && path.look(Path::is_empty)
}

/// The strategy of all algorithms, those of each when they differ, or `()` when there are none.
fn strategies(calibration: &C) -> Dynamic {
    let algorithms = calibration.look(|c| c.algorithms.clone());
    let all: Vec<Strategy> = algorithms
        .iter()
        .map(|a| a.look(|a| a.strategy.clone()))
        .collect();
    match all.as_slice() {
        [] => Dynamic::UNIT,
        [first, others @ ..] if others.iter().all(|other| other == first) => {
            Dynamic::from(first.clone())
        }
        _ => all.into_iter().map(Dynamic::from).collect::<Array>().into(),
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<C>("Calibration")
        .register_fn("Calibration", |call: Call<'_>, name: &str| {
            calibration(&call, name, &Map::new())
        })
        .register_fn("Calibration", |call: Call<'_>, name: &str, options: Map| {
            calibration(&call, name, &options)
        })
        .register_fn("cover", |c: &mut C, iov: IoV| cover(c, iov, &Array::new()))
        .register_fn("cover", |c: &mut C, iov: IoV, boundaries: Array| {
            cover(c, iov, &boundaries)
        })
        .register_fn("depends_on", |c: &mut C, other: C| depends_on(c, &other))
        .register_fn("chain", chain)
        .register_fn(
            "add_collection",
            |c: &mut C, name: &str, sample: CollectionHandle| -> Fallible<()> {
                if c.edit(|c| c.collections.insert(name.to_owned(), sample))
                    .is_some()
                {
                    let message = format!("the calibration has a collection `{name}` already");
                    return Err(Raised::new("plan::name-taken", message).boxed());
                }
                Ok(())
            },
        )
        .register_get("name", |c: &mut C| c.look(|c| c.name.clone()))
        .register_get("algorithms", |c: &mut C| -> Array {
            c.look(|c| c.algorithms.iter().cloned().map(Dynamic::from).collect())
        })
        .register_get("input_files", |c: &mut C| input_files(c))
        .register_get("pre_collector_path", |c: &mut C| path(c))
        .register_get("granularity", |c: &mut C| -> Dynamic {
            let own = || {
                let sample = c.look(|c| c.collections.get(DEFAULT).cloned())?;
                let collector = sample.look(|s| s.collector.clone())?;
                Some(collector.look(|c| c.granularity))
            };
            let chosen = c.look(|c| c.granularity).or_else(own);
            chosen.map_or(Dynamic::UNIT, |chosen| granularity_name(chosen).into())
        })
        .register_get("max_collector_jobs", |c: &mut C| {
            let jobs = jobs(c);
            let either = jobs
                .max_files_per_collector_job
                .is_none()
                .then_some(DEFAULT_JOBS);
            jobs.max_collector_jobs
                .or(either)
                .map_or(Dynamic::UNIT, Dynamic::from)
        })
        .register_get("max_files_per_collector_job", |c: &mut C| {
            jobs(c)
                .max_files_per_collector_job
                .map_or(Dynamic::UNIT, Dynamic::from)
        })
        .register_get("backend_args", |c: &mut C| {
            jobs(c).backend_args.map_or(Dynamic::UNIT, Dynamic::from)
        })
        .register_get("strategies", |c: &mut C| strategies(c))
        .register_get("ignored_runs", |c: &mut C| {
            c.look(|c| runs_array(&c.ignored_runs))
        })
        .register_get("max_iterations", |c: &mut C| {
            i64::from(c.look(|c| c.max_iterations))
        })
        .register_get("save_payloads", |c: &mut C| c.look(|c| c.save_payloads))
        .register_get("collections", |c: &mut C| -> Map {
            c.look(|c| {
                c.collections
                    .iter()
                    .map(|(n, s)| (n.as_str().into(), Dynamic::from(s.clone())))
                    .collect()
            })
        });
    for key in [
        "algorithms",
        "input_files",
        "max_iterations",
        "save_payloads",
        "granularity",
        "strategies",
        "collector",
        "backend_args",
        "pre_collector_path",
        "ignored_runs",
        "max_collector_jobs",
        "max_files_per_collector_job",
    ] {
        engine.register_set(key, move |c: &mut C, value: Dynamic| set(c, key, value));
    }
}
