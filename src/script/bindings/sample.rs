//! Samples of a calibration as scripts build them: collector, files, jobs.

use rhai::{Array, Dynamic, Engine, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, not_yet};
use super::collect::CollectorHandle;
use super::handle::Handle;
use super::ordered::{map_of, refuse_others};
use super::path::PathHandle;
use crate::dataset::FileMap;

pub(super) type CollectionHandle = Handle<Sample>;

/// One sample as a script builds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(super) collector: Option<CollectorHandle>,
    pub(super) input_files: FileMap,
    pub(super) path: Option<PathHandle>,
    pub(super) jobs: Jobs,
}

/// How a sample is to be split into jobs; runs in one process make nothing of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs {
    pub(super) backend_args: Option<Map>,
    pub(super) max_collector_jobs: Option<i64>,
    pub(super) max_files_per_collector_job: Option<i64>,
}

pub(super) fn wrong(key: &str, wanted: &str, value: &Dynamic) -> Box<rhai::EvalAltResult> {
    let message = format!("`{key}` is {wanted}, not {}", a_kind(value));
    Raised::new("script::wrong-value", message).key(key).boxed()
}

/// Sets one attribute, given as a key of the options or assigned later.
pub(super) fn set_sample(sample: &CollectionHandle, key: &str, value: Dynamic) -> Fallible<()> {
    match key {
        "collector" => {
            let collector = value
                .clone()
                .try_cast::<CollectorHandle>()
                .ok_or_else(|| wrong(key, "a Collector", &value))?;
            sample.edit(|s| s.collector = Some(collector));
        }
        "input_files" => {
            let files = files(&value)?;
            sample.edit(|s| s.input_files = files);
        }
        "pre_collector_path" if value.is_unit() => sample.edit(|s| s.path = None),
        "pre_collector_path" => {
            let path = value.clone().try_cast::<PathHandle>();
            let path = path.ok_or_else(|| wrong(key, "a Path", &value))?;
            sample.edit(|s| s.path = Some(path));
        }
        "backend_args" => {
            let args = map_of(&value);
            let args = args.ok_or_else(|| wrong(key, "a map", &value))?;
            sample.edit(|s| s.jobs.backend_args = Some(args));
        }
        "max_collector_jobs" | "max_files_per_collector_job" => {
            let limit = value.as_int().ok().filter(|n| *n > 0);
            let limit = limit.ok_or_else(|| wrong(key, "a number above 0", &value))?;
            sample.edit(|s| s.jobs.limit(key, limit))?;
        }
        other => return not_yet(&format!("`{other}` of a collection")),
    }
    Ok(())
}

impl Jobs {
    fn limit(&mut self, key: &str, limit: i64) -> Fallible<()> {
        let jobs = key == "max_collector_jobs";
        let (this, other) = match jobs {
            true => (
                &mut self.max_collector_jobs,
                self.max_files_per_collector_job,
            ),
            false => (
                &mut self.max_files_per_collector_job,
                self.max_collector_jobs,
            ),
        };
        if other.is_some() {
            let message =
                "`max_collector_jobs` and `max_files_per_collector_job` exclude each other";
            return Err(Raised::new("plan::two-limits", message).boxed());
        }
        *this = Some(limit);
        Ok(())
    }
}

/// A file map, or paths (with wildcards) whose runs are taken from the files themselves.
fn files(value: &Dynamic) -> Fallible<FileMap> {
    if let Some(files) = value.read_lock::<FileMap>() {
        return Ok(files.clone());
    }
    let patterns: Vec<String> = match value.read_lock::<Array>() {
        Some(all) if all.iter().all(Dynamic::is_string) => {
            all.iter().map(ToString::to_string).collect()
        }
        None if value.is_string() => vec![value.to_string()],
        _ => {
            return Err(wrong(
                "input_files",
                "a FileMap, a path, or an array of paths",
                value,
            ));
        }
    };
    let here = std::env::current_dir().unwrap_or_default();
    crate::dataset::FileCards::shared()
        .files(patterns.iter().map(String::as_str), &here)
        .map_err(|error| super::super::raise::raise("dataset::files")(&error))
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<CollectionHandle>("Collection")
        .register_fn("Collection", |options: Map| -> Fallible<CollectionHandle> {
            let keys = [
                "collector",
                "input_files",
                "pre_collector_path",
                "backend_args",
                "max_collector_jobs",
                "max_files_per_collector_job",
            ];
            refuse_others(&options, &keys, "options of a Collection")?;
            let sample = Handle::new(Sample::default());
            for (key, value) in options {
                set_sample(&sample, &key, value)?;
            }
            Ok(sample)
        });
}
