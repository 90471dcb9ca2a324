//! Pieces of a page: escaped text, folds, tables.

use std::fmt::Write as _;

/// Text that may stand in HTML, SVG and attributes; what no page may hold becomes a mark.
pub(super) fn text(raw: &str) -> String {
    let plain =
        |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"');
    if raw.bytes().all(plain) {
        return raw.to_owned();
    }
    let mut safe = String::with_capacity(raw.len());
    for letter in raw.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(letter),
            '\r' => {}
            control if control.is_control() => safe.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A name that has room for so many letters, escaped.
pub(super) fn brief(raw: &str, room: usize) -> String {
    if raw.chars().count() <= room {
        return text(raw);
    }
    let kept: String = raw.chars().take(room.saturating_sub(1)).collect();
    text(&format!("{kept}…"))
}

/// Something that opens when it is asked to; `summary` is text, `body` is markup.
pub(super) fn fold(summary: &str, open: bool, body: &str) -> String {
    let open = if open { " open=\"open\"" } else { "" };
    format!(
        "<details{open}><summary>{}</summary>\n{body}</details>\n",
        text(summary)
    )
}

/// Something worth knowing.
pub(super) fn note(sentence: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", text(sentence))
}

/// Something that should be looked at.
pub(super) fn warning(sentence: &str) -> String {
    format!("<p class=\"note warn\">{}</p>\n", text(sentence))
}

/// A table. Cells are markup; columns whose head begins with `#` hold numbers.
pub(super) struct Rows {
    heads: Vec<String>,
    body: String,
    count: usize,
}

impl Rows {
    pub(super) fn new(heads: &[impl AsRef<str>]) -> Self {
        Self {
            heads: heads.iter().map(|head| head.as_ref().to_owned()).collect(),
            body: String::new(),
            count: 0,
        }
    }

    /// Adds a row of markup.
    pub(super) fn row(&mut self, cells: &[String]) {
        self.body.push_str("<tr>");
        for (number, cell) in cells.iter().enumerate() {
            let numeric = self
                .heads
                .get(number)
                .is_some_and(|head| head.starts_with('#'));
            let class = if numeric { " class=\"n\"" } else { "" };
            let _ = write!(self.body, "<td{class}>{cell}</td>");
        }
        self.body.push_str("</tr>\n");
        self.count += 1;
    }

    /// Rows so far.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn html(&self) -> String {
        let mut table = String::from("<div class=\"wide\"><table>\n");
        if self.heads.iter().any(|head| !head.is_empty()) {
            table.push_str("<thead><tr>");
            for head in &self.heads {
                let (class, head) = match head.strip_prefix('#') {
                    Some(head) => (" class=\"n\"", head),
                    None => ("", head.as_str()),
                };
                let _ = write!(table, "<th{class}>{}</th>", text(head));
            }
            table.push_str("</tr></thead>\n");
        }
        let _ = writeln!(table, "<tbody>\n{}</tbody>\n</table></div>", self.body);
        table
    }
}

/// A figure with a drawing and what is said about it, both markup.
pub(super) fn figure(class: &str, svg: &str, caption: &str) -> String {
    let caption = match caption.is_empty() {
        true => String::new(),
        false => format!("<figcaption>{caption}</figcaption>"),
    };
    format!("<figure class=\"{class}\">{svg}{caption}</figure>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_harmless_wherever_it_comes_from() {
        assert_eq!(
            text("<script>alert(\"a & b\")</script>\u{0}\u{1b}\r\n"),
            "&lt;script&gt;alert(&quot;a &amp; b&quot;)&lt;/script&gt;\u{fffd}\u{fffd}\n"
        );
        assert_eq!(brief("<<<<", 3), "&lt;&lt;…");
        assert_eq!(brief("äöü", 3), "äöü");
    }
}
