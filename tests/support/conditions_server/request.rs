//! One request as it came over the wire.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

/// Longest line of a header.
const LONGEST: u64 = 64 * 1024;

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Everything after the host, still percent-encoded, without the query.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads one; `None` when the other side says nothing or nonsense.
    pub fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = || -> Option<String> {
            let mut text = String::new();
            reader.by_ref().take(LONGEST).read_line(&mut text).ok()?;
            Some(text.trim_end().to_owned())
        };
        let first = line()?;
        let mut words = first.split(' ');
        let method = words.next().filter(|word| !word.is_empty())?.to_owned();
        let target = words.next()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let mut headers = Vec::new();
        loop {
            let text = line()?;
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self {
            method,
            path,
            query,
            headers,
            body: Vec::new(),
        };
        let length = request.header("content-length").map_or(Ok(0), str::parse);
        request.body = vec![0; length.ok().filter(|length| *length < 100_000_000)?];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a word of the query, decoded.
    pub fn asked(&self, name: &str) -> Option<String> {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| decoded(value))
    }

    /// The decoded parts of the path below `prefix`; `None` if it lies elsewhere.
    pub fn below(&self, prefix: &str) -> Option<Vec<String>> {
        let rest = self.path.strip_prefix(prefix)?;
        Some(rest.split('/').map(decoded).collect())
    }

    /// Method and path, for comparing.
    pub fn short(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Text without its percent signs.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3);
        match (bytes[at], digits.map(|two| u8::from_str_radix(two, 16))) {
            (b'%', Some(Ok(byte))) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
