//! The file form of payloads.

use super::{Error, Payload};

/// How a payload becomes a file and back.
///
/// Equal payloads must give equal bytes: files are named after the hash of their content.
pub trait PayloadFormat: Send + Sync {
    /// Ending of the file name, without the dot.
    fn extension(&self) -> &'static str;

    /// The whole content of the file. The payload has passed [`Payload::check`].
    ///
    /// # Errors
    /// When the payload does not fit its class.
    fn write(&self, payload: &Payload) -> Result<Vec<u8>, Error>;

    /// The payload of that name in a file.
    ///
    /// # Errors
    /// What was found instead, in a sentence.
    fn read(&self, name: &str, bytes: Vec<u8>) -> Result<Payload, String>;
}
