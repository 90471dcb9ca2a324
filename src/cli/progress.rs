//! What is said while a plan runs.

use std::fmt::Write;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::caf::{Event, Observer, State};
use crate::report::{
    Accent, Style, algorithm_block, begin_line, calibration_block, collection_block,
    continued_line, number, payload_line, programs_line, rule, summary,
};

use super::terminal::{Terminal, to_stderr, to_stdout};

/// Draws a bar while data are read (on a terminal only), says one thing per finished step on
/// stderr, and writes events as JSON lines on stdout if asked to.
pub(super) struct Talk {
    terminal: Terminal,
    json: bool,
    bar: Option<ProgressBar>,
    began: Instant,
    /// Whether there are several calibrations, so that each must be named.
    several: bool,
    /// Pass and passes at most of the algorithm at work.
    pass: (u32, u32),
}

impl Talk {
    /// An observer that talks to this terminal.
    pub(super) fn new(terminal: Terminal, json: bool) -> Self {
        Self {
            terminal,
            json,
            bar: None,
            began: Instant::now(),
            several: false,
            pass: (0, 1),
        }
    }

    /// Lines on stderr, above the bar if there is one; an empty text says nothing.
    pub(super) fn say(&self, text: &str) {
        if self.terminal.quiet || text.is_empty() {
            return;
        }
        match &self.bar {
            Some(bar) => bar.println(text),
            None => to_stderr(&format!("{text}\n")),
        }
    }

    /// A warning on stderr.
    pub(super) fn warn(&self, sentence: &str) {
        self.say(&format!(
            "  {}  {sentence}",
            self.terminal.paint(Accent::Warning, "warning")
        ));
    }

    fn begin_bar_of_files(&mut self, files: u64) {
        if !self.terminal.live || self.terminal.quiet {
            return;
        }
        let template = "  Prepare  {bar:32} {percent:>3} %   {pos} of {len} files   {eta} left";
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸─");
        self.bar = Some(ProgressBar::new(files).with_style(style));
    }

    fn begin_bar(&mut self, files: u64, entries: u64) {
        if !self.terminal.live || self.terminal.quiet {
            return;
        }
        let template = "  Collect  {bar:32} {percent:>3} %   {done} of {all} entries   {rate}   {eta} left   {msg}";
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("━╸─")
            .with_key("done", |state: &ProgressState, out: &mut dyn Write| {
                let _ = write!(out, "{}", number::grouped(state.pos()));
            })
            .with_key("all", |state: &ProgressState, out: &mut dyn Write| {
                let _ = write!(out, "{}", number::grouped(state.len().unwrap_or(0)));
            })
            .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
                let _ = write!(out, "{:.0} k/s", state.per_sec() / 1000.0);
            });
        let bar = ProgressBar::new(entries).with_style(style);
        bar.set_message(format!("{files} files"));
        self.bar = Some(bar);
    }

    fn tell(&mut self, event: &Event) {
        let style = self.terminal;
        match event {
            Event::Started { calibrations, .. } => {
                self.several = calibrations.len() > 1;
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
                self.begin_bar_of_files(*files);
            }
            Event::FileMade { .. } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Event::CollectStarted { files, entries, .. } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                self.begin_bar(*files, *entries);
            }
            Event::EntriesDone { entries } => {
                if let Some(bar) = &self.bar {
                    bar.inc(*entries);
                }
            }
            Event::Collected {
                collection,
                reused,
                took,
                ..
            } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                let took = Some(*took).filter(|_| !reused);
                self.say(&collection_block(collection, *reused, took, &style));
            }
            Event::AlgorithmStarted {
                iteration,
                max_iterations,
                ..
            } => {
                self.pass = (*iteration, *max_iterations);
            }
            Event::AlgorithmDone {
                algorithm, took, ..
            } => {
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
