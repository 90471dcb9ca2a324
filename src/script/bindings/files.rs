//! Ordered maps of files, the input data, and the usual choices by upstream's names.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Array, Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::raise::{Fallible, Raised, raise};
use super::ordered::Ordered;
use crate::dataset::{Error, FileMap, choose, events_in_basf2_file};
use crate::iov::IoV;

/// `input_data`: samples by name.
#[derive(Clone, Debug)]
pub(crate) struct Input(pub(crate) Arc<IndexMap<String, FileMap>>);

/// `kwargs`: what else a script is told.
#[derive(Clone, Debug)]
pub(crate) struct Kwargs {
    pub(crate) requested_iov: IoV,
    pub(crate) expert_config: Ordered,
}

impl Input {
    fn sample(&self, name: &str) -> Fallible<FileMap> {
        if let Some(files) = self.0.get(name) {
            return Ok(files.clone());
        }
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let hint = crate::settings::nearest(name, known.iter().copied()).map_or_else(
            || format!("`input_data_names` declares {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{name}` is not among the `input_data_names` of the settings");
        Err(Raised::new("script::undeclared-input", message)
            .hint(hint)
            .boxed())
    }
}

fn wrap<T>(result: Result<T, Error>) -> Fallible<T> {
    result.map_err(|error| raise("dataset::files")(&error))
}

fn file_map(pairs: Array) -> Fallible<FileMap> {
    let wrong = || {
        Raised::new(
            "script::wrong-value",
            "FileMap takes pairs: [[path, IoV], …]",
        )
        .boxed()
    };
    let pairs = pairs.into_iter().map(|pair| {
        let pair = pair.into_array().map_err(|_| wrong())?;
        let [path, iov] = <[Dynamic; 2]>::try_from(pair).map_err(|_| wrong())?;
        let path = path.into_string().map_err(|_| wrong())?;
        Ok((
            PathBuf::from(path),
            iov.try_cast::<IoV>().ok_or_else(wrong)?,
        ))
    });
    let pairs: Vec<(PathBuf, IoV)> = pairs.collect::<Fallible<_>>()?;
    wrap(FileMap::new(pairs))
}

fn item(path: &std::path::Path, iov: IoV) -> Dynamic {
    let map = Map::from([
        ("path".into(), text(path)),
        ("iov".into(), Dynamic::from(iov)),
    ]);
    map.into()
}

fn text(path: &std::path::Path) -> Dynamic {
    path.display().to_string().into()
}

fn filter(call: &NativeCallContext<'_>, files: &FileMap, keep: &FnPtr) -> Fallible<FileMap> {
    files.filter(|path, iov| {
        let kept: Dynamic = keep.call_within_context(call, (text(path), iov))?;
        kept.as_bool().map_err(|kind| {
            Raised::new(
                "script::wrong-value",
                format!("the closure of `filter` must give true or false, not {kind}"),
            )
            .boxed()
        })
    })
}

fn unsigned(value: i64, what: &str) -> Fallible<u64> {
    u64::try_from(value).map_err(|_| {
        Raised::new("script::wrong-value", format!("{what} cannot be {value}")).boxed()
    })
}

fn chunks(call: &NativeCallContext<'_>, items: Array, key: &FnPtr) -> Fallible<Array> {
    let mut groups: Vec<(String, Array)> = Vec::new();
    for item in items {
        let key: Dynamic = key.call_within_context(call, (item.clone(),))?;
        let key = format!("{}:{key:?}", key.type_name());
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    Ok(groups.into_iter().map(|(_, group)| group.into()).collect())
}

pub(super) fn register(engine: &mut Engine) {
    methods(engine);
    choices(engine);
    engine
        .register_type_with_name::<Input>("input_data")
        .register_indexer_get(|input: &mut Input, name: &str| input.sample(name))
        .register_type_with_name::<Kwargs>("kwargs")
        .register_get("requested_iov", |kwargs: &mut Kwargs| kwargs.requested_iov)
        .register_get("expert_config", |kwargs: &mut Kwargs| {
            kwargs.expert_config.clone()
        });
}

fn methods(engine: &mut Engine) {
    engine
        .register_type_with_name::<FileMap>("FileMap")
        .register_fn("FileMap", file_map)
        .register_fn("keys", |files: &mut FileMap| {
            files.keys().map(text).collect::<Array>()
        })
        .register_fn("values", |files: &mut FileMap| {
            files.values().map(Dynamic::from).collect::<Array>()
        })
        .register_fn("items", |files: &mut FileMap| {
            files.iter().map(|(p, iov)| item(p, iov)).collect::<Array>()
        })
        .register_fn("len", |files: &mut FileMap| files.len() as i64)
        .register_fn("is_empty", |files: &mut FileMap| files.is_empty())
        .register_fn("contains", |files: &mut FileMap, path: &str| {
            files.contains(path.as_ref())
        })
        .register_fn(
            "filter",
            |call: NativeCallContext<'_>, files: &mut FileMap, keep: FnPtr| {
                filter(&call, files, &keep)
            },
        )
        .register_fn("only", |files: &mut FileMap, paths: Array| {
            let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
            wrap(files.only(paths))
        })
        .register_fn(
            "first",
            |files: &mut FileMap, count: i64| -> Fallible<FileMap> {
                Ok(files.first(
                    usize::try_from(unsigned(count, "a number of files")?).unwrap_or(usize::MAX),
                ))
            },
        )
        .register_fn("shuffled", |files: &mut FileMap, seed: i64| {
            files.shuffled(Some(seed.cast_unsigned()))
        })
        .register_fn("iovs", |files: &mut FileMap| {
            files
                .iovs()
                .into_iter()
                .map(Dynamic::from)
                .collect::<Array>()
        })
        .register_fn("events", |files: &mut FileMap| count(files, 0))
        .register_fn("events", |files: &mut FileMap, per_file: i64| {
            count(files, unsigned(per_file, "events per file")?)
        })
        .register_fn("+", |a: FileMap, b: FileMap| wrap(a.joined(&b)));
}

fn count(files: &FileMap, per_file: u64) -> Fallible<i64> {
    let events = wrap(files.events(per_file, &events_in_basf2_file))?;
    Ok(i64::try_from(events).unwrap_or(i64::MAX))
}

fn choices(engine: &mut Engine) {
    let per_run = |files: FileMap, max: i64, min: i64, random: bool| {
        wrap(choose::filter_by_max_files_per_run(
            &files,
            max,
            min,
            random,
            &events_in_basf2_file,
        ))
    };
    let events = |files: FileMap, max: i64, random: bool, per_file: i64| {
        wrap(choose::filter_by_max_events_per_run(
            &files,
            max,
            random,
            per_file,
            &events_in_basf2_file,
        ))
    };
    engine
        .register_fn("filter_by_max_files_per_run", move |f: FileMap| {
            per_run(f, 1, 0, false)
        })
        .register_fn("filter_by_max_files_per_run", move |f: FileMap, n: i64| {
            per_run(f, n, 0, false)
        })
        .register_fn(
            "filter_by_max_files_per_run",
            move |f: FileMap, n: i64, m: i64| per_run(f, n, m, false),
        )
        .register_fn("filter_by_max_files_per_run", per_run)
        .register_fn("filter_by_max_events_per_run", move |f: FileMap, n: i64| {
            events(f, n, false, 0)
        })
        .register_fn(
            "filter_by_max_events_per_run",
            move |f: FileMap, n: i64, r: bool| events(f, n, r, 0),
        )
        .register_fn("filter_by_max_events_per_run", events)
        .register_fn(
            "filter_by_select_max_events_from_files",
            |files: FileMap, events: i64| {
                wrap(choose::filter_by_select_max_events_from_files(
                    &files,
                    events,
                    &events_in_basf2_file,
                ))
            },
        )
        .register_fn("group_files_by_iov", |files: FileMap| -> Array {
            let groups = choose::group_files_by_iov(&files).into_iter();
            groups.map(|(iov, paths)| group(iov, &paths)).collect()
        })
        .register_fn("events_in_basf2_file", |path: &str| -> Fallible<i64> {
            let events = wrap(events_in_basf2_file(path.as_ref()))?;
            Ok(i64::try_from(events).unwrap_or(i64::MAX))
        })
        .register_fn(
            "chunk_by",
            |call: NativeCallContext<'_>, items: Array, key: FnPtr| chunks(&call, items, &key),
        );
}

fn group(iov: IoV, paths: &[PathBuf]) -> Dynamic {
    let files: Array = paths.iter().map(|path| text(path)).collect();
    Map::from([
        ("iov".into(), Dynamic::from(iov)),
        ("files".into(), files.into()),
    ])
    .into()
}
