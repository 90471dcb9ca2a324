//! Which addresses are asked, in which order.

use std::sync::Arc;
use std::time::Duration;

use super::super::address::{candidates, encoded, is_private, join};
use super::super::{Environment, Error, Server, Settings, Sleeping, Waiting};
use super::conditions_server::{ConditionsServer, Fault, Kind};
use super::support::{NoTime, SECRET, settings};

#[test]
fn plain_addresses_are_tried_encrypted_first() {
    for (entry, expected) in [
        ("https://db.example/rest/", vec!["https://db.example/rest"]),
        (
            "http://db.example/rest",
            vec!["https://db.example/rest", "http://db.example/rest"],
        ),
        (
            "http://127.0.0.1:8080/rest/",
            vec!["http://127.0.0.1:8080/rest"],
        ),
        ("http://localhost/rest", vec!["http://localhost/rest"]),
        ("http://[::1]:80", vec!["http://[::1]:80"]),
        (
            "http://127.0.0.1.example",
            vec!["https://127.0.0.1.example", "http://127.0.0.1.example"],
        ),
    ] {
        assert_eq!(candidates(entry).unwrap(), expected);
    }
    for wrong in [
        "",
        "db.example",
        "ftp://db.example",
        "http://",
        "http://a b/",
        "http:///x",
    ] {
        assert!(
            matches!(candidates(wrong), Err(Error::Address { .. })),
            "{wrong}"
        );
    }
    let error = candidates("https://me:pa55@db.example")
        .unwrap_err()
        .to_string();
    assert!(!error.contains("pa55"), "{error}");
    assert!(is_private("http://127.0.0.1/") && is_private("https://db.example"));
    assert!(!is_private("http://db.example/"));
}

#[test]
fn parts_are_joined_by_one_slash_and_encoded() {
    for base in ["http://a/b", "http://a/b/"] {
        for rest in ["c/d", "/c/d"] {
            assert_eq!(join(base, rest), "http://a/b/c/d");
        }
    }
    // As Python's `quote(text, safe="")` has it.
    assert_eq!(encoded("a+b:c/d é~.-_"), "a%2Bb%3Ac%2Fd%20%C3%A9~.-_");
}

#[test]
fn the_first_server_that_answers_is_used() {
    // A port of the system, which no test running at the same time is given.
    let closed = "http://127.0.0.1:1/rest/".to_owned();
    let (first, second) = (
        ConditionsServer::start(SECRET),
        ConditionsServer::start(SECRET),
    );
    let list = [closed.clone(), first.url(), second.url()];
    let ours = Server::new(&list, settings()).unwrap();
    assert_eq!(format!("{}/", ours.url()), first.url());
    assert_eq!(first.requests()[0].short(), "HEAD /rest/v2/globalTagStatus");
    assert_eq!(second.requests().len(), 0);

    first.fail(Fault::new("HEAD", 1, Kind::Status(404, String::new())));
    let ours = Server::new(&list, settings()).unwrap();
    assert_eq!(format!("{}/", ours.url()), second.url());

    // Nobody answers: all are asked again, round by round.
    first.forget();
    first.fail(Fault::new("HEAD", 2, Kind::Status(503, String::new())));
    let waiting = Arc::new(NoTime::default());
    let patient = Settings {
        waiting: waiting.clone(),
        ..settings()
    };
    Server::new([&closed, &first.url()], patient).unwrap();
    assert_eq!(first.requests().len(), 3);
    assert_eq!(*waiting.waits.lock().unwrap(), [Duration::from_secs(1); 2]);

    let error = Server::new([&closed], settings()).unwrap_err().to_string();
    assert!(
        error.contains(closed.trim_end_matches('/')) && error.contains("SERVERLIST"),
        "{error}"
    );
    let error = Server::new::<&str>([], settings()).unwrap_err();
    assert!(matches!(error, Error::NoServer { .. }));
}

#[test]
fn waits_grow_and_are_the_same_for_the_same_seed() {
    let waits = |seed| -> Vec<Duration> {
        let settings = Settings {
            waiting: Arc::new(Sleeping::seeded(seed)),
            ..Settings::default()
        };
        (1..=5).map(|n| settings.wait_before(n)).collect()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
    for seed in 0..200 {
        for (wait, longest) in waits(seed).iter().zip([3, 9, 21, 45, 93]) {
            assert!(*wait >= Duration::from_secs(1) && *wait <= Duration::from_secs(longest));
        }
    }
    // First values of SplitMix64 seeded with 1234567, as published with its reference code.
    let generator = Sleeping::seeded(1_234_567);
    for expected in [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973] {
        let value = generator.jitter() * (1_u64 << 53) as f64;
        assert_eq!(value as u64, expected >> 11);
    }
}

#[test]
fn the_environment_is_read_as_upstream_reads_it() {
    let environment = Environment::read(|name| {
        let value = match name {
            "BELLE2_CONDB_GLOBALTAG" => "",
            "BELLE2_CONDB_SERVERLIST" => " http://a \t https://b\n/local.sqlite ",
            "BELLE2_CONDB_PROXY" => "http://proxy:3128",
            "BELLE2_CDB_AUTH_TOKEN" => "/somewhere/token",
            "LOGNAME" => "me",
            _ => return None,
        };
        Some(value.to_owned())
    });
    assert_eq!(environment.global_tags, Some(Vec::new()));
    let servers = environment.servers.clone().unwrap();
    assert_eq!(servers, ["http://a", "https://b", "/local.sqlite"]);
    assert_eq!(environment.metadata, None);
    assert_eq!(environment.payloads, None);
    assert_eq!(environment.proxy.as_deref(), Some("http://proxy:3128"));
    assert_eq!(environment.user.as_deref(), Some("me"));
    // A file that is named must be there.
    let error = Settings::from_environment(&environment).unwrap_err();
    assert!(matches!(error, Error::File(_)), "{error}");
}

#[test]
fn a_proxy_is_used_for_what_leaves_this_machine() {
    let (proxy, theirs) = (
        ConditionsServer::start(SECRET),
        ConditionsServer::start(SECRET),
    );
    let address = proxy.url().replace("/rest/", "");
    let through = Settings {
        proxy: Some(address),
        ..settings()
    };
    Server::new([theirs.url()], through.clone()).unwrap();
    assert_eq!((proxy.requests().len(), theirs.requests().len()), (0, 1));
    // The name is known nowhere: nobody but the proxy is asked, and it refuses.
    let error = Server::new(["http://db.invalid/rest"], through)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("https://db.invalid/rest (") && error.contains("http://db.invalid/rest ("),
        "{error}"
    );
    assert_eq!(proxy.requests()[0].short(), "CONNECT db.invalid:443");

    let wrong = Settings {
        proxy: Some("nonsense://me:pa55@".into()),
        ..settings()
    };
    let error = Server::new([theirs.url()], wrong).unwrap_err().to_string();
    assert!(
        error.contains("the proxy") && !error.contains("pa55"),
        "{error}"
    );
}
