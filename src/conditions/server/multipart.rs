//! The body of a payload upload.

use md5::{Digest, Md5};
use serde_json::json;

/// Content type and body of an upload: the file under its path, then `json` with its MD5.
pub(super) fn form(path: &str, file: &[u8], checksum: &str) -> (String, Vec<u8>) {
    let about = json!({ "checksum": checksum, "isDefault": false }).to_string();
    let boundary = boundary(file);
    let mut body = Vec::with_capacity(file.len() + 512);
    let field = escaped(path);
    for (name, content, bytes) in [
        (field.as_str(), "application/x-root", file),
        ("json", "application/json", about.as_bytes()),
    ] {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {content}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/mixed; boundary={boundary}"), body)
}

/// Text that does not occur in `file`; the same for the same file.
fn boundary(file: &[u8]) -> String {
    let mut boundary = format!("b2caf-{:x}", Md5::digest(file));
    while file
        .windows(boundary.len())
        .any(|part| part == boundary.as_bytes())
    {
        boundary = format!("b2caf-{:x}", Md5::digest(boundary.as_bytes()));
    }
    boundary
}

/// A name between quotation marks: what would end it or the line is encoded, as browsers do.
fn escaped(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
