//! All objects of a collector, per run, while threads fill them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::kind::Kind;
use super::part::Part;
use super::worker::{Filling, Rows};
use crate::collect::input::Layout;
use crate::collect::output::CollectedObject;
use crate::collect::pass::{Action, Pass};
use crate::collect::{Collector, Error, Granularity};
use crate::expr::Type;
use crate::hist::Block;
use crate::iov::ExpRun;

/// Memory that the copies of one object may take in all threads together. A larger object has
/// one copy that threads fill in turns; a smaller one has a copy per thread, added up file by
/// file.
const COPIES: u64 = 64 << 20;

/// The objects of a collector while a pass fills them.
pub(crate) struct Objects {
    pub(super) kinds: Vec<Kind>,
    /// Which of them have one copy for all threads.
    pub(super) shared: Vec<bool>,
    pub(super) cuts: usize,
    pub(super) by_run: bool,
    names: Vec<String>,
    filled: Mutex<BTreeMap<Which, Filled>>,
}

/// An object of a run.
pub(super) type Which = (usize, Option<ExpRun>);

/// What was handed over so far.
pub(super) enum Filled {
    Block(Arc<Mutex<Block>>),
    /// Rows by pieces of work.
    Rows(Vec<Rows>),
}

impl Objects {
    /// Empty objects. Without a layout there are no columns, and tables have no types yet.
    ///
    /// # Errors
    /// When axes or channels of an object are none.
    pub(crate) fn new(
        collector: &Collector,
        layout: Option<&Layout>,
        threads: usize,
    ) -> Result<Self, Error> {
        let types = |object: usize| layout.map(|layout| types_of(&layout.pass, object));
        let kind = |(number, object)| {
            let names = layout.and_then(|layout| layout.pass.records.get(&number));
            let names = names.map_or(&[][..], Vec::as_slice);
            Kind::new(object, types(number).as_deref(), names).map_err(|error| Error::Object {
                object: object.name.clone(),
                message: error.to_string(),
            })
        };
        let kinds = collector.objects().enumerate().map(kind);
        let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
        let copies = threads as u64;
        Ok(Self {
            shared: kinds
                .iter()
                .map(|k| k.bytes().saturating_mul(copies) > COPIES)
                .collect(),
            kinds,
            names: collector
                .objects()
                .map(|object| object.name.clone())
                .collect(),
            cuts: collector.cuts().count(),
            by_run: collector.granularity == Granularity::Run,
            filled: Mutex::default(),
        })
    }

    /// What a thread fills.
    pub(crate) fn filling(&self) -> Filling<'_> {
        Filling::new(self)
    }

    /// Name of an object.
    pub(super) fn name(&self, object: usize) -> &str {
        &self.names[object]
    }

    /// The one copy of a block.
    pub(super) fn block(&self, which: Which) -> Arc<Mutex<Block>> {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = &self.kinds[which.0];
        match filled.entry(which).or_insert_with(|| Filled::empty(kind)) {
            Filled::Block(block) => Arc::clone(block),
            Filled::Rows(_) => unreachable!("tables are no blocks"),
        }
    }

    /// Takes rows of a table.
    pub(super) fn add_rows(&self, which: Which, rows: Vec<Rows>) {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = &self.kinds[which.0];
        if let Filled::Rows(known) = filled.entry(which).or_insert_with(|| Filled::empty(kind)) {
            known.extend(rows);
        }
    }

    /// The objects by run, complete.
    pub(crate) fn finish(self) -> Vec<CollectedObject> {
        let filled = self
            .filled
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let object = |(name, kind): (&String, &Kind)| CollectedObject {
            name: name.clone(),
            empty: kind.empty(),
            runs: Vec::new(),
        };
        let mut objects: Vec<CollectedObject> =
            self.names.iter().zip(&self.kinds).map(object).collect();
        for ((number, run), filled) in filled {
            let part = match filled {
                Filled::Block(block) => Part::Block(Box::new(sole(block))),
                Filled::Rows(rows) => Part::Table(Rows::joined(rows, &self.kinds[number])),
            };
            objects[number].runs.push((run, part));
        }
        objects
    }
}

impl Filled {
    fn empty(kind: &Kind) -> Self {
        match kind {
            Kind::Block(block) => Self::Block(Arc::new(Mutex::new((**block).clone()))),
            Kind::Table(_) => Self::Rows(Vec::new()),
        }
    }
}

/// The block, when no thread holds it any more.
fn sole(block: Arc<Mutex<Block>>) -> Block {
    match Arc::try_unwrap(block) {
        Ok(block) => block.into_inner().unwrap_or_else(PoisonError::into_inner),
        Err(block) => block.lock().unwrap_or_else(PoisonError::into_inner).clone(),
    }
}

/// Types of the values that fill an object.
fn types_of(pass: &Pass, object: usize) -> Vec<Type> {
    pass.ops()
        .find(|op| op.action == Action::Fill(object))
        .map(|op| op.evaluator.types().to_vec())
        .unwrap_or_default()
}
