//! From the steps of a collector to column code.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::hoist::{Hoisted, hoist};
use super::records::Records;
use super::sections::{Section, mark_later};
use super::slots::{DefinedOf, Definition, Join, Key, Slots};
use super::view::{Level, View, partner_name};
use crate::collect::schema::{Array, FieldId, Names};
use crate::collect::{Collector, Generator, Granularity, Object, Step, Storage};
use crate::expr::{BinaryOp, Evaluator, Failure, Formula, Node, Path, Place, Type, Value, Wanted};

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
    pub(crate) each: Option<(RowSource, Vec<Section>)>,
    /// What joins lead to.
    pub(crate) joins: Vec<Join>,
    /// Names of the columns of objects of records, by the number of the object.
    pub(crate) records: BTreeMap<usize, Vec<String>>,
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
            sections: Vec::new(),
            pairs: 0,
            objects: Vec::new(),
            records: BTreeMap::new(),
            cuts: 0,
        };
        for step in &collector.steps {
            compiler.step(step)?;
        }
        compiler.end_section(None);
        let Compiler {
            event,
            source,
            mut sections,
            records,
            ..
        } = compiler;
        let slots = slots.into_inner();
        let mut after = Vec::new();
        for section in sections.iter_mut().rev() {
            section.mark_later(&slots, &mut after);
        }
        let (event, each) = match (event, source) {
            (Some(mut event), Some(source)) => {
                mark_later(&slots, &mut event, &after);
                (event, Some((source, sections)))
            }
            _ => (
                sections.pop().map_or_else(Vec::new, Section::into_ops),
                None,
            ),
        };
        Ok(Self {
            fields: slots.fields(),
            keys: slots.keys,
            arrays: slots.arrays,
            joins: slots.joins,
            event,
            each,
            records,
        })
    }

    /// All steps in their order.
    pub(crate) fn ops(&self) -> impl Iterator<Item = &Op> {
        let sections = self.each.iter().flat_map(|(_, sections)| sections);
        self.event.iter().chain(sections.flat_map(Section::ops))
    }

    /// Whether the rows of an event must stay together.
    pub(crate) fn keeps_events(&self) -> bool {
        let pairs = |section: &Section| matches!(section, Section::Pairs { .. });
        let sections = self.each.as_ref().map(|(_, sections)| sections);
        sections.is_some_and(|sections| sections.iter().any(pairs))
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
    /// Steps after `each`, as far as they are complete.
    sections: Vec<Section>,
    /// How often rows became pairs.
    pairs: usize,
    objects: Vec<String>,
    records: BTreeMap<usize, Vec<String>>,
    cuts: usize,
}

impl Compiler<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        if !self.records.is_empty() {
            return Err(refused(
                "`records` is the last step: its rows are measurements",
                "put what comes after it before it, or into another collector",
                place_of(step),
            ));
        }
        match step {
            Step::Each(array, place) => self.each(array, *place),
            Step::Generate(generator, place) => {
                self.rows(RowSource::Made(*generator), "generate", *place)
            }
            Step::Join(join) => self.join(join),
            Step::Pairs(place) => self.pairs(*place),
            Step::Singles(place) => self.singles(*place),
            Step::Define(name, formula, place) => self.define(name, formula, *place),
            Step::Select(_, formula, _) => self.cut(formula),
            Step::Fill(object) if matches!(object.storage, Storage::Records) => {
                self.fill_records(object)
            }
            Step::Fill(object) => self.fill(object),
        }
    }

    /// The measurements of the events that are left, one row each, with all their derivatives.
    fn fill_records(&mut self, object: &Object) -> Result<(), Failure> {
        let records = Records::find(self.view.names, object.place)?;
        if let Some(array) = &records.array {
            self.each(array, object.place)?;
        }
        let columns: Vec<_> = records
            .columns
            .iter()
            .map(|(_, f)| (f, Wanted::Any))
            .collect();
        let evaluator = self.evaluator(&columns)?;
        self.push(evaluator, Action::Fill(self.objects.len()));
        let names = records.columns.iter().map(|(name, _)| name.clone());
        self.records.insert(self.objects.len(), names.collect());
        self.objects.push(object.name.clone());
        Ok(())
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

    /// The steps so far are complete; what follows is about other rows.
    fn end_section(&mut self, singles: Option<Vec<usize>>) {
        let ops = std::mem::take(&mut self.ops);
        self.sections.push(match self.view.level {
            Level::Pairs(..) => Section::Pairs { ops, singles },
            _ => Section::Rows(ops),
        });
    }

    fn pairs(&mut self, place: Place) -> Result<(), Failure> {
        let Level::Rows(array) = self.view.level else {
            let (message, hint) = match self.view.level {
                Level::Pairs(..) => (
                    "the rows are pairs already",
                    "`singles()` goes back to rows",
                ),
                _ => (
                    "`pairs` needs more than one row per event",
                    "put `each(\"…\")` before it",
                ),
            };
            return Err(refused(message, hint, place));
        };
        self.end_section(None);
        self.view.level = Level::Pairs(array, self.pairs);
        self.pairs += 1;
        Ok(())
    }

    fn singles(&mut self, place: Place) -> Result<(), Failure> {
        let Level::Pairs(array, _) = self.view.level else {
            let message = "`singles` goes back from pairs to rows, and the rows are no pairs";
            return Err(refused(message, "put `pairs()` before it", place));
        };
        self.end_section(Some(Vec::new()));
        self.view.level = Level::Rows(array);
        Ok(())
    }

    fn join(&mut self, join: &crate::collect::Join) -> Result<(), Failure> {
        let place = join.place;
        let Level::Rows(rows) = self.view.level else {
            let (message, hint) = match self.view.level {
                Level::Pairs(..) => (
                    "`join` leads from a row to its related element, and the rows are pairs",
                    "put it before `pairs()`",
                ),
                _ => (
                    "`join` leads from an element to its related one, and the rows are events",
                    "put `each(\"…\")` before it",
                ),
            };
            return Err(refused(message, hint, place));
        };
        if self.view.is_taken(&join.name) || self.view.names.begins(&join.name) {
            return Err(Failure {
                message: format!("the name `{}` is taken by another column", join.name),
                hint: Some("what is joined needs a new name".into()),
                place,
            });
        }
        let names = self.view.names;
        let target = names.array(&join.array).map_err(|u| u.at(place))?;
        let mut slots = self.view.slots.borrow_mut();
        let from = &slots.arrays[rows];
        let link = names.link(from, &target, join.by.as_deref());
        let found = super::slots::Join {
            name: join.name.clone(),
            link: link.map_err(|u| u.at(place))?,
            target: slots.array(target),
            rows,
        };
        slots.joins.push(found);
        drop(slots);
        let partner = Node::Column(Path(vec![partner_name(&join.name)]), place);
        let none = Node::Constant(Value::Int(0));
        let found = Node::Binary(BinaryOp::Ge, partner.into(), none.into(), place);
        self.cut(&Formula::Compiled(found.into()))
    }

    /// A step that lets only some rows pass.
    fn cut(&mut self, condition: &Formula) -> Result<(), Failure> {
        let evaluator = self.evaluator(&[(condition, Wanted::Condition)])?;
        self.push(evaluator, Action::Select(self.cuts));
        self.cuts += 1;
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
        let of = match self.view.level {
            Level::Event => DefinedOf::Event,
            Level::Pairs(_, number) => DefinedOf::Pair(number),
            _ => DefinedOf::Row,
        };
        let slot = new_column(self.view.slots, name, &evaluator, of);
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
            let slot = new_column(self.view.slots, &name, &evaluator, DefinedOf::Event);
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
            Storage::Records => Vec::new(),
            Storage::Sum(value) => vec![(value, Wanted::Number)],
            Storage::Equations(equations) => vec![
                (&equations.equation, Wanted::Whole),
                (&equations.channel, Wanted::Whole),
                (&equations.coefficient, Wanted::Number),
                (&equations.target, Wanted::Number),
            ],
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

fn place_of(step: &Step) -> Place {
    match step {
        Step::Each(_, place)
        | Step::Generate(_, place)
        | Step::Pairs(place)
        | Step::Singles(place)
        | Step::Define(_, _, place)
        | Step::Select(_, _, place) => *place,
        Step::Join(join) => join.place,
        Step::Fill(object) => object.place,
    }
}

fn refused(message: &str, hint: &str, place: Place) -> Failure {
    Failure {
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        place,
    }
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
fn new_column(slots: &RefCell<Slots>, name: &str, evaluator: &Evaluator, of: DefinedOf) -> usize {
    let kind = evaluator.types()[0];
    let mut slots = slots.borrow_mut();
    slots.definitions.push(Definition {
        name: name.to_owned(),
        kind,
        of,
    });
    let number = slots.definitions.len() - 1;
    let key = match of {
        DefinedOf::Event => Key::EventDefined(number),
        DefinedOf::Row | DefinedOf::Pair(_) => Key::Defined(number),
    };
    slots.number(key, kind)
}
