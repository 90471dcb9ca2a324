//! Addresses of servers and of what they offer.

use std::fmt::Write as _;
use std::net::IpAddr;

use ureq::http::Uri;

use super::Error;

/// The addresses to try for one entry of a list of servers: a plain `http` entry is tried encrypted
/// first, unless it is this machine.
pub(super) fn candidates(entry: &str) -> Result<Vec<String>, Error> {
    let entry = entry.trim().trim_end_matches('/');
    check(entry)?;
    match entry.strip_prefix("http://") {
        Some(rest) if !is_loopback(entry) => Ok(vec![format!("https://{rest}"), entry.into()]),
        _ => Ok(vec![entry.into()]),
    }
}

/// Whether an address can be asked at all.
pub(super) fn check(address: &str) -> Result<(), Error> {
    let wrong = |reason: &str| Error::Address {
        address: address.into(),
        reason: reason.into(),
    };
    if !is_remote(address) {
        return Err(wrong("it must begin with http:// or https://"));
    }
    let uri: Uri = address.parse().map_err(|_| wrong("it is no URL"))?;
    let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
    if authority.as_str().contains('@') {
        // Whatever stands there would appear in messages.
        return Err(Error::Address {
            address: format!("{}://…", uri.scheme_str().unwrap_or_default()),
            reason: "it must not contain a user name or password".into(),
        });
    }
    Ok(())
}

/// Whether this is the address of a server, not a folder.
pub(super) fn is_remote(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

/// Whether `address` is on this machine.
pub(super) fn is_loopback(address: &str) -> bool {
    let uri: Option<Uri> = address.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || number.is_ok_and(|number| number.is_loopback())
}

/// Whether a secret may be sent there: encrypted, or without leaving this machine.
pub(super) fn is_private(address: &str) -> bool {
    address.starts_with("https://") || is_loopback(address)
}

/// `base` and `rest` with exactly one slash between them.
pub(super) fn join(base: &str, rest: &str) -> String {
    format!(
        "{}/{}",
        base.trim_end_matches('/'),
        rest.trim_start_matches('/')
    )
}

/// `text` as one part of a path or of a query: everything but letters, digits and `-._~` is encoded.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
