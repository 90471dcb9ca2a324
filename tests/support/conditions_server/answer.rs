//! Answers and how they go over the wire.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use serde_json::{Value, json};

use super::{Kind, Request};

/// A status with a body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub location: Option<String>,
}

impl Answer {
    pub fn json(value: &Value) -> Self {
        Self::bytes(200, value.to_string().into_bytes())
    }

    pub fn bytes(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            body,
            location: None,
        }
    }

    /// An error as the server words it.
    pub fn error(status: u16, reason: &str, message: &str) -> Self {
        let body = json!({ "code": status, "reason": reason, "message": message });
        Self::bytes(status, body.to_string().into_bytes())
    }

    /// Sends it, spoilt by `fault`.
    pub fn send(mut self, request: &Request, fault: Option<Kind>, stream: &mut TcpStream) {
        let mut shown = usize::MAX;
        let mut pause = None;
        match fault {
            None | Some(Kind::Status(..)) => {}
            Some(Kind::Drop | Kind::LoseAnswer) => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Some(Kind::Truncate) => shown = self.body.len() / 2,
            Some(Kind::BadJson) => self.body = b"[{\"payload\": {".to_vec(),
            Some(Kind::Body(text)) => self.body = text.into_bytes(),
            Some(Kind::WithoutKey(key)) => {
                let mut value: Value = serde_json::from_slice(&self.body).unwrap();
                remove(&mut value, &key);
                self.body = value.to_string().into_bytes();
            }
            Some(Kind::WrongByte) => {
                if let Some(byte) = self.body.last_mut() {
                    *byte ^= 1;
                }
            }
            Some(Kind::Trickle(between)) => return self.trickle(between, stream),
            Some(Kind::Slow(duration)) => pause = Some(duration),
            Some(Kind::Late(duration)) => std::thread::sleep(duration),
            Some(Kind::Echo(status)) => {
                self = Self::error(status, "echo", &format!("{:?}", request.headers));
            }
            Some(Kind::Redirect(to)) => {
                self.status = 302;
                self.location = Some(to);
            }
        }
        self.write(request, shown, pause, stream);
    }

    fn trickle(self, between: std::time::Duration, stream: &mut TcpStream) {
        let length = self.body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
        for byte in self.body {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(between);
        }
    }

    fn write(
        self,
        request: &Request,
        shown: usize,
        pause: Option<std::time::Duration>,
        stream: &mut TcpStream,
    ) {
        let mut head = format!(
            "HTTP/1.1 {} Whatever\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
            self.status,
            self.body.len()
        );
        if let Some(location) = self.location {
            head.push_str(&format!("Location: {location}\r\n"));
        }
        head.push_str("\r\n");
        let _ = stream.write_all(head.as_bytes());
        if let Some(pause) = pause {
            std::thread::sleep(pause);
        }
        if request.method != "HEAD" {
            let _ = stream.write_all(&self.body[..shown.min(self.body.len())]);
        }
        let _ = stream.flush();
        let _ = stream.shutdown(Shutdown::Write);
    }
}

fn remove(value: &mut Value, key: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|entry| remove(entry, key)),
        Value::Object(map) => {
            map.remove(key);
            map.values_mut().for_each(|entry| remove(entry, key));
        }
        _ => {}
    }
}
