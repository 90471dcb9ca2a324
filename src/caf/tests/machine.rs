//! Ends of a calibration that vectors do not have.

use std::io;

use super::super::machine::{CalibrationActions, End, Stop, drive};
use super::super::{CalibrationState as State, Error, Row, StateDb};

/// Does everything well but for what it is told not to; notes what it is asked.
struct Scripted {
    db: StateDb,
    _folder: tempfile::TempDir,
    asked: Vec<String>,
    /// What to answer to the first asking of a step, instead of doing it.
    trouble: Vec<(&'static str, Stop)>,
    /// How many iterations are asked for beyond the first.
    more: u32,
    max: u32,
    unwritable: Option<State>,
}

impl Scripted {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = StateDb::create_or_open(folder.path().join(StateDb::FILE)).unwrap();
        db.ensure(["a"]).unwrap();
        Self {
            db,
            _folder: folder,
            asked: Vec::new(),
            trouble: Vec::new(),
            more: 0,
            max: 5,
            unwritable: None,
        }
    }

    fn with(mut self, step: &'static str, stop: Stop) -> Self {
        self.trouble.push((step, stop));
        self
    }

    fn at(self, state: State, iteration: u32) -> Self {
        self.db.enter("a", state, iteration, "").unwrap();
        self
    }

    fn step(&mut self, step: &'static str, iteration: u32) -> Result<(), Stop> {
        self.asked.push(format!("{step} {iteration}"));
        let found = self.trouble.iter().position(|(name, _)| *name == step);
        found.map_or(Ok(()), |at| Err(self.trouble.remove(at).1))
    }

    fn drive(&mut self) -> Result<End, Error> {
        self.db.ensure(["a"]).unwrap();
        let row = self.row();
        drive(self, &row)
    }

    fn row(&self) -> Row {
        self.db.row("a").unwrap().unwrap()
    }
}

impl CalibrationActions for Scripted {
    fn enter(&mut self, state: State, iteration: u32, message: &str) -> Result<(), Error> {
        self.asked.push(state.to_string());
        if self.unwritable == Some(state) {
            return Err(broken());
        }
        Ok(self.db.enter("a", state, iteration, message)?)
    }

    fn max_iterations(&self) -> u32 {
        self.max
    }

    fn clear_later(&mut self, iteration: u32) -> Result<(), Stop> {
        self.step("clear", iteration)
    }

    fn blocked(&mut self) -> Option<String> {
        None
    }

    fn submit(&mut self, iteration: u32) -> Result<(), Stop> {
        self.step("submit", iteration)
    }

    fn collected(&mut self, iteration: u32) -> Result<(), Stop> {
        self.step("collected", iteration)
    }

    fn check_collected(&mut self, iteration: u32) -> Result<(), Stop> {
        self.step("check", iteration)
    }

    fn run_algorithms(&mut self, iteration: u32) -> Result<bool, Stop> {
        self.step("run", iteration)?;
        Ok(iteration < self.more)
    }

    fn finish(&mut self, iteration: u32) -> Result<(), Stop> {
        self.step("finish", iteration)
    }
}

fn broken() -> Error {
    Error::output("/there")(io::Error::other("the disk is full"))
}

#[test]
fn too_little_data_is_an_end_of_its_own() {
    for step in ["submit", "collected", "run"] {
        let mut scripted = Scripted::new().with(step, Stop::lacks_data("3 of 100 events"));
        let end = scripted.drive().unwrap();
        assert_eq!(end.state, State::NotEnoughData, "{step}");
        let row = scripted.row();
        assert_eq!(
            (row.state, row.message.as_str()),
            (end.state, "3 of 100 events")
        );
        assert_eq!(row.error.as_deref(), Some("3 of 100 events"));
    }
}

#[test]
fn whatever_fails_ends_in_failed_with_its_cause() {
    for (step, over) in [
        ("clear", State::CollectorFailed),
        ("submit", State::CollectorFailed),
        ("collected", State::CollectorFailed),
        ("check", State::CollectorFailed),
        ("run", State::AlgorithmsFailed),
        ("finish", State::AlgorithmsFailed),
    ] {
        let mut scripted = Scripted::new().with(step, broken().into());
        let end = scripted.drive().unwrap();
        assert_eq!(end.state, State::Failed, "{step}");
        assert!(matches!(end.cause, Some(Error::Output { .. })), "{step}");
        assert!(end.message.contains("the disk is full"), "{}", end.message);
        let written = [over.name(), "failed"];
        let last = &scripted.asked[scripted.asked.len() - 2..];
        assert_eq!(last, written, "{step}");
    }
}

#[test]
fn an_interruption_leaves_the_checkpoint_and_a_later_run_goes_on() {
    let steps = ["submit", "collected", "check", "run", "finish"];
    for step in steps {
        let mut whole = Scripted::new();
        whole.more = 1;
        let whole_end = whole.drive().unwrap();
        let mut scripted = Scripted::new().with(step, Stop::Leave(broken()));
        scripted.more = 1;
        assert!(
            matches!(scripted.drive(), Err(Error::Output { .. })),
            "{step}"
        );
        assert!(!scripted.row().state.is_end(), "{step}");
        let collected = ["check", "run", "finish"].contains(&step);
        assert_eq!(
            scripted.row().checkpoint == State::CollectorCompleted,
            collected
        );
        let end = scripted.drive().unwrap();
        assert_eq!(
            (end.state, end.iteration),
            (whole_end.state, whole_end.iteration)
        );
        let again = scripted
            .asked
            .iter()
            .filter(|one| *one == "submit 0")
            .count();
        assert_eq!(again, if collected { 1 } else { 2 }, "{step}");
    }
}

#[test]
fn a_state_that_cannot_be_written_stops_everything() {
    for state in [
        State::RunningCollector,
        State::RunningAlgorithms,
        State::Completed,
    ] {
        let mut scripted = Scripted::new();
        scripted.unwritable = Some(state);
        assert!(matches!(scripted.drive(), Err(Error::Output { .. })));
        assert_eq!(scripted.asked.last().unwrap(), state.name());
    }
}

#[test]
fn data_that_are_gone_are_collected_again_once() {
    let gone = || Stop::failed("no objects.json");
    let mut scripted = Scripted::new()
        .at(State::CollectorCompleted, 2)
        .with("check", gone());
    assert_eq!(scripted.drive().unwrap().state, State::Completed);
    assert!(scripted.asked.contains(&"submit 2".to_owned()));
    let mut twice = Scripted::new().at(State::CollectorCompleted, 2);
    twice = twice.with("check", gone()).with("check", gone());
    let end = twice.drive().unwrap();
    assert_eq!(
        (end.state, end.message.as_str()),
        (State::Failed, "no objects.json")
    );
    // An algorithm that fails on data of an earlier run does not make them collected again.
    let mut failing = Scripted::new()
        .at(State::CollectorCompleted, 2)
        .with("run", gone());
    assert_eq!(failing.drive().unwrap().state, State::Failed);
    assert!(!failing.asked.contains(&"submit 2".to_owned()));
}

#[test]
fn passes_are_counted_from_one() {
    for max in 1..4 {
        let mut scripted = Scripted::new();
        (scripted.more, scripted.max) = (u32::MAX, max);
        let end = scripted.drive().unwrap();
        let runs = scripted.asked.iter().filter(|one| one.starts_with("run "));
        assert_eq!(runs.count() as u32, max);
        assert_eq!((end.state, end.iteration), (State::Completed, max - 1));
        assert!(end.wants_more);
    }
}

#[test]
fn what_is_completed_is_not_touched() {
    let mut scripted = Scripted::new().at(State::Completed, 1);
    let before = scripted.row();
    let end = scripted.drive().unwrap();
    assert_eq!((end.state, end.iteration), (State::Completed, 1));
    assert_eq!(scripted.asked, ["clear 1"]);
    assert_eq!(scripted.row().checkpoint, before.checkpoint);
}
