//! A page with what a validation found.

use std::fmt::Write as _;

use super::plot::{escaped, plot_svg};
use crate::calibrate::Plot;

/// A page in the making: sentences, drawings and remarks, in one file without anything from outside.
#[derive(Clone, Debug, Default)]
pub struct Page {
    title: String,
    about: String,
    checks: Vec<(String, bool)>,
    body: String,
}

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --good: #00754a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --good: #5fd3a1; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, 'DejaVu Sans', sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
.verdict { font-weight: bold; }
.good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
td:first-child { width: 4rem; }
td { border-top: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
figure { display: inline-block; width: 100%; max-width: 36rem; margin: 0 1rem 1.5rem 0; break-inside: avoid; }
svg { width: 100%; height: auto; }
.note { border-left: 3px solid var(--line); padding-left: .8rem; }
@media print { body { margin: 0; max-width: none; } figure { max-width: 47%; } }
";

impl Page {
    /// A page of that title, with a text about it.
    #[must_use]
    pub fn new(title: &str, about: &str) -> Self {
        Self {
            title: title.to_owned(),
            about: about.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a sentence and whether it holds.
    pub fn check(&mut self, sentence: &str, holds: bool) {
        self.checks.push((sentence.to_owned(), holds));
    }

    /// Adds a drawing.
    pub fn plot(&mut self, plot: &Plot) {
        let _ = writeln!(self.body, "<figure>{}</figure>", plot_svg(plot));
    }

    /// Adds a remark.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p class=\"note\">{}</p>", escaped(text));
    }

    /// The file.
    #[must_use]
    pub fn html(&self) -> String {
        let title = escaped(&self.title);
        let failed = self.checks.iter().filter(|(_, holds)| !holds).count();
        let (class, verdict) = match (failed, self.checks.len()) {
            (_, 0) => ("", "nothing was checked".to_owned()),
            (0, 1) => ("good", "the one check holds".to_owned()),
            (0, all) => ("good", format!("all {all} checks hold")),
            (failed, all) => ("bad", format!("{failed} of {all} checks do not hold")),
        };
        let mut rows = String::new();
        // What does not hold comes first.
        for wanted in [false, true] {
            for (sentence, _) in self.checks.iter().filter(|(_, holds)| *holds == wanted) {
                let (class, word) = if wanted {
                    ("good", "holds")
                } else {
                    ("bad", "fails")
                };
                let _ = writeln!(
                    rows,
                    "<tr><td class=\"{class}\">{word}</td><td>{}</td></tr>",
                    escaped(sentence)
                );
            }
        }
        let table = match rows.is_empty() {
            true => String::new(),
            false => format!("<table>\n{rows}</table>\n"),
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n<p>{}</p>\n<p class=\"verdict {class}\">{verdict}</p>\n{table}{}</body>\n</html>\n",
            escaped(&self.about),
            self.body
        )
    }
}
