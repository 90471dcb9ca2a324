//! What one thread fills.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::kind::{Kind, fill};
use super::objects::Objects;
use super::tally::Tally;
use crate::collect::Error;
use crate::collect::rows::Sink;
use crate::expr::{Column, Outputs, Table};
use crate::hist::Block;
use crate::iov::ExpRun;

/// Pairs of unknowns that a thread keeps for itself, some 50 MB.
const MOST_PAIRS: usize = 1 << 20;

/// Rows of a table from one piece of work.
pub(super) struct Rows {
    /// Number of the piece in the order of files and entries.
    piece: usize,
    columns: Vec<Column>,
}

impl Rows {
    /// The rows of all pieces in their order.
    pub(super) fn joined(mut pieces: Vec<Self>, kind: &Kind) -> Table {
        pieces.sort_by_key(|rows| rows.piece);
        let mut pieces = pieces.into_iter();
        let mut all = pieces
            .next()
            .map_or_else(|| kind.columns(), |rows| rows.columns);
        for rows in pieces {
            for (column, more) in all.iter_mut().zip(&rows.columns) {
                let fits = column.append(more.slice());
                debug_assert!(fits, "pieces have the same types");
            }
        }
        kind.table(all)
    }
}

/// An object of a run in the hands of a thread.
enum Local {
    /// A copy of its own.
    Own(Box<Block>),
    /// The copy of all threads.
    Shared(Arc<Mutex<Block>>),
    /// Rows by pieces of work.
    Rows(Vec<Rows>),
}

/// What one thread fills, from one piece of work to the next.
pub(crate) struct Filling<'a> {
    objects: &'a Objects,
    /// The piece of work at hand.
    piece: usize,
    run: Option<ExpRun>,
    /// The objects of each run that came.
    local: BTreeMap<Option<ExpRun>, Vec<Local>>,
    tally: Tally,
}

impl<'a> Filling<'a> {
    pub(super) fn new(objects: &'a Objects) -> Self {
        Self {
            objects,
            piece: 0,
            run: None,
            local: BTreeMap::new(),
            tally: Tally::new(objects.cuts),
        }
    }

    /// Begins a piece of work; `number` is its place in the order of files and entries.
    pub(crate) fn begin(&mut self, number: usize) {
        self.piece = number;
    }

    /// Says to which run the next rows belong.
    pub(crate) fn set_run(&mut self, run: ExpRun) {
        self.run = Some(run).filter(|_| self.objects.by_run);
    }

    /// The counts so far.
    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Hands over what was filled and counted, and starts anew.
    ///
    /// # Errors
    /// Never in practice: parts of an object are alike.
    pub(crate) fn hand_over(&mut self) -> Result<Tally, Error> {
        for (run, locals) in std::mem::take(&mut self.local) {
            for (object, local) in locals.into_iter().enumerate() {
                match local {
                    Local::Own(mut own) => {
                        if let Block::Equations(block) = &mut *own {
                            block.close();
                        }
                        let whole = self.objects.block((object, run));
                        let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
                        whole.merge(&own).map_err(|error| Error::Object {
                            object: self.objects.name(object).to_owned(),
                            message: error.to_string(),
                        })?;
                    }
                    Local::Rows(rows) => self.objects.add_rows((object, run), rows),
                    Local::Shared(_) => {}
                }
            }
        }
        Ok(std::mem::replace(
            &mut self.tally,
            Tally::new(self.objects.cuts),
        ))
    }

    fn start(objects: &Objects, run: Option<ExpRun>) -> Vec<Local> {
        let local = |(number, kind): (usize, &Kind)| match kind {
            Kind::Block(_) if objects.shared[number] => Local::Shared(objects.block((number, run))),
            Kind::Block(block) => Local::Own(block.clone()),
            Kind::Table(_) => Local::Rows(Vec::new()),
        };
        objects.kinds.iter().enumerate().map(local).collect()
    }
}

impl Sink for Filling<'_> {
    fn cut(&mut self, cut: usize, before: usize, after: usize) {
        let counts = &mut self.tally.cuts[cut];
        counts.0 += before as u64;
        counts.1 += after as u64;
    }

    fn fill(&mut self, object: usize, values: &Outputs<'_>, entry: &dyn Fn(usize) -> u64) {
        let (objects, run) = (self.objects, self.run);
        let locals = self
            .local
            .entry(run)
            .or_insert_with(|| Self::start(objects, run));
        match &mut locals[object] {
            Local::Own(block) => {
                fill(block, values, entry);
                if let Block::Equations(own) = &mut **block
                    && own.pairs() > MOST_PAIRS
                {
                    let whole = objects.block((object, run));
                    let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
                    let merged = whole.merge(&Block::Equations(own.take()));
                    debug_assert!(merged.is_ok(), "parts of an object are alike");
                }
            }
            Local::Shared(block) => {
                let mut block = block.lock().unwrap_or_else(PoisonError::into_inner);
                fill(&mut block, values, entry);
            }
            Local::Rows(pieces) => {
                if pieces.last().is_none_or(|rows| rows.piece != self.piece) {
                    pieces.push(Rows {
                        piece: self.piece,
                        columns: objects.kinds[object].columns(),
                    });
                }
                if let Some(rows) = pieces.last_mut() {
                    for (n, column) in rows.columns.iter_mut().enumerate() {
                        let fits = column.append(values.get(n));
                        debug_assert!(fits, "types are known before");
                    }
                }
            }
        }
    }
}
