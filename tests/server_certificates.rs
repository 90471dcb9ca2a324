//! Servers are verified: a certificate that nobody vouches for is refused, and a token never reaches it.

#![allow(clippy::unwrap_used, reason = "a test fails then")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use b2caf::conditions::server::{Error, Server, Settings, Waiting};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

#[derive(Default)]
struct NoTime {
    waits: AtomicUsize,
}

impl Waiting for NoTime {
    fn jitter(&self) -> f64 {
        0.0
    }

    fn wait(&self, _: Duration) {
        self.waits.fetch_add(1, Ordering::SeqCst);
    }
}

/// What reached the server unencrypted, that is, after a handshake that went well.
type Heard = Arc<Mutex<Vec<String>>>;

/// An encrypted server on loopback whose certificate is for `name`: its port, its certificate, what it hears.
fn encrypted(name: &str) -> (u16, String, Heard) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let theirs = Arc::clone(&heard);
    // Ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let mut text = [0; 4096];
            let Ok(count) = stream.read(&mut text) else {
                continue;
            };
            let text = String::from_utf8_lossy(&text[..count]).into_owned();
            theirs.lock().unwrap().push(text);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (port, made.cert.pem(), heard)
}

#[test]
fn an_unknown_certificate_is_refused_at_once_and_a_known_one_is_taken() {
    let (port, pem, heard) = encrypted("localhost");
    let url = format!("https://localhost:{port}/rest/");
    let waiting = Arc::new(NoTime::default());
    let settings = Settings {
        waiting: waiting.clone(),
        ..Settings::default()
    };
    let error = Server::new([&url], settings.clone()).unwrap_err();
    assert!(matches!(error, Error::NoServer { .. }));
    let error = error.to_string();
    assert!(
        error.contains("UnknownIssuer") && error.contains("SSL_CERT_FILE"),
        "{error}"
    );
    // It does not get better with time.
    assert_eq!(waiting.waits.load(Ordering::SeqCst), 0);
    assert!(heard.lock().unwrap().is_empty());

    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    fs::write(&trusted, pem).unwrap();
    let settings = Settings {
        authorities: Some(trusted.clone()),
        ..settings
    };
    let ours = Server::new([&url], settings.clone()).unwrap();
    assert!(ours.tags().unwrap().is_empty());
    let heard = heard.lock().unwrap();
    assert!(
        heard[0].starts_with("HEAD /rest/v2/globalTagStatus"),
        "{heard:?}"
    );
    assert!(heard[1].starts_with("GET /rest/v2/globalTags"), "{heard:?}");

    fs::write(&trusted, "nothing").unwrap();
    let error = Server::new([&url], settings).unwrap_err().to_string();
    assert!(
        error.contains("trusted.pem") && error.contains("no certificate"),
        "{error}"
    );
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let (port, pem, heard) = encrypted("another.example");
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    fs::write(&trusted, pem).unwrap();
    let settings = Settings {
        authorities: Some(trusted),
        waiting: Arc::new(NoTime::default()),
        ..Settings::default()
    };
    let error = Server::new([format!("https://localhost:{port}")], settings).unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
    assert!(heard.lock().unwrap().is_empty());
}
