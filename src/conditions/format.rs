//! The file form of payloads.

use super::Payload;

/// How a payload becomes a file and back.
///
/// Equal payloads must give equal bytes: files are named after the hash of their content.
pub trait PayloadFormat: Send + Sync {
    /// Ending of the file name, without the dot.
    fn extension(&self) -> &'static str;

    /// The whole content of the file. The payload has passed [`Payload::check`].
    fn write(&self, payload: &Payload) -> Vec<u8>;

    /// The payload in a file.
    ///
    /// # Errors
    /// What was found instead, in a sentence.
    fn read(&self, bytes: &[u8]) -> Result<Payload, String>;
}
