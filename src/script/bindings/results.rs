//! How an execution ended, and the strategies that come with the program, as constants.

use rhai::{Dynamic, Engine, Module};

use super::super::raise::Fallible;
use super::values::equality;
use crate::calibrate::{AlgResult, Answer, Strategy};

const STRATEGIES: [(&str, Strategy); 4] = [
    ("SingleIOV", Strategy::SingleIOV),
    ("SimpleRunByRun", Strategy::SimpleRunByRun),
    ("SequentialRunByRun", Strategy::SequentialRunByRun),
    ("SequentialBoundaries", Strategy::SequentialBoundaries),
];

const RESULTS: [(&str, AlgResult); 4] = [
    ("ok", AlgResult::Ok),
    ("iterate", AlgResult::Iterate),
    ("not_enough_data", AlgResult::NotEnoughData),
    ("failure", AlgResult::Failure),
];

/// Names of the constants in `strategies::` and `AlgResult::`.
pub(crate) fn constants_of(module: &str) -> Vec<String> {
    match module {
        "strategies" => STRATEGIES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        "AlgResult" => RESULTS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn register(engine: &mut Engine) {
    let mut strategies = Module::new();
    for (name, strategy) in STRATEGIES {
        strategies.set_var(name, Dynamic::from(strategy));
    }
    engine.register_type_with_name::<Strategy>("Strategy");
    equality::<Strategy>(engine);
    engine.register_static_module("strategies", strategies.into());
    let mut results = Module::new();
    for (name, result) in RESULTS {
        results.set_var(name, Dynamic::from(result));
        // What ended well needs no sentence.
        if result != AlgResult::Ok {
            results.set_native_fn(name, move |message: &str| -> Fallible<Answer> {
                let message = message.to_owned();
                Ok(Answer { result, message })
            });
        }
    }
    engine
        .register_type_with_name::<Answer>("AlgResult")
        .register_type_with_name::<AlgResult>("AlgResult");
    equality::<AlgResult>(engine);
    engine.register_static_module("AlgResult", results.into());
}
