//! What is said while a plan runs.

use std::time::Instant;

use crate::caf::{Event, Observer, State};
use crate::report::{
    Accent, Style, algorithm_block, begin_line, calibration_block, collection_block,
    continued_line, number, payload_line, programs_line, rule, summary,
};

use super::meter::Meter;
use super::terminal::{Terminal, to_stderr, to_stdout};

/// Draws a bar while data are read (on a terminal only), says one thing per finished step on
/// stderr, and writes events as JSON lines on stdout if asked to.
pub(super) struct Talk {
    terminal: Terminal,
    json: bool,
    meter: Option<Meter>,
    began: Instant,
    /// Whether there are several calibrations, so that each must be named.
    several: bool,
    /// Calibrations that have ended, and all of them.
    calibrations: (usize, usize),
    /// Pass and passes at most of the algorithm at work.
    pass: (u32, u32),
}

impl Talk {
    /// An observer that talks to this terminal.
    pub(super) fn new(terminal: Terminal, json: bool) -> Self {
        Self {
            terminal,
            json,
            meter: None,
            began: Instant::now(),
            several: false,
            calibrations: (0, 0),
            pass: (0, 1),
        }
    }

    /// Lines on stderr, above the bar if there is one; an empty text says nothing.
    pub(super) fn say(&self, text: &str) {
        if self.terminal.quiet || text.is_empty() {
            return;
        }
        if !self.meter.as_ref().is_some_and(|meter| meter.above(text)) {
            to_stderr(&format!("{text}\n"));
        }
    }

    /// A warning on stderr.
    pub(super) fn warn(&self, sentence: &str) {
        self.say(&format!(
            "  {}  {sentence}",
            self.terminal.paint(Accent::Warning, "warning")
        ));
    }

    /// A meter in place of the one before.
    fn measure(&mut self, meter: Meter) {
        self.unmeasured();
        self.meter = Some(meter);
    }

    fn unmeasured(&mut self) {
        if let Some(meter) = self.meter.take() {
            meter.end();
        }
    }

    fn more(&mut self, count: u64) {
        let line = self.meter.as_mut().and_then(|meter| meter.more(count));
        if let Some(line) = line {
            self.say(&line);
        }
    }

    /// `calibration 3 of 12, 34 s left`; nothing if there is only one.
    fn among(&self) -> String {
        let (done, all) = self.calibrations;
        if all < 2 {
            return String::new();
        }
        let mut text = format!("calibration {} of {all}", (done + 1).min(all));
        if done > 0 && done < all {
            let left = self
                .began
                .elapsed()
                .mul_f64((all - done) as f64 / done as f64);
            text += &format!(", about {} left", number::time(left));
        }
        text
    }

    fn tell(&mut self, event: &Event) {
        let style = self.terminal;
        if let Event::CalibrationDone { .. } = event {
            self.unmeasured();
            self.calibrations.0 += 1;
        }
        match event {
            Event::Started { calibrations, .. } => {
                self.several = calibrations.len() > 1;
                self.calibrations = (0, calibrations.len());
                self.say(&rule(&style));
            }
            Event::CalibrationStarted { calibration } if self.several => {
                self.say(&begin_line(calibration, &style));
            }
            Event::Continued {
                calibration,
                iteration,
                state,
            } => self.say(&continued_line(calibration, *iteration, *state, &style)),
            Event::ProgramsStarted {
                programs, files, ..
            } => {
                self.say(&programs_line(programs, *files, &style));
                let note = self.among();
                self.measure(Meter::counting(style, "Prepare", "files", *files, note));
            }
            Event::FileMade { .. } => self.more(1),
            Event::CollectStarted { entries, .. } => {
                let note = self.among();
                self.measure(Meter::counting(style, "Collect", "entries", *entries, note));
            }
            Event::EntriesDone { entries } => self.more(*entries),
            Event::Collected {
                collection,
                reused,
                took,
                ..
            } => {
                self.unmeasured();
                let took = Some(*took).filter(|_| !reused);
                self.say(&collection_block(collection, *reused, took, &style));
            }
            Event::AlgorithmStarted {
                algorithm,
                iteration,
                max_iterations,
                ..
            } => {
                self.pass = (*iteration, *max_iterations);
                let pass = format!("iteration {} of {max_iterations}", iteration + 1);
                let what = format!("{algorithm}   {pass}   {}", self.among());
                self.measure(Meter::waiting(style, "Calibrate", what.trim_end().into()));
            }
            Event::AlgorithmDone {
                algorithm, took, ..
            } => {
                self.unmeasured();
                let elapsed = Some(*took);
                self.say(&algorithm_block(
                    algorithm,
                    self.pass.0,
                    self.pass.1,
                    elapsed,
                    &style,
                ));
            }
            Event::PayloadWritten { payload, .. } => self.say(&payload_line(payload, &style)),
            // It is the error with which the program ends.
            Event::CalibrationDone { calibration }
                if !self.several
                    && calibration.state == State::Failed
                    && calibration.algorithms.is_empty() => {}
            Event::CalibrationDone { calibration } => {
                self.say(&calibration_block(calibration, &style))
            }
            Event::Finished { outcome } => {
                self.say(&rule(&style));
                self.say(&summary(outcome, Some(self.began.elapsed()), &style));
            }
            _ => {}
        }
    }
}

impl Observer for Talk {
    fn event(&mut self, event: &Event) {
        let each_batch = matches!(event, Event::EntriesDone { .. });
        if self.json && !each_batch {
            match serde_json::to_string(event) {
                Ok(line) => to_stdout(&format!("{line}\n")),
                Err(error) => self.warn(&format!("an event has no JSON form: {error}")),
            }
        }
        self.tell(event);
    }
}
