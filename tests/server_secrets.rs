//! The token reaches the server and nothing else: no message, no log of ours or of a library.

#![allow(clippy::unwrap_used, reason = "a test fails then")]

mod support {
    pub mod conditions_server;
}

use std::fmt;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use b2caf::conditions::server::{
    Error, Files, Lookup, OnFailure, Operation, Server, Settings, Token, UploadLine, Waiting,
};
use b2caf::iov::{ExpRun, IoV};
use support::conditions_server::{ConditionsServer, Fault, Kind};

const SECRET: &str = "eyJhbGciOi.s3cr3t-t0k3n.of-the-tests";

/// Everything that was logged, from all threads.
static LOGGED: Mutex<String> = Mutex::new(String::new());

struct Everything;

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }

    fn log(&self, record: &log::Record) {
        let mut logged = LOGGED.lock().unwrap();
        let _ = writeln!(logged, "log {}: {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut Fields);
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Fields);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Fields;

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        let mut logged = LOGGED.lock().unwrap();
        let _ = writeln!(logged, "tracing {}: {value:?}", field.name());
    }
}

struct NoTime;

impl Waiting for NoTime {
    fn jitter(&self) -> f64 {
        0.0
    }

    fn wait(&self, _: Duration) {}
}

/// All texts that an error can become.
fn texts(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let _ = writeln!(text, "{inner} {inner:?}");
        source = inner.source();
    }
    text
}

#[test]
fn the_token_is_in_no_message_and_no_log() {
    log::set_boxed_logger(Box::new(Everything)).unwrap();
    // One level more and ureq writes the raw bytes of each request.
    log::set_max_level(log::LevelFilter::Debug);
    tracing::subscriber::set_global_default(Everything).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("token");
    fs::write(&home, format!("{SECRET}\n")).unwrap();
    let settings = Settings {
        token: Some(Token::read(&home).unwrap()),
        max_retries: 1,
        waiting: Arc::new(NoTime),
        ..Settings::default()
    };
    let file = folder.path().join("dbstore_X_rev_1.root");
    fs::write(&file, "content").unwrap();
    let lines = [UploadLine {
        place: "line 1".into(),
        name: "X".into(),
        iov: IoV::EVERYTHING,
        file,
    }];
    let mut said = format!("{settings:?}");
    let mut refusals = 0;
    let page = format!(
        "<html>{}{SECRET}{}</html>",
        "x".repeat(180),
        "y".repeat(180)
    );
    for kind in [
        None,
        Some(Kind::Echo(400)),
        Some(Kind::Echo(503)),
        Some(Kind::Echo(200)),
        Some(Kind::Status(500, page.clone())),
        Some(Kind::Status(403, page)),
        Some(Kind::Drop),
        Some(Kind::LoseAnswer),
        Some(Kind::BadJson),
        Some(Kind::Body(format!("\"Bearer {SECRET}\""))),
        Some(Kind::Body(format!("[{{\"payloadId\": \"{SECRET}\"}}]"))),
        Some(Kind::Redirect("http://127.0.0.1:9/".into())),
    ] {
        let theirs = ConditionsServer::start(SECRET);
        let ours = Server::new([theirs.url()], settings.clone()).unwrap();
        theirs.world().add_tag("t", "OPEN");
        theirs.world().add_tag("r", "RUNNING");
        if let Some(kind) = kind {
            for method in ["POST", "PUT", "DELETE"] {
                theirs.fail(Fault::new(method, usize::MAX, kind.clone()));
            }
        }
        let _ = writeln!(said, "{ours:?}");
        let operation = Operation::Close {
            iov: 1,
            last: ExpRun::new(1, 1),
        };
        let results = [
            ours.create_tag("DEV", "new", "about", "me").map(drop),
            ours.set_tag_state("t", "TESTING"),
            ours.set_tag_state("t", "OPEN"),
            ours.modify_iov(1, IoV::EVERYTHING),
            ours.delete_iov(1),
            ours.update_running("r", &[operation]),
            ours.check_payloads(&[("X".into(), "0".repeat(32))])
                .map(drop),
        ];
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            refusals += 1;
            said.push_str(&texts(error));
        }
        // Payloads are sent, too, when the server can say which it has.
        theirs.recover();
        theirs.fail(Fault::new("module/X", 1, Kind::Echo(400)));
        theirs.fail(Fault::new("payloadIov", 1, Kind::Echo(400)));
        for on_failure in [OnFailure::RollBack, OnFailure::GoOn, OnFailure::GoOn] {
            match ours.upload(&lines, "t", on_failure) {
                Ok(report) => {
                    let _ = writeln!(said, "{report:?}");
                }
                Err(error) => said.push_str(&texts(&error)),
            }
        }
        let with_token: Vec<String> = theirs
            .requests()
            .iter()
            .filter(|one| one.headers.iter().any(|(_, value)| value.contains(SECRET)))
            .map(|one| one.method.clone())
            .collect();
        assert!(with_token.len() > 3, "the token was sent");
        assert!(
            !with_token
                .iter()
                .any(|method| method == "GET" || method == "HEAD")
        );
        read(&theirs, &ours, &settings, &mut said);
    }
    assert!(refusals > 40, "{refusals}");
    let logged = LOGGED.lock().unwrap();
    assert!(
        logged.contains("log ureq") && logged.contains("tracing"),
        "logs are seen"
    );
    assert!(
        logged.contains("x-authorization") || logged.contains("POST"),
        "requests are seen"
    );
    for (name, text) in [("messages", &said), ("logs", &*logged)] {
        for part in [SECRET, "s3cr3t", "eyJhbGciOi"] {
            let at = text.find(part).map(|at| &text[at.saturating_sub(200)..]);
            assert!(at.is_none(), "{name}: {}", at.unwrap_or_default());
        }
    }
}

fn read(theirs: &ConditionsServer, ours: &Server, settings: &Settings, said: &mut String) {
    theirs.recover();
    theirs.fail(Fault::new("GET", 3, Kind::Echo(400)));
    let files = Files::new(std::env::temp_dir(), ["/nowhere"], settings.clone());
    assert!(files.is_ok());
    let lookup = Lookup::new(vec!["t".into()], vec![Box::new(ours.clone())]);
    for error in [
        lookup
            .require(ExpRun::new(1, 1), &["X"])
            .map(drop)
            .unwrap_err(),
        ours.tags().map(drop).unwrap_err(),
        ours.tag_iovs("t").map(drop).unwrap_err(),
    ] {
        said.push_str(&texts(&error));
    }
}
