//! Where the token comes from, and that it is not shown.

use std::fs;

use super::super::{Environment, Error, Token};
use super::support::SECRET;

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
    let settings = super::support::settings();
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
