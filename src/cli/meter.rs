//! How far something is: a bar on a terminal, a line now and then where there is none.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::report::number;

use super::terminal::Terminal;

/// Time between two lines where nothing can be drawn again: a file of them is read by people.
const BETWEEN: Duration = Duration::from_secs(60);
/// Time between two pictures of what has no measure.
const TICK: Duration = Duration::from_millis(120);

/// How far something is.
pub(super) struct Meter {
    bar: Option<ProgressBar>,
    measure: Measure,
    told: Instant,
}

/// What is counted, and how much of it is done.
struct Measure {
    word: &'static str,
    unit: &'static str,
    done: u64,
    all: u64,
    began: Instant,
}

impl Meter {
    /// Of something that is counted: `word` is that of the line, `unit` what is counted.
    pub(super) fn counting(
        terminal: Terminal,
        word: &'static str,
        unit: &'static str,
        all: u64,
        note: String,
    ) -> Self {
        let bar = || {
            let template = format!(
                "{word:>9}  {{bar:32}} {{percent:>3}} %   {{done}} of {{all}} {unit}   {{speed}}   {{eta}} left   {{msg}}"
            );
            let style = ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━╸─")
                .with_key("done", |state: &ProgressState, out: &mut dyn Write| {
                    let _ = write!(out, "{}", number::grouped(state.pos()));
                })
                .with_key("all", |state: &ProgressState, out: &mut dyn Write| {
                    let _ = write!(out, "{}", number::grouped(state.len().unwrap_or(0)));
                })
                .with_key("speed", |state: &ProgressState, out: &mut dyn Write| {
                    let _ = write!(out, "{}", speed(state.per_sec()));
                });
            ProgressBar::new(all).with_style(style).with_message(note)
        };
        Self::new(drawn(terminal).then(bar), word, unit, all)
    }

    /// Of something whose end is not known: how long it takes so far.
    pub(super) fn waiting(terminal: Terminal, word: &'static str, what: String) -> Self {
        let bar = || {
            let template = format!("{word:>9}  {{msg}}   {{spinner}} {{elapsed}}");
            let style = ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = ProgressBar::new_spinner()
                .with_style(style)
                .with_message(what);
            bar.enable_steady_tick(TICK);
            bar
        };
        Self::new(drawn(terminal).then(bar), word, "", 0)
    }

    fn new(bar: Option<ProgressBar>, word: &'static str, unit: &'static str, all: u64) -> Self {
        let began = Instant::now();
        Self {
            bar,
            measure: Measure {
                word,
                unit,
                done: 0,
                all,
                began,
            },
            told: began,
        }
    }

    /// So many more are done; gives a line when it is time for one.
    pub(super) fn more(&mut self, count: u64) -> Option<String> {
        self.measure.done += count;
        if let Some(bar) = &self.bar {
            bar.inc(count);
            return None;
        }
        if self.told.elapsed() < BETWEEN {
            return None;
        }
        self.told = Instant::now();
        self.measure.line(self.measure.began.elapsed())
    }

    /// Says a line above the picture; whether there is one.
    pub(super) fn above(&self, text: &str) -> bool {
        match &self.bar {
            Some(bar) => {
                bar.println(text);
                true
            }
            None => false,
        }
    }

    /// Removes the picture.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Measure {
    /// `  Collect  42 %   420 of 1 000 entries   7 k/s   1:23 left`, after that time.
    fn line(&self, elapsed: Duration) -> Option<String> {
        if self.all == 0 || self.done == 0 || self.done > self.all {
            return None;
        }
        let per_second = self.done as f64 / elapsed.as_secs_f64().max(1e-3);
        let left = (self.all - self.done) as f64 / per_second;
        let left = Duration::try_from_secs_f64(left).ok()?;
        Some(format!(
            "{:>9}  {} %   {} of {} {}   {}   {} left",
            self.word,
            self.done.saturating_mul(100) / self.all,
            number::grouped(self.done),
            number::grouped(self.all),
            self.unit,
            speed(per_second),
            number::time(left),
        ))
    }
}

/// Whether a picture can be drawn again.
fn drawn(terminal: Terminal) -> bool {
    terminal.live && !terminal.quiet
}

/// `850 /s`, `12 k/s`, `3.4 M/s`.
fn speed(per_second: f64) -> String {
    if per_second >= 1e6 {
        format!("{:.1} M/s", per_second / 1e6)
    } else if per_second >= 1e3 {
        format!("{:.0} k/s", per_second / 1e3)
    } else {
        format!("{per_second:.0} /s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPE: Terminal = Terminal {
        colour: false,
        live: false,
        quiet: false,
    };

    #[test]
    fn a_line_has_part_rate_and_time_left() {
        let mut meter = Meter::counting(PIPE, "Collect", "entries", 1_000_000, String::new());
        assert_eq!(meter.more(250_000), None, "it has only just begun");
        let line = meter.measure.line(Duration::from_secs(100));
        assert_eq!(
            line.as_deref(),
            Some(
                "  Collect  25 %   250\u{2009}000 of 1\u{2009}000\u{2009}000 entries   2 k/s   5:00 left"
            )
        );
        assert!(!meter.above("nothing is drawn where nothing can be drawn again"));
    }

    #[test]
    fn nothing_is_said_of_what_cannot_be_measured() {
        let mut meter = Meter::counting(PIPE, "Prepare", "files", 0, String::new());
        meter.more(3);
        assert_eq!(meter.measure.line(Duration::from_secs(1)), None);
        let mut meter = Meter::counting(PIPE, "Prepare", "files", 2, String::new());
        meter.more(3);
        assert_eq!(meter.measure.line(Duration::from_secs(1)), None);
    }

    #[test]
    fn speeds_are_readable() {
        for (per_second, expected) in [
            (0.4, "0 /s"),
            (850.0, "850 /s"),
            (12_300.0, "12 k/s"),
            (3.44e6, "3.4 M/s"),
        ] {
            assert_eq!(speed(per_second), expected);
        }
    }
}
