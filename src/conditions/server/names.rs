//! Names that become parts of addresses and files.

use super::{Error, PayloadInfo};

/// Whether `name` can be that of a global tag.
pub(super) fn check_tag(name: &str) -> Result<(), Error> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | ':');
    if name.is_empty() || !name.chars().all(usable) {
        return Err(Error::Name {
            name: name.into(),
            of: "global tag",
            rule: "letters, digits and `+-_:` are allowed",
        });
    }
    Ok(())
}

/// Whether `name` can be that of a payload, and of its file.
pub(super) fn check_payload(name: &str) -> Result<(), Error> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '.' | ':');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(usable) {
        return Err(Error::Name {
            name: name.into(),
            of: "payload",
            rule: "letters, digits and `+-_.:` are allowed, with no point in front",
        });
    }
    Ok(())
}

/// Whether what a server says about a payload can be used to name a file.
pub(super) fn check_info(payload: &PayloadInfo) -> Result<(), Error> {
    check_payload(&payload.name)?;
    check_checksum(&payload.checksum)
}

fn check_checksum(checksum: &str) -> Result<(), Error> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if checksum.len() != 32 || !checksum.bytes().all(digit) {
        return Err(Error::Name {
            name: checksum.into(),
            of: "checksum",
            rule: "32 digits from 0 to f are needed",
        });
    }
    Ok(())
}
