//! The two requests of an upload: a payload, and an interval.

use std::fs;

use md5::{Digest, Md5};
use serde_json::json;
use ureq::http::Method;

use crate::conditions::server::address::encoded;
use crate::conditions::server::failure::Failure;
use crate::conditions::server::http::Ask;
use crate::conditions::server::multipart::form;
use crate::conditions::server::wire::NewIov;
use crate::conditions::server::writing::changing;
use crate::conditions::server::{Entry, Error, PayloadInfo, Server};
use crate::iov::IoV;

use super::lines::Wanted;

impl Server {
    /// Sends a payload that the server does not have.
    pub(super) fn send_payload(&self, wanted: &Wanted) -> Result<PayloadInfo, Error> {
        let (name, checksum) = (&wanted.name, &wanted.checksum);
        let what = format!("upload payload {name}");
        let token = self.token(&what)?;
        let file = fs::read(&wanted.file).map_err(Error::io("read", &wanted.file))?;
        if format!("{:x}", Md5::digest(&file)) != *checksum {
            return Err(Error::Line {
                place: wanted.file.display().to_string(),
                reason: "the file was changed during the upload".into(),
            });
        }
        let url = self.address(&format!("package/dbstore/module/{}/payload", encoded(name)));
        let (content, body) = form(&wanted.file.display().to_string(), &file, checksum);
        let ask = Ask {
            body: Some((&content, &body)),
            ..changing(Method::POST, &url, token)
        };
        let expected = "the payload that was uploaded";
        let sent = self.settle(
            &what,
            &url,
            || {
                let answer = self.http.once(&ask)?;
                Ok(self.parsed::<PayloadInfo>(&answer, &what, &url, expected))
            },
            || Ok(self.look_for_payload(name, checksum)?.map(Ok)),
        )??;
        if sent.name != *name || sent.checksum != *checksum {
            return Err(Error::Malformed {
                what,
                url,
                expected,
                found: "it is another payload".into(),
            });
        }
        Ok(sent)
    }

    /// Creates an interval that the tag does not have; its number.
    pub(super) fn create_iov(
        &self,
        tag: (i64, &str),
        payload: &PayloadInfo,
        iov: IoV,
    ) -> Result<i64, Error> {
        let (tag_id, tag) = tag;
        let (id, name) = (payload.id, &payload.name);
        let what = format!("make payload {name} valid for {iov} in global tag {tag}");
        let token = self.token(&what)?;
        let url = self.address(&format!("globalTagPayload/{tag_id},{id}/payloadIov/{iov}"));
        let ask = changing(Method::POST, &url, token);
        let made = self.settle(
            &what,
            &url,
            || {
                let answer = self.http.once(&ask)?;
                let expected = "the number of the interval";
                Ok(self
                    .parsed::<NewIov>(&answer, &what, &url, expected)
                    .map(|made| made.id))
            },
            || Ok(self.look_for_iov(tag, id, iov)?.map(Ok)),
        );
        made?
    }

    fn look_for_payload(&self, name: &str, checksum: &str) -> Result<Option<PayloadInfo>, Failure> {
        let url = self.address("checkPayloads");
        let body = json!([{ "name": name, "checksum": checksum }]).to_string();
        let ask = Ask {
            method: Method::POST,
            url: &url,
            body: Some(("application/json", body.as_bytes())),
            token: None,
        };
        let answer = self.http.once(&ask)?;
        let found = self.parsed::<Vec<PayloadInfo>>(&answer, "look", &url, "a list of payloads");
        let found = found.map_err(|error| Failure::Unusable(error.to_string()))?;
        Ok(found
            .into_iter()
            .find(|p| p.name == name && p.checksum == checksum))
    }

    fn look_for_iov(&self, tag: &str, payload: i64, iov: IoV) -> Result<Option<i64>, Failure> {
        let (tag, first) = (encoded(tag), iov.low());
        let (exp, run) = (first.exp, first.run);
        let path = format!("iovPayloads/?gtName={tag}&expNumber={exp}&runNumber={run}");
        let entries: Vec<Entry> = self.look(&self.address(&path))?;
        let mut same = entries
            .iter()
            .filter(|entry| entry.payload.id == payload && entry.iov.iov().as_ref() == Ok(&iov));
        Ok(same.next().map(|entry| entry.iov.id))
    }
}
