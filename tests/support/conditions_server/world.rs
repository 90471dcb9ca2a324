//! What the server keeps, and its rules.

use serde_json::{Value, json};

/// What the server keeps.
#[derive(Default)]
pub struct World {
    /// Token without which nothing is written.
    pub token: String,
    /// Where payload files are.
    pub base_url: String,
    pub tags: Vec<Tag>,
    pub payloads: Vec<Payload>,
    pub iovs: Vec<Iov>,
    next: i64,
}

pub struct Tag {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub status: String,
    pub modified_by: String,
}

pub struct Payload {
    pub id: i64,
    pub name: String,
    pub revision: i64,
    pub checksum: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone)]
pub struct Iov {
    pub id: i64,
    pub tag: i64,
    pub payload: i64,
    pub numbers: [i64; 4],
}

/// The states of a tag.
pub const STATES: [&str; 6] = [
    "OPEN",
    "TESTING",
    "VALIDATED",
    "PUBLISHED",
    "RUNNING",
    "INVALID",
];

impl World {
    fn id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Adds a tag.
    pub fn add_tag(&mut self, name: &str, status: &str) -> i64 {
        let id = self.id();
        self.tags.push(Tag {
            id,
            name: name.into(),
            description: format!("about {name}"),
            kind: "DEV".into(),
            status: status.into(),
            modified_by: "tester".into(),
        });
        id
    }

    /// Adds a payload with the next revision of its name.
    pub fn add_payload(&mut self, name: &str, bytes: &[u8]) -> i64 {
        let id = self.id();
        let revision = self.payloads.iter().filter(|p| p.name == name).count() as i64 + 1;
        self.payloads.push(Payload {
            id,
            name: name.into(),
            revision,
            checksum: md5(bytes),
            bytes: bytes.to_vec(),
        });
        id
    }

    /// Adds an interval.
    pub fn add_iov(&mut self, tag: i64, payload: i64, numbers: [i64; 4]) -> i64 {
        let id = self.id();
        self.iovs.push(Iov {
            id,
            tag,
            payload,
            numbers,
        });
        id
    }

    pub fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    pub fn payload(&self, id: i64) -> Option<&Payload> {
        self.payloads.iter().find(|payload| payload.id == id)
    }

    /// (name, revision, interval) of a tag, sorted.
    pub fn content(&self, tag: &str) -> Vec<(String, i64, [i64; 4])> {
        let id = self.tag(tag).unwrap().id;
        let of_tag = self.iovs.iter().filter(|iov| iov.tag == id);
        let mut found: Vec<_> = of_tag
            .map(|iov| {
                let payload = self.payload(iov.payload).unwrap();
                (payload.name.clone(), payload.revision, iov.numbers)
            })
            .collect();
        found.sort();
        found
    }

    pub fn tag_json(&self, tag: &Tag) -> Value {
        let count = self.iovs.iter().filter(|iov| iov.tag == tag.id).count();
        json!({
            "globalTagId": tag.id, "name": tag.name, "description": tag.description, "isDefault": false,
            "globalTagType": { "name": tag.kind }, "globalTagStatus": { "name": tag.status, "description": "" },
            "payloadCount": count, "dtmIns": "2026-01-01T00:00:00", "dtmMod": "2026-01-02T00:00:00",
            "modifiedBy": tag.modified_by,
        })
    }

    pub fn payload_json(&self, payload: &Payload) -> Value {
        let (name, revision) = (&payload.name, payload.revision);
        json!({
            "payloadId": payload.id, "basf2Module": { "name": name, "basf2Package": { "name": "dbstore" } },
            "revision": revision, "checksum": payload.checksum, "isDefault": false, "deleted": false,
            "payloadUrl": format!("dbstore/{name}/dbstore_{name}_rev_{revision}.root"), "baseUrl": self.base_url,
            "dtmIns": "2026-01-01T00:00:00", "dtmMod": null, "modifiedBy": "tester",
        })
    }

    /// May IoVs of this tag be created and deleted?
    pub fn is_open(&self, tag: i64) -> bool {
        self.tags
            .iter()
            .any(|one| one.id == tag && one.status == "OPEN")
    }
}

pub fn iov_json(iov: &Iov) -> Value {
    let [first_exp, first_run, last_exp, last_run] = iov.numbers;
    json!({
        "payloadIovId": iov.id, "expStart": first_exp, "runStart": first_run, "expEnd": last_exp, "runEnd": last_run,
        "dtmIns": "2026-01-01T00:00:00", "dtmMod": null, "modifiedBy": "tester",
    })
}

/// Whether a run lies in an interval of the server; −1 leaves the high end open.
pub fn holds([fe, fr, le, lr]: [i64; 4], exp: i64, run: i64) -> bool {
    let after = (fe == exp && fr <= run) || fe < exp;
    let before = le < 0 || (lr < 0 && le >= exp) || le > exp || (le == exp && lr >= run);
    after && before
}

/// May a tag in `from` become `to`?
pub fn may_become(from: &str, to: &str) -> bool {
    match from {
        "OPEN" => ["TESTING", "RUNNING"].contains(&to),
        "TESTING" => ["VALIDATED", "OPEN"].contains(&to),
        "VALIDATED" => ["PUBLISHED", "OPEN"].contains(&to),
        "PUBLISHED" => to == "INVALID",
        _ => false,
    }
}

pub fn md5(bytes: &[u8]) -> String {
    use md5::Digest;
    format!("{:x}", md5::Md5::digest(bytes))
}
