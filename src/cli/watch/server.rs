//! The live page: a server for this machine only.
//!
//! It listens on loopback, answers to its own name only (so that no other page can ask it through a
//! name that points here), and knows two addresses: `/`, the report, and `/events`, which tells of new ones.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::page::live;

/// Lines of a question that are read.
const MOST_LINES: usize = 100;
/// How long a question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that shows a report.
pub(super) struct Server {
    pub(super) address: String,
    listeners: Arc<Mutex<Vec<TcpStream>>>,
}

impl Server {
    /// Begins to answer on a port of loopback; any free one for 0.
    pub(super) fn start(port: u16, report: PathBuf) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let own = listener.local_addr()?;
        let listeners: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let server = Self {
            address: format!("http://{own}/"),
            listeners: Arc::clone(&listeners),
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (report, listeners) = (report.clone(), Arc::clone(&listeners));
                thread::spawn(move || {
                    // Who went away needs no answer.
                    let _ = answer(stream, own, &report, &listeners);
                });
            }
        });
        Ok(server)
    }

    /// Tells all who listen.
    pub(super) fn tell(&self, event: &str, data: &str) {
        let data = serde_json::Value::from(data);
        let text = format!("event: {event}\ndata: {data}\n\n");
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.retain_mut(|stream| stream.write_all(text.as_bytes()).is_ok());
    }
}

fn answer(
    mut stream: TcpStream,
    own: SocketAddr,
    report: &PathBuf,
    listeners: &Mutex<Vec<TcpStream>>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some((path, host)) = question(&stream)? else {
        return respond(&mut stream, "400 Bad Request", "this is no question");
    };
    let port = own.port();
    let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    if !names.contains(&host) {
        return respond(
            &mut stream,
            "403 Forbidden",
            "this page is for its own address only",
        );
    }
    match path.as_str() {
        "/" => respond(
            &mut stream,
            "200 OK",
            &live(fs::read_to_string(report).ok()),
        ),
        "/events" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n: here\n\n";
            stream.write_all(head.as_bytes())?;
            let mut listeners = listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.push(stream);
            Ok(())
        }
        _ => respond(&mut stream, "404 Not Found", "there is nothing here"),
    }
}

/// Path and host of a question.
fn question(stream: &TcpStream) -> std::io::Result<Option<(String, String)>> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ');
    let (method, path) = (words.next(), words.next().unwrap_or_default().to_owned());
    let mut host = String::new();
    for line in lines.take(MOST_LINES) {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            value.trim().clone_into(&mut host);
        }
    }
    Ok((method == Some("GET")).then_some((path, host)))
}

fn respond(stream: &mut TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn ask(address: &str, path: &str, host: &str) -> String {
        let at = address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(at).unwrap();
        let host = if host.is_empty() { at } else { host };
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    }

    #[test]
    fn it_shows_the_report_to_its_own_address_only() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.html");
        let server = Server::start(0, report.clone()).unwrap();
        assert!(server.address.starts_with("http://127.0.0.1:"));
        assert!(ask(&server.address, "/", "").contains("on their way"));
        fs::write(&report, "<html><body>constants</body></html>").unwrap();
        let page = ask(&server.address, "/", "");
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
        assert!(page.contains("constants<script>"));
        assert!(ask(&server.address, "/../etc/passwd", "").starts_with("HTTP/1.1 404"));
        let foreign = ask(&server.address, "/", "evil.example:80");
        assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    }

    #[test]
    fn listeners_are_told_of_new_reports() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(0, folder.path().join("report.html")).unwrap();
        let at = server
            .address
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let mut stream = TcpStream::connect(&at).unwrap();
        write!(stream, "GET /events HTTP/1.1\r\nHost: {at}\r\n\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert!(lines.any(|line| line == ": here"));
        // The listener is noted before it hears anything else.
        while server.listeners.lock().unwrap().is_empty() {
            thread::yield_now();
        }
        server.tell("trouble", "line 3:\n\"x\"");
        assert!(lines.any(|line| line == "event: trouble"));
        assert_eq!(lines.next().unwrap(), r#"data: "line 3:\n\"x\"""#);
    }
}
