//! Payloads that a run left, for tests that look at their numbers.

use std::path::Path;

use b2caf::conditions::Store;
use serde_json::{Value, json};

/// The payload of the first line with that name: its channels and its members by name.
pub(crate) fn payload(store: &Path, name: &str) -> Value {
    let store = Store::new(store);
    let database = store.database().unwrap();
    let record = database.records.iter().find(|record| record.name == name);
    let payload = store.read(record.unwrap()).unwrap();
    json!({ "channels": payload.channels, "members": payload.members })
}
