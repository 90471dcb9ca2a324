//! All objects of a collector, per run, and the parts that threads fill.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::part::{Kind, Part};
use super::tally::Tally;
use crate::collect::input::Layout;
use crate::collect::output::CollectedObject;
use crate::collect::pass::{Action, Pass};
use crate::collect::rows::Sink;
use crate::collect::{Collector, Error, Granularity};
use crate::expr::{Outputs, Type};
use crate::iov::ExpRun;

/// The objects of a collector while a pass fills them.
pub(crate) struct Objects {
    kinds: Vec<Kind>,
    names: Vec<String>,
    cuts: usize,
    by_run: bool,
    /// Parts by object and run, each with the number of the piece of work it came from.
    filled: Mutex<Filled>,
}

type Filled = BTreeMap<(usize, Option<ExpRun>), Vec<(usize, Part)>>;

impl Objects {
    /// Empty objects. Without a layout there are no columns, and tables have no types yet.
    pub(crate) fn new(collector: &Collector, layout: Option<&Layout>) -> Self {
        let types = |object: usize| layout.map(|layout| types_of(&layout.pass, object));
        let kind = |(number, object)| Kind::new(object, types(number).as_deref());
        Self {
            kinds: collector.objects().enumerate().map(kind).collect(),
            names: collector
                .objects()
                .map(|object| object.name.clone())
                .collect(),
            cuts: collector.cuts().count(),
            by_run: collector.granularity == Granularity::Run,
            filled: Mutex::default(),
        }
    }

    /// Begins a piece of work; `number` is its place in the order of files and entries.
    pub(crate) fn begin(&self, number: usize) -> Filling<'_> {
        Filling {
            objects: self,
            number,
            run: None,
            parts: BTreeMap::new(),
            tally: Tally::new(self.cuts),
        }
    }

    /// The objects with their parts put together, by run.
    ///
    /// # Errors
    /// When parts do not fit together.
    pub(crate) fn finish(self) -> Result<Vec<CollectedObject>, Error> {
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
        for ((number, run), mut parts) in filled {
            parts.sort_by_key(|(piece, _)| *piece);
            let mut whole = self.kinds[number].empty();
            for (_, part) in parts {
                whole.merge(part).map_err(|message| Error::Merge {
                    object: self.names[number].clone(),
                    message,
                })?;
            }
            objects[number].runs.push((run, whole));
        }
        Ok(objects)
    }
}

/// Types of the values that fill an object.
fn types_of(pass: &Pass, object: usize) -> Vec<Type> {
    let rows = pass.each.iter().flat_map(|(_, ops)| ops);
    pass.event
        .iter()
        .chain(rows)
        .find(|op| op.action == Action::Fill(object))
        .map(|op| op.evaluator.types().to_vec())
        .unwrap_or_default()
}

/// One piece of work.
pub(crate) struct Filling<'a> {
    objects: &'a Objects,
    number: usize,
    run: Option<ExpRun>,
    /// One part per object, for each run that came.
    parts: BTreeMap<Option<ExpRun>, Vec<Part>>,
    tally: Tally,
}

impl Filling<'_> {
    /// Says to which run the next rows belong.
    pub(crate) fn set_run(&mut self, run: ExpRun) {
        self.run = Some(run).filter(|_| self.objects.by_run);
    }

    /// The counts of this piece of work.
    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Hands the parts over.
    pub(crate) fn finish(self) -> Tally {
        let mut filled = self
            .objects
            .filled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (run, parts) in self.parts {
            for (object, part) in parts.into_iter().enumerate() {
                let known = filled.entry((object, run)).or_default();
                known.push((self.number, part));
            }
        }
        self.tally
    }
}

impl Sink for Filling<'_> {
    fn cut(&mut self, cut: usize, before: usize, after: usize) {
        let counts = &mut self.tally.cuts[cut];
        counts.0 += before as u64;
        counts.1 += after as u64;
    }

    fn fill(&mut self, object: usize, values: &Outputs<'_>, rows: usize) {
        let kinds = &self.objects.kinds;
        let parts = self
            .parts
            .entry(self.run)
            .or_insert_with(|| kinds.iter().map(Kind::empty).collect());
        parts[object].fill(&kinds[object], values, rows);
    }
}
