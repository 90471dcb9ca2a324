//! From the steps of a collector to column code.

use std::cell::RefCell;

use super::hoist::{Hoisted, hoist};
use super::slots::{Definition, Key, Slots};
use super::view::{Level, View};
use crate::collect::schema::{Array, FieldId, Names};
use crate::collect::{Collector, Generator, Granularity, Object, Step, Storage};
use crate::expr::{Evaluator, Failure, Formula, Node, Path, Place, Type, Wanted};

/// What is done with the values of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// They become the column of that number.
    Define(usize),
    /// They decide which rows go on; the number counts cuts.
    Select(usize),
    /// They go into the object of that number: the channels first, then its values.
    Fill(usize),
}

/// One step, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) evaluator: Evaluator,
    pub(crate) action: Action,
    /// Columns that are still read after this step.
    pub(crate) later: Vec<usize>,
}

/// A collector ready for one layout of columns.
#[derive(Debug)]
pub(crate) struct Pass {
    /// What each numbered column is.
    pub(crate) keys: Vec<(Key, Type)>,
    /// Arrays that are used.
    pub(crate) arrays: Vec<Array>,
    /// Columns of the file that are read, rising.
    pub(crate) fields: Vec<FieldId>,
    /// Steps with a row per event.
    pub(crate) event: Vec<Op>,
    /// What the rows of the other steps are, and these steps.
    pub(crate) each: Option<(RowSource, Vec<Op>)>,
}

/// What a row is, if not an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowSource {
    /// An element of the array of that number.
    Array(usize),
    /// Made-up numbers.
    Made(Generator),
}

impl Pass {
    /// Column code for a collector over columns of these names.
    ///
    /// # Errors
    /// The first step that names what is not there, mixes types or takes a name that is taken.
    pub(crate) fn compile(collector: &Collector, names: &Names) -> Result<Self, Failure> {
        let slots = RefCell::new(Slots::default());
        let mut compiler = Compiler {
            origin: origin(collector, names),
            view: View {
                names,
                slots: &slots,
                level: Level::Event,
            },
            ops: Vec::new(),
            event: None,
            source: None,
            objects: Vec::new(),
            cuts: 0,
        };
        for step in &collector.steps {
            compiler.step(step)?;
        }
        let Compiler {
            mut ops,
            event,
            source,
            ..
        } = compiler;
        let slots = slots.into_inner();
        mark_later(&slots, &mut ops, &[]);
        let (event, each) = match (event, source) {
            (Some(mut event), Some(source)) => {
                mark_later(&slots, &mut event, &read_by(&slots, &ops));
                (event, Some((source, ops)))
            }
            _ => (ops, None),
        };
        Ok(Self {
            fields: slots.fields(),
            keys: slots.keys,
            arrays: slots.arrays,
            event,
            each,
        })
    }
}

struct Compiler<'a> {
    /// What says from which event a row comes, if all of it is in the file.
    origin: Vec<Formula>,
    view: View<'a>,
    /// Steps of the level at hand.
    ops: Vec<Op>,
    /// Steps before `each`, once that came.
    event: Option<Vec<Op>>,
    source: Option<RowSource>,
    objects: Vec<String>,
    cuts: usize,
}

impl Compiler<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Each(array, place) => self.each(array, *place),
            Step::Generate(generator, place) => {
                self.rows(RowSource::Made(*generator), "generate", *place)
            }
            Step::Define(name, formula, place) => self.define(name, formula, *place),
            Step::Select(_, formula, _) => {
                let evaluator = self.evaluator(&[(formula, Wanted::Condition)])?;
                self.push(evaluator, Action::Select(self.cuts));
                self.cuts += 1;
                Ok(())
            }
            Step::Fill(object) => self.fill(object),
        }
    }

    fn each(&mut self, array: &str, place: Place) -> Result<(), Failure> {
        let said = format!("each(\"{array}\")");
        if self.event.is_some() {
            return self.rows(RowSource::Array(0), &said, place);
        }
        let found = self.view.names.array(array).map_err(|u| u.at(place))?;
        let number = self.view.slots.borrow_mut().array(found);
        self.rows(RowSource::Array(number), &said, place)
    }

    /// From here on rows are something else than events.
    fn rows(&mut self, source: RowSource, said: &str, place: Place) -> Result<(), Failure> {
        if self.event.is_some() {
            return Err(Failure {
                message: format!("{said} comes after another each"),
                hint: Some("rows are elements of one array; use a second collector".into()),
                place,
            });
        }
        self.event = Some(std::mem::take(&mut self.ops));
        self.source = Some(source);
        self.view.level = match source {
            RowSource::Array(number) => Level::Rows(number),
            RowSource::Made(_) => Level::Made,
        };
        Ok(())
    }

    fn define(&mut self, name: &str, formula: &Formula, place: Place) -> Result<(), Failure> {
        if self.view.is_taken(name) {
            return Err(Failure {
                message: format!("the name `{name}` is taken by another column"),
                hint: Some("a new column needs a new name".into()),
                place,
            });
        }
        let evaluator = self.evaluator(&[(formula, Wanted::Any)])?;
        let slot = new_column(
            self.view.slots,
            name,
            &evaluator,
            self.view.level == Level::Event,
        );
        self.push(evaluator, Action::Define(slot));
        Ok(())
    }

    /// Column code at the level at hand; reductions over the event become columns of the event.
    fn evaluator(&mut self, formulas: &[(&Formula, Wanted)]) -> Result<Evaluator, Failure> {
        let Some(event) = &mut self.event else {
            return Evaluator::new(formulas, &self.view);
        };
        let mut found = Vec::new();
        let known = self.view.slots.borrow().definitions.len();
        let rewritten: Vec<(Formula, Wanted)> = formulas
            .iter()
            .map(|(formula, wanted)| match formula {
                Formula::Compiled(expr) => {
                    (Formula::Compiled(hoist(expr, known, &mut found)), *wanted)
                }
                Formula::Interpreted(_) => ((*formula).clone(), *wanted),
            })
            .collect();
        let mut added = Vec::new();
        for Hoisted { name, formula } in found {
            let view = self.view.of_event();
            let evaluator = Evaluator::new(&[(&Formula::Compiled(formula), Wanted::Any)], &view)?;
            added.push((name, evaluator));
        }
        for (name, evaluator) in added {
            let slot = new_column(self.view.slots, &name, &evaluator, true);
            event.push(Op::new(evaluator, Action::Define(slot)));
        }
        let formulas: Vec<_> = rewritten.iter().map(|(f, wanted)| (f, *wanted)).collect();
        Evaluator::new(&formulas, &self.view)
    }

    fn fill(&mut self, object: &Object) -> Result<(), Failure> {
        if self.objects.contains(&object.name) {
            return Err(Failure {
                message: format!("there are two objects `{}`", object.name),
                hint: Some("each object needs a name of its own".into()),
                place: object.place,
            });
        }
        let origin = self.origin.clone();
        let channels = object.channels.iter().map(|c| (&c.index, Wanted::Whole));
        let values: Vec<(&Formula, Wanted)> = match &object.storage {
            Storage::Histogram(binnings) => binnings
                .iter()
                .map(|b| (&b.value, Wanted::Number))
                .collect(),
            Storage::Profile(binning, value) => {
                vec![(&binning.value, Wanted::Number), (value, Wanted::Number)]
            }
            Storage::Efficiency(condition) => vec![(condition, Wanted::Condition)],
            Storage::Sum(value) => vec![(value, Wanted::Number)],
            Storage::Table(columns) => {
                let origin = origin.iter().map(|f| (f, Wanted::Any));
                let columns = columns.iter().map(|(_, f)| (f, Wanted::Any));
                columns.chain(origin).collect()
            }
        };
        let formulas: Vec<_> = channels.chain(values).collect();
        let evaluator = self.evaluator(&formulas)?;
        self.push(evaluator, Action::Fill(self.objects.len()));
        self.objects.push(object.name.clone());
        Ok(())
    }

    fn push(&mut self, evaluator: Evaluator, action: Action) {
        self.ops.push(Op::new(evaluator, action));
    }
}

/// Experiment, run and number of an event as formulas of its rows; none if one of them is not a whole number
/// of the file.
fn origin(collector: &Collector, names: &Names) -> Vec<Formula> {
    let Ok(found) = names.run_fields(collector.run_columns.as_ref()) else {
        return Vec::new();
    };
    let formula = |field: Option<FieldId>| {
        let field = &names.fields[field?];
        let path = std::iter::once("event").chain(field.names.iter().map(String::as_str));
        let path = Path(path.map(str::to_owned).collect());
        let column = Node::Column(path, Place::default());
        (field.kind == Type::Int).then(|| Formula::Compiled(column.into()))
    };
    let all = [found.experiment, found.run, found.event].map(formula);
    let all: Option<Vec<Formula>> = all.into_iter().collect();
    let mut all = all.unwrap_or_default();
    if collector.granularity == Granularity::Run {
        // Objects are kept by run, which need not be said again in each row.
        all.drain(..all.len().saturating_sub(1));
    }
    all
}

impl Op {
    fn new(evaluator: Evaluator, action: Action) -> Self {
        Self {
            evaluator,
            action,
            later: Vec::new(),
        }
    }
}

/// The number of a new column with the values of an evaluator.
fn new_column(slots: &RefCell<Slots>, name: &str, evaluator: &Evaluator, of_event: bool) -> usize {
    let kind = evaluator.types()[0];
    let mut slots = slots.borrow_mut();
    slots.definitions.push(Definition {
        name: name.to_owned(),
        kind,
        of_event,
    });
    let number = slots.definitions.len() - 1;
    let key = if of_event {
        Key::EventDefined(number)
    } else {
        Key::Defined(number)
    };
    slots.number(key, kind)
}

/// Everything that these steps read.
fn read_by(slots: &Slots, ops: &[Op]) -> Vec<usize> {
    let mut read: Vec<usize> = ops.iter().flat_map(|op| needs(slots, op)).collect();
    read.sort_unstable();
    read.dedup();
    read
}

/// Notes for each step what is read after it.
fn mark_later(slots: &Slots, ops: &mut [Op], after: &[usize]) {
    let mut later = after.to_vec();
    for op in ops.iter_mut().rev() {
        op.later.clone_from(&later);
        for column in needs(slots, op) {
            if !later.contains(&column) {
                later.push(column);
            }
        }
    }
}

/// What a step reads, with the columns that are repeated for elements.
fn needs(slots: &Slots, op: &Op) -> Vec<usize> {
    let mut needed = op.evaluator.columns().to_vec();
    for &column in op.evaluator.columns() {
        if let Key::Repeated(_, inner) = &slots.keys[column].0 {
            needed.extend(slots.keys.iter().position(|(key, _)| key == inner.as_ref()));
        }
    }
    needed
}
