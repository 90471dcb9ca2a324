//! Where the token comes from, and that it is not shown.

use std::fs;
use std::time::Duration;

use super::super::{Environment, Error, Server, Settings, Token};
use super::conditions_server::{Fault, Kind};
use super::support::{SECRET, pair, settings};

#[test]
fn the_token_given_beats_the_file_named_which_beats_the_one_at_home() {
    let home = tempfile::tempdir().unwrap();
    let named = home.path().join("named");
    let mut environment = Environment {
        home: Some(home.path().into()),
        user: Some("me".into()),
        ..Environment::default()
    };
    let find = |given, environment: &Environment| Token::find(given, environment);
    assert_eq!(find(None, &environment).unwrap(), None);
    fs::write(home.path().join("b2cdb_me.token"), "from-home\n").unwrap();
    assert_eq!(
        find(None, &environment).unwrap(),
        Some(Token::new("from-home").unwrap())
    );
    environment.token_file = Some(named.clone());
    // What is named must be there.
    assert!(matches!(find(None, &environment), Err(Error::File(_))));
    fs::write(&named, "  from-file  ").unwrap();
    assert_eq!(
        find(None, &environment).unwrap(),
        Some(Token::new("from-file").unwrap())
    );
    assert_eq!(
        find(Some("given"), &environment).unwrap(),
        Some(Token::new("given").unwrap())
    );
    environment.token_file = None;
    environment.user = Some("../me".into());
    assert_eq!(find(None, &environment).unwrap(), None);
}

#[test]
fn no_form_for_reading_shows_the_token() {
    let token = Token::new(SECRET).unwrap();
    let settings = settings();
    for text in [
        format!("{token}"),
        format!("{token:?}"),
        format!("{settings:?}"),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
    for wrong in [
        "",
        " \n",
        "two words-s3cr3t",
        "line\nbreak-s3cr3t",
        "é-s3cr3t",
    ] {
        let error = Token::new(wrong).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }
}

/// A token lives for an hour; whoever renews it in its file need not start again.
#[test]
fn a_token_that_is_renewed_in_its_file_is_read_again() {
    let (theirs, _) = pair();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, SECRET).unwrap();
    let settings = Settings {
        token: Some(Token::read(&file).unwrap()),
        ..settings()
    };
    let ours = Server::new([theirs.url()], settings).unwrap();
    ours.create_tag("DEV", "one", "", "me").unwrap();
    theirs.world().token = "renewed-t0k3n".into();
    let refused = ours.create_tag("DEV", "two", "", "me").unwrap_err();
    assert_eq!(refused.status(), Some(401), "{refused}");
    fs::write(&file, "renewed-t0k3n\n").unwrap();
    ours.create_tag("DEV", "two", "", "me").unwrap();
    // A file that is just being written leaves the token as it is.
    fs::write(&file, "").unwrap();
    ours.create_tag("DEV", "three", "", "me").unwrap();
    fs::remove_file(&file).unwrap();
    ours.create_tag("DEV", "four", "", "me").unwrap();
}

/// The server finds it too old after it was read, and before it was renewed.
#[test]
fn a_token_that_is_renewed_under_way_is_sent_again() {
    let (theirs, _) = pair();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "too-old").unwrap();
    let settings = Settings {
        token: Some(Token::read(&file).unwrap()),
        ..settings()
    };
    let ours = Server::new([theirs.url()], settings).unwrap();
    // The answer to the first attempt comes late; the file is renewed in the meantime.
    let late = Kind::Late(Duration::from_millis(500));
    theirs.fail(Fault::new("POST /rest/v2/globalTag/DEV", 1, late));
    let renewal = std::thread::spawn({
        let file = file.clone();
        move || {
            std::thread::sleep(Duration::from_millis(100));
            fs::write(file, SECRET).unwrap();
        }
    });
    ours.create_tag("DEV", "one", "", "me").unwrap();
    renewal.join().unwrap();
    assert_eq!(theirs.count("POST /rest/v2/globalTag/DEV"), 2);
}

/// Whatever it was before: none of them is shown.
#[test]
fn no_older_token_is_shown_either() {
    let (theirs, _) = pair();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "0lder-t0k3n").unwrap();
    let token = Token::read(&file).unwrap();
    let settings = Settings {
        token: Some(token),
        ..settings()
    };
    let ours = Server::new([theirs.url()], settings).unwrap();
    ours.create_tag("DEV", "one", "", "me").unwrap_err();
    fs::write(&file, SECRET).unwrap();
    ours.create_tag("DEV", "one", "", "me").unwrap();
    let body = format!("0lder-t0k3n and {SECRET}");
    theirs.fail(Fault::new(
        "POST /rest/v2/globalTag/DEV",
        1,
        Kind::Status(403, body),
    ));
    let text = ours
        .create_tag("DEV", "two", "", "me")
        .unwrap_err()
        .to_string();
    assert!(
        !text.contains("t0k3n") && text.contains("… and …"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_token_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, SECRET).unwrap();
    for (mode, told) in [(0o600, false), (0o640, true)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let remark = Token::read(&file).unwrap().remark();
        assert_eq!(remark.is_some(), told);
        assert!(!remark.unwrap_or_default().contains(SECRET));
    }
    assert_eq!(Token::new(SECRET).unwrap().remark(), None);
}
