//! What is shown before a run, and instead of one.

use std::path::Path;

use crate::dataset::InputData;
use crate::plan::Plan;
use crate::report::{Accent, Style, number};

use super::terminal::Terminal;

fn line(word: &str, text: &str, terminal: Terminal) -> String {
    let blanks = " ".repeat(9_usize.saturating_sub(word.chars().count()));
    format!("{blanks}{}  {text}\n", terminal.paint(Accent::Name, word))
}

/// Script, input, output of a run.
pub(super) fn header(
    plan: &Plan,
    input: &InputData,
    output: &Path,
    threads: usize,
    terminal: Terminal,
) -> String {
    let settings = &plan.settings;
    let script = format!(
        "{} · {} · {}",
        settings.name, settings.subsystem, settings.expert_username
    );
    let samples = input.samples().map(|(name, files)| {
        let files_text = number::counted(files.len() as u64, "file");
        format!(
            "{name}: {files_text}, {}",
            number::counted(files.iovs().len() as u64, "run")
        )
    });
    let samples = samples.collect::<Vec<_>>().join(" · ");
    let mut text = line("Script", &script, terminal);
    text += &line(
        "Input",
        &format!("{samples}   IoV {}", plan.requested_iov),
        terminal,
    );
    let threads = number::counted(threads as u64, "thread");
    text += &line(
        "Backend",
        &format!("local, {threads}   Output {}", output.display()),
        terminal,
    );
    text
}

/// What a run would do, one line per calibration.
pub(super) fn plan_table(plan: &Plan, sequence: &[usize]) -> String {
    let mut text = String::new();
    for calibration in sequence.iter().map(|i| &plan.calibrations[*i]) {
        let collectors = calibration.collections.values().map(|collection| {
            let name = collection
                .collector
                .as_ref()
                .map_or("no data", |c| c.name.as_str());
            format!(
                "{name} ({})",
                number::counted(collection.input_files.len() as u64, "file")
            )
        });
        let collectors = collectors.collect::<Vec<_>>().join(" + ");
        let algorithms = calibration
            .algorithms
            .iter()
            .map(|a| format!("{} ({})", a.name, a.strategy.name()));
        let algorithms = algorithms.collect::<Vec<_>>().join(", ");
        text += &format!("{}: {collectors} → {algorithms}", calibration.name);
        if !calibration.depends_on.is_empty() {
            text += &format!("   after {}", calibration.depends_on.join(", "));
        }
        text.push('\n');
    }
    text
}
