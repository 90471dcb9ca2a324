//! Scripts that end with an algorithm, and made-up data for it.

use std::sync::Arc;

use rhai::Dynamic;

use crate::calibrate::{
    AlgResult, Channels, Data, Execution, Input, Objects, Opaque, Used, execute,
};
use crate::conditions::{Chain, Store};
use crate::expr::{Column, Table};
use crate::hist::{Axis, Block, ChannelRange, CountBlock, EfficiencyBlock, SumBlock};
use crate::iov::{ExpRun, IoV};

use super::super::bindings::AlgorithmHandle;
use super::super::engine::Options;
use super::super::load::Text;
use super::super::resolver;

/// Six hits of three channels, and the histogram `times` of theirs.
pub(super) struct Toy;

pub(super) const RUN: ExpRun = ExpRun::new(7, 1);

pub(super) fn hits() -> Table {
    let mut table = Table::new();
    let texts = ["a", "b", "a", "b", "a", "b"].map(Arc::from);
    for (name, column) in [
        ("channel", Column::Int(vec![1, 1, 2, 2, 2, 4])),
        ("time", Column::Float(vec![1.0, 3.0, 2.0, 4.0, 6.0, 10.0])),
        (
            "late",
            Column::Bool(vec![false, false, false, true, true, true]),
        ),
        ("side", Column::Text(texts.to_vec())),
        (
            "gap",
            Column::Float(vec![1.0, f64::NAN, f64::NAN, 4.0, f64::NAN, f64::NAN]),
        ),
    ] {
        table.push(name, column).unwrap();
    }
    table
}

fn axis() -> Axis {
    Axis::regular(5, 0.0, 10.0, "ns").unwrap()
}

fn block(object: &str) -> Option<Block> {
    let strips = || vec![ChannelRange::new("strip", 1, 4)];
    let (channels, times) = ([1, 1, 2, 2, 2, 4], [1.0, 3.0, 2.0, 4.0, 6.0, 10.0]);
    match object {
        "times" | "all" => {
            let split = object == "times";
            let ranges = if split { strips() } else { Vec::new() };
            let mut block = CountBlock::new(vec![axis()], ranges).unwrap();
            let indices: &[&[i64]] = if split { &[&channels] } else { &[] };
            block.fill(indices, &[&times]);
            Some(Block::Counts(block))
        }
        "found" => {
            let mut block = EfficiencyBlock::new(strips()).unwrap();
            block.fill(&[&channels], &[true, true, true, false, false, true]);
            Some(Block::Efficiency(block))
        }
        "energy" => {
            let pixels = ChannelRange::new("pixel", 0, 1);
            let mut block = SumBlock::new(vec![strips().remove(0), pixels]).unwrap();
            block.fill(&[&channels, &[0, 0, 1, 1, 1, 0]], &times);
            Some(Block::Sum(block))
        }
        _ => None,
    }
}

impl Objects for Toy {
    fn runs(&self) -> Vec<ExpRun> {
        vec![RUN]
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(&self, _: &str, _: &[ExpRun]) -> Result<Option<Channels>, String> {
        Ok(None)
    }

    fn block(&self, object: &str, _: &[ExpRun]) -> Result<Option<Block>, String> {
        if object == "hits" {
            return Err("it is a table".into());
        }
        Ok(block(object))
    }

    fn table(&self, object: &str, _: &[ExpRun]) -> Result<Option<Table>, String> {
        Ok((object == "hits").then(hits))
    }

    fn names(&self) -> Vec<String> {
        ["hits", "times", "all", "found", "energy"]
            .map(str::to_owned)
            .to_vec()
    }

    fn collections(&self) -> Vec<(String, Arc<dyn Objects>)> {
        vec![("cosmics".into(), Arc::new(Self))]
    }
}

/// What an execution is given; constants lie in `stores`.
pub(super) fn input(stores: Vec<Store>) -> Input {
    Input {
        objects: Arc::new(Toy),
        runs: vec![RUN],
        iov: IoV::new(RUN, RUN).unwrap(),
        iteration: 0,
        constants: Chain::new(stores),
        earlier: None,
        used: Used::default(),
        options: None,
    }
}

/// The last value of a script, and its engine, which must live as long.
pub(super) fn value(text: &str) -> Result<(Dynamic, Text), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.rhai");
    let loaded = Text::new(
        &path,
        &Options {
            operations: 500_000,
            ..Options::default()
        },
    );
    let found = text.to_owned();
    match resolver::last_value(&loaded.engine, &loaded.name, &path, found, Vec::new()) {
        Ok(value) => Ok((value, loaded)),
        Err(error) => Err(loaded.explain(&error)[0].message.clone()),
    }
}

/// Executes the algorithm that a script ends with.
pub(super) fn executed_with(text: &str, input: &Input) -> Execution {
    let (value, _text) = value(text).unwrap();
    let algorithm = value.cast::<AlgorithmHandle>().get();
    execute(&algorithm, input)
}

pub(super) fn executed(text: &str) -> Execution {
    executed_with(text, &input(Vec::new()))
}

/// The text of what `expression` gives within `calibrate`, or what is said instead; `t` are the
/// hits.
pub(super) fn given(expression: &str) -> String {
    let execution = executed(&format!(
        "import \"std/models\" as models;\n\
         Algorithm(\"A\").calibrate(|data| {{ let t = data.table(\"hits\"); \
         data.result.x = {expression};\n AlgResult::ok }})"
    ));
    match execution.result {
        AlgResult::Ok => answer(execution.answer.as_ref()),
        _ => execution.message.replace("`calibrate` failed: ", ""),
    }
}

/// What was handed back as `x`.
pub(super) fn answer(answer: Option<&Opaque>) -> String {
    let text = answer.map_or("", Opaque::text);
    let inside = text
        .strip_prefix("#{\"x\": ")
        .and_then(|t| t.strip_suffix('}'));
    inside.unwrap_or(text).to_owned()
}

/// The data of an execution.
pub(super) fn data() -> Data {
    Data::new(input(Vec::new()))
}
