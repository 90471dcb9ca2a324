//! What can be found wrong with one algorithm before anything runs.

use std::collections::BTreeSet;

use crate::calibrate::{Algorithm, Declared, FitStep, Kind, misfit};
use crate::collect::{Binning, Object, Storage};
use crate::expr::{Formula, Place};

use super::global::check_global;
use super::nearest::did_you_mean;
use super::rules::check_rules;
use super::strategies::check_strategy;
use super::{Calibration, Problem};

/// Objects that `TestCalibrationAlgorithm` reads.
const TEST_OBJECTS: [&str; 2] = ["MyHisto", "MyTree"];

pub(super) fn check_algorithm(
    calibration: &Calibration,
    algorithm: &Algorithm,
    problems: &mut Vec<Problem>,
) {
    check_strategy(calibration, algorithm, problems);
    match &algorithm.kind {
        Kind::Declared(declared) => check_declared(calibration, algorithm, declared, problems),
        Kind::Global(global) => check_global(calibration, &algorithm.name, global, problems),
        // What a script asks for is known when it asks.
        Kind::Scripted(scripted) if scripted.calibrates() => {}
        Kind::Scripted(_) => problems.push(
            Problem::new(
                "plan::no-fit",
                algorithm.place,
                format!("algorithm {} does nothing with the data", algorithm.name),
            )
            .hint("say what: `.calibrate(|data| …)`"),
        ),
        Kind::TestCalibration | Kind::TestBoundarySetting => {
            for name in TEST_OBJECTS {
                find_object(
                    calibration,
                    &algorithm.name,
                    name,
                    algorithm.place,
                    problems,
                );
            }
        }
    }
}

fn check_declared(
    calibration: &Calibration,
    algorithm: &Algorithm,
    declared: &Declared,
    problems: &mut Vec<Problem>,
) {
    let name = &algorithm.name;
    let place = algorithm.place;
    if !(0.0..=1.0).contains(&declared.tolerate) {
        problems.push(
            Problem::new(
                "plan::not-a-fraction",
                place,
                format!(
                    "algorithm {name} tolerates {}, which is no fraction of the channels",
                    declared.tolerate
                ),
            )
            .hint("give a number from 0 to 1"),
        );
    }
    match declared.fits.as_slice() {
        [] => problems.push(
            Problem::new(
                "plan::no-fit",
                place,
                format!("algorithm {name} fits nothing"),
            )
            .hint("say what: `.fit(\"object\", model)`, or `.calibrate(|data| …)`"),
        ),
        [fit] => {
            check_fit(calibration, name, fit, problems);
            check_rules(name, declared, fit, problems);
            check_classes(calibration, declared, fit, problems);
        }
        [_, second, ..] => problems.push(
            Problem::new(
                "plan::not-available",
                second.place,
                format!(
                    "algorithm {name} has {} fits; more than one is not available yet",
                    declared.fits.len()
                ),
            )
            .hint("make an algorithm of each"),
        ),
    }
    let mut names = BTreeSet::new();
    for payload in &declared.payloads {
        if !names.insert(payload.name.as_str()) {
            problems.push(
                Problem::new(
                    "plan::name-taken",
                    payload.place,
                    format!("algorithm {name} writes the payload {} twice", payload.name),
                )
                .hint("give one of them another name"),
            );
        }
    }
}

fn check_fit(
    calibration: &Calibration,
    algorithm: &str,
    fit: &FitStep,
    problems: &mut Vec<Problem>,
) {
    let Some(object) = find_object(calibration, algorithm, &fit.object, fit.place, problems) else {
        return;
    };
    let what = match &object.storage {
        Storage::Histogram(binnings) if binnings.len() == 1 => None,
        Storage::Profile(..) => None,
        Storage::Histogram(_) => Some("a histogram of two dimensions"),
        Storage::Efficiency(_) => Some("an efficiency without an axis"),
        Storage::Sum(_) => Some("a sum"),
        Storage::Table(_) => Some("a table"),
        Storage::Equations(_) => Some("a system of equations"),
        Storage::Records => Some("a set of records"),
    };
    if let Some(what) = what {
        problems.push(
            Problem::new(
                "plan::cannot-fit",
                fit.place,
                format!(
                    "algorithm {algorithm} fits `{}`, which is {what}",
                    fit.object
                ),
            )
            .hint("fits are done to histograms of one dimension and to profiles"),
        );
    }
    if object.channels.len() > 1 {
        problems.push(
            Problem::new(
                "plan::not-available",
                fit.place,
                format!(
                    "`{}` is split by {} indices; fits of such objects are not available yet",
                    fit.object,
                    object.channels.len()
                ),
            )
            .hint("make one number of them in `per_channel`, or keep both in a scripted algorithm: `fit_each(data.histograms(\"name\"), model)`"),
        );
    }
}

/// Whether each payload can be an object of its class, made for each channel of the fit.
fn check_classes(
    calibration: &Calibration,
    declared: &Declared,
    fit: &FitStep,
    problems: &mut Vec<Problem>,
) {
    let Some(object) = find_object(calibration, "", &fit.object, fit.place, &mut Vec::new()) else {
        return;
    };
    let channels = object
        .channels
        .iter()
        .map(|c| (c.name.as_str(), c.first, c.last));
    let mut channels: Vec<(&str, i64, i64)> = channels.collect();
    if let Some(expand) = &declared.expand {
        channels = vec![(expand.channel.as_str(), expand.first, expand.last)];
    }
    if channels.len() > 1 {
        return;
    }
    for payload in declared
        .payloads
        .iter()
        .filter(|payload| !payload.members.is_empty())
    {
        if let Some(message) = misfit(payload, &channels) {
            problems.push(
                Problem::new("plan::wrong-class", payload.place, message)
                    .hint("make what the class has; a payload of your own, with names of its own, may have any channels and members"),
            );
        }
    }
}

/// The object of that name in any of the collections; the problem if it is in none or several.
pub(super) fn find_object<'a>(
    calibration: &'a Calibration,
    algorithm: &str,
    name: &str,
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<&'a Object> {
    let objects = || {
        calibration
            .collections
            .values()
            .filter_map(|collection| collection.collector.as_ref())
            .flat_map(|collector| collector.objects())
    };
    let mut found = objects().filter(|object| object.name == name);
    let first = found.next();
    match (
        first,
        first.map(|first| found.all(|other| alike(first, other))),
    ) {
        (Some(object), Some(true)) => Some(object),
        (Some(_), _) => {
            problems.push(
                Problem::new(
                    "plan::objects-differ",
                    place,
                    format!("algorithm {algorithm} asks for `{name}`, which several collections fill, but not with the same axes and channels"),
                )
                .hint("give the objects different names, or declare them alike: what they hold is put together"),
            );
            None
        }
        (None, _) => {
            let mut problem = Problem::new(
                "plan::unknown-object",
                place,
                format!(
                    "algorithm {algorithm} asks for `{name}`, which no collector of calibration {} fills",
                    calibration.name
                ),
            );
            let names = || objects().map(|object| object.name.as_str());
            problem.hint = match names().next() {
                Some(_) => did_you_mean(name, names()),
                None => Some("give it one: `collector: Collector(\"…\")`".into()),
            };
            problems.push(problem);
            None
        }
    }
}

/// Whether what two objects hold can be put together.
fn alike(one: &Object, other: &Object) -> bool {
    let channels = |object: &Object| -> Vec<(i64, i64)> {
        let channels = object.channels.iter();
        channels.map(|c| (c.first, c.last)).collect()
    };
    let axes = |binnings: &[Binning]| binnings.iter().map(|b| b.axis.clone()).collect::<Vec<_>>();
    let storage = match (&one.storage, &other.storage) {
        (Storage::Histogram(a), Storage::Histogram(b)) => axes(a) == axes(b),
        (Storage::Profile(a, _), Storage::Profile(b, _)) => a.axis == b.axis,
        (Storage::Efficiency(_), Storage::Efficiency(_))
        | (Storage::Sum(_), Storage::Sum(_))
        | (Storage::Records, Storage::Records) => true,
        (Storage::Table(a), Storage::Table(b)) => {
            let names = |columns: &[(String, Formula)]| -> Vec<String> {
                columns.iter().map(|(name, _)| name.clone()).collect()
            };
            names(a) == names(b)
        }
        (Storage::Equations(a), Storage::Equations(b)) => (a.first, a.last) == (b.first, b.last),
        _ => false,
    };
    storage && channels(one) == channels(other)
}
