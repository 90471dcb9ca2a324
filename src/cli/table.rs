//! Rows of texts as an aligned table.

use crate::report::{Accent, Style};

use super::terminal::Terminal;

/// A table with a line of titles.
pub(super) struct Table {
    titles: Vec<String>,
    /// Columns of numbers are aligned at their right.
    right: Vec<bool>,
    rows: Vec<(Option<Accent>, Vec<String>)>,
}

impl Table {
    /// A table with these titles; those that begin with `>` are of numbers.
    pub(super) fn new(titles: &[&str]) -> Self {
        Self {
            right: titles.iter().map(|title| title.starts_with('>')).collect(),
            titles: titles
                .iter()
                .map(|title| title.trim_start_matches('>').to_owned())
                .collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push((None, cells));
    }

    /// Adds a row with a meaning.
    pub(super) fn marked(&mut self, accent: Option<Accent>, cells: Vec<String>) {
        self.rows.push((accent, cells));
    }

    /// The text, one line per row.
    pub(super) fn text(&self, out: Terminal) -> String {
        let titles = &self.titles;
        let all = || std::iter::once(titles).chain(self.rows.iter().map(|(_, cells)| cells));
        let widths: Vec<usize> = (0..titles.len())
            .map(|column| {
                let widths = all().map(|cells| width(cells.get(column)));
                widths.max().unwrap_or_default()
            })
            .collect();
        let mut text = self.line(titles, &widths, Some(Accent::Dim), out);
        for (accent, cells) in &self.rows {
            text += &self.line(cells, &widths, *accent, out);
        }
        text
    }

    fn line(
        &self,
        cells: &[String],
        widths: &[usize],
        accent: Option<Accent>,
        out: Terminal,
    ) -> String {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths.iter().zip(&self.right))
            .map(|(cell, (width, right))| {
                if *right {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        let line = padded.join("  ");
        let line = line.trim_end();
        let line = accent.map_or_else(|| line.to_owned(), |accent| out.paint(accent, line));
        format!("{line}\n")
    }
}

fn width(cell: Option<&String>) -> usize {
    cell.map_or(0, |cell| cell.chars().count())
}
