//! What goes wrong, when asked to.

use std::time::Duration;

use super::Request;

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing is done, and this status with this body is answered.
    Status(u16, String),
    /// Nothing is done, and the connection ends without an answer.
    Drop,
    /// What was asked is done, but the connection ends without an answer.
    LoseAnswer,
    /// The second half of the body is missing.
    Truncate,
    /// The body is no JSON.
    BadJson,
    /// A key is missing everywhere in the body.
    WithoutKey(String),
    /// One byte of the body is another one.
    WrongByte,
    /// The body comes after a while.
    Slow(Duration),
    /// The whole answer comes after a while.
    Late(Duration),
    /// The body comes byte by byte, with so much time between them.
    Trickle(Duration),
    /// A status, with the headers of the request as the message.
    Echo(u16),
    /// A redirection to another address.
    Redirect(String),
    /// Whatever was asked, this body.
    Body(String),
}

/// A fault and the requests that it befalls.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What `METHOD path` begins with or contains.
    pub matching: String,
    /// Requests that go well before.
    pub after: usize,
    /// How many requests it befalls.
    pub times: usize,
    /// What happens.
    pub kind: Kind,
}

impl Fault {
    /// A fault of the next `times` requests whose `METHOD path` contains `matching`.
    pub fn new(matching: &str, times: usize, kind: Kind) -> Self {
        Self {
            matching: matching.into(),
            after: 0,
            times,
            kind,
        }
    }

    /// The same after `count` matching requests that go well.
    pub fn after(mut self, count: usize) -> Self {
        self.after = count;
        self
    }
}

/// The fault of this request, counted down.
pub fn befalling(faults: &mut [Fault], request: &Request) -> Option<Kind> {
    let text = request.short();
    for fault in faults {
        if !text.contains(&fault.matching) || fault.times == 0 {
            continue;
        }
        if fault.after > 0 {
            fault.after -= 1;
            continue;
        }
        fault.times -= 1;
        return Some(fault.kind.clone());
    }
    None
}
