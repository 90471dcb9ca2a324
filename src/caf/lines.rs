//! JSON that is written as it comes, with a line per channel rather than one for everything.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Deeper than this everything stands in one line: that is inside of a channel of an object.
const DEEPEST: usize = 8;

/// A new line for each entry of lists and maps down to some depth, nothing but commas below.
#[derive(Default)]
pub(super) struct Lines {
    depth: usize,
    /// Whether the list or map at hand has an entry.
    filled: bool,
}

impl Lines {
    fn begin<W: Write + ?Sized>(&mut self, to: &mut W, open: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        to.write_all(open)
    }

    fn end<W: Write + ?Sized>(&mut self, to: &mut W, close: &[u8]) -> io::Result<()> {
        let lines = self.depth <= DEEPEST;
        self.depth -= 1;
        if self.filled && lines {
            self.new_line(to)?;
        }
        self.filled = true;
        to.write_all(close)
    }

    fn entry<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(b",")?;
        }
        if self.depth <= DEEPEST {
            self.new_line(to)?;
        } else if !first {
            to.write_all(b" ")?;
        }
        self.filled = true;
        Ok(())
    }

    fn new_line<W: Write + ?Sized>(&self, to: &mut W) -> io::Result<()> {
        to.write_all(b"\n")?;
        // One blank per level: a file with thousands of channels is read by programs too.
        for _ in 0..self.depth {
            to.write_all(b" ")?;
        }
        Ok(())
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.entry(to, first)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.entry(to, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}
