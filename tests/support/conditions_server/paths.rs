//! The addresses of the interface.

use serde_json::{Value, json};

use super::Request;
use super::answer::Answer;
use super::world::{Payload, STATES, Tag, World, holds, iov_json, may_become, md5};

type Reply = Result<Answer, Answer>;

/// Does what a request asks.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    if let Some(parts) = request.below("/payloads/") {
        return file(world, &parts);
    }
    let Some(parts) = request.below("/rest/v2/") else {
        return Answer::error(404, "Not Found", "no such address");
    };
    let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts.last() == Some(&"") {
        parts.pop();
    }
    let reply = match request.method.as_str() {
        "GET" | "HEAD" => reading(world, &parts, request),
        _ => writing(world, &parts, request),
    };
    reply.unwrap_or_else(|refusal| refusal)
}

fn file(world: &World, parts: &[String]) -> Answer {
    let name = parts.last().map_or("", String::as_str);
    let found = world
        .payloads
        .iter()
        .find(|payload| name == format!("dbstore_{}_rev_{}.root", payload.name, payload.revision));
    match found {
        Some(payload) if parts.len() == 3 => Answer::bytes(200, payload.bytes.clone()),
        _ => Answer::bytes(404, b"<html><body>no such file</body></html>".to_vec()),
    }
}

fn reading(world: &World, parts: &[&str], request: &Request) -> Reply {
    let value = match parts {
        ["globalTagStatus"] => STATES.map(|name| json!({ "name": name })).to_vec().into(),
        ["globalTagType"] => json!([{ "name": "DEV" }, { "name": "RELEASE" }]),
        ["globalTags"] => world.tags.iter().map(|tag| world.tag_json(tag)).collect(),
        ["globalTag", name] => world.tag_json(known(world, name)?),
        ["globalTag", name, "globalTagPayloads"] => by_payload(world, known(world, name)?),
        ["globalTag", name, "payloads"] => {
            let tag = known(world, name)?;
            let listed = world.payloads.iter().filter(|payload| {
                let mut iovs = world.iovs.iter();
                iovs.any(|iov| iov.tag == tag.id && iov.payload == payload.id)
            });
            listed.map(|payload| world.payload_json(payload)).collect()
        }
        ["payloads"] => world
            .payloads
            .iter()
            .map(|p| world.payload_json(p))
            .collect(),
        ["payload", id] => {
            let found = world.payloads.iter().find(|p| p.id.to_string() == *id);
            world.payload_json(found.ok_or_else(|| nothing("payload", id))?)
        }
        ["module", name, "payloads"] => {
            let listed = world
                .payloads
                .iter()
                .filter(|payload| payload.name == *name);
            listed.map(|payload| world.payload_json(payload)).collect()
        }
        ["iovPayloads"] => at_run(world, request)?,
        _ => return Err(nothing("address", &request.path)),
    };
    Ok(Answer::json(&value))
}

fn by_payload(world: &World, tag: &Tag) -> Value {
    let mut list = Vec::new();
    for payload in &world.payloads {
        let iovs = world.iovs.iter();
        let iovs: Vec<Value> = iovs
            .filter(|iov| iov.tag == tag.id && iov.payload == payload.id)
            .map(iov_json)
            .collect();
        if !iovs.is_empty() {
            list.push(json!({ "payloadId": world.payload_json(payload), "payloadIovs": iovs }));
        }
    }
    list.into()
}

fn at_run(world: &World, request: &Request) -> Result<Value, Answer> {
    let wrong = || {
        Answer::error(
            400,
            "Bad Request",
            "gtName, expNumber and runNumber are needed",
        )
    };
    let number = |name| request.asked(name).and_then(|text| text.parse().ok());
    let name = request.asked("gtName").ok_or_else(wrong)?;
    let exp = number("expNumber").ok_or_else(wrong)?;
    let run = number("runNumber").ok_or_else(wrong)?;
    // An unknown tag has no payloads here.
    let id = world.tag(&name).map_or(-1, |tag| tag.id);
    let valid = world
        .iovs
        .iter()
        .filter(|iov| iov.tag == id && holds(iov.numbers, exp, run));
    Ok(valid
        .map(|iov| {
            let payload = world.payload(iov.payload).unwrap();
            json!({ "payload": world.payload_json(payload), "payloadIov": iov_json(iov) })
        })
        .collect())
}

fn writing(world: &mut World, parts: &[&str], request: &Request) -> Reply {
    let method = request.method.as_str();
    if parts == ["checkPayloads"] && method == "POST" {
        return check(world, request);
    }
    if request.header("x-authorization") != Some(&format!("Bearer {}", world.token)) {
        return Err(Answer::error(
            401,
            "Unauthorized",
            "a valid token is needed",
        ));
    }
    match (method, parts) {
        ("POST", ["globalTag", kind]) => create_tag(world, kind, request),
        ("PUT", ["globalTag", name, "updateGlobalTagStatus", state]) => {
            let from = known(world, name)?.status.clone();
            if !may_become(&from, state) {
                let text = format!("{name} is {from} and cannot become {state}");
                return Err(Answer::error(400, "Bad Request", &text));
            }
            for tag in world.tags.iter_mut().filter(|tag| tag.name == *name) {
                tag.status = (*state).into();
            }
            Ok(Answer::json(&world.tag_json(known(world, name)?)))
        }
        ("POST", ["package", "dbstore", "module", name, "payload"]) => upload(world, name, request),
        ("POST", ["globalTagPayload", ids, "payloadIov", iov]) => {
            let (ids, iov) = (numbers::<2>(ids)?, numbers::<4>(iov)?);
            if !world.is_open(ids[0]) {
                return Err(Answer::error(403, "Forbidden", "the tag is not open"));
            }
            if world.payload(ids[1]).is_none() {
                return Err(nothing("payload", &ids[1].to_string()));
            }
            let id = world.add_iov(ids[0], ids[1], iov);
            Ok(Answer::json(&json!({ "payloadIovId": id })))
        }
        ("PUT", ["payloadIov", id]) => {
            let id = numbers::<1>(id)?[0];
            let names = ["expStart", "runStart", "expEnd", "runEnd"];
            let values = names.map(|name| request.asked(name).unwrap().parse().unwrap());
            let found = world.iovs.iter_mut().find(|iov| iov.id == id);
            found
                .ok_or_else(|| nothing("IoV", &id.to_string()))?
                .numbers = values;
            Ok(Answer::json(&json!({ "payloadIovId": id })))
        }
        ("DELETE", ["payloadIov", id]) => {
            let id = numbers::<1>(id)?[0];
            let at = world.iovs.iter().position(|iov| iov.id == id);
            let at = at.ok_or_else(|| nothing("IoV", &id.to_string()))?;
            if !world.is_open(world.iovs[at].tag) {
                return Err(Answer::error(403, "Forbidden", "the tag is not open"));
            }
            world.iovs.remove(at);
            Ok(Answer::bytes(204, Vec::new()))
        }
        ("POST", ["globalTagPayload", name, "updateRunningPayloads"]) => {
            running(world, name, request)
        }
        _ => Err(nothing("address", &request.path)),
    }
}

fn check(world: &World, request: &Request) -> Reply {
    let asked: Vec<Value> = body(request)?;
    let listed = world.payloads.iter().filter(|payload| {
        let mut asked = asked.iter();
        asked.any(|one| one["name"] == *payload.name && one["checksum"] == *payload.checksum)
    });
    Ok(Answer::json(
        &listed.map(|p| world.payload_json(p)).collect(),
    ))
}

fn create_tag(world: &mut World, kind: &str, request: &Request) -> Reply {
    let tag: Value = body(request)?;
    let name = tag["name"].as_str().unwrap().to_owned();
    if world.tag(&name).is_some() {
        return Err(Answer::error(
            409,
            "Conflict",
            &format!("{name} is there already"),
        ));
    }
    assert_eq!(tag["isDefault"], false);
    world.add_tag(&name, "OPEN");
    let made = world.tags.last_mut().unwrap();
    made.kind = kind.into();
    made.description = tag["description"].as_str().unwrap().into();
    made.modified_by = tag["modifiedBy"].as_str().unwrap().into();
    Ok(Answer::json(&world.tag_json(known(world, &name)?)))
}

/// Two parts in exactly the published form: the file, and `json` with its checksum.
fn upload(world: &mut World, name: &str, request: &Request) -> Reply {
    let wrong = |what: &str| Answer::error(400, "Bad Request", what);
    let kind = request.header("content-type").unwrap_or_default();
    let boundary = kind.strip_prefix("multipart/mixed; boundary=");
    let boundary = boundary
        .ok_or_else(|| wrong("no multipart/mixed"))?
        .trim_matches('"');
    let parts = parts_of(&request.body, boundary).ok_or_else(|| wrong("no parts"))?;
    let [(file_head, file), (json_head, json)] = parts.as_slice() else {
        return Err(wrong("two parts are needed"));
    };
    let file_lines: Vec<&str> = file_head.split("\r\n").collect();
    let named = file_lines[0].starts_with("Content-Disposition: form-data; name=\"");
    if !named || file_lines[1..] != ["Content-Type: application/x-root"] {
        return Err(wrong(file_head));
    }
    let expected =
        "Content-Disposition: form-data; name=\"json\"\r\nContent-Type: application/json";
    if json_head != expected {
        return Err(wrong(json_head));
    }
    let said: Value = serde_json::from_slice(json).map_err(|_| wrong("no JSON"))?;
    if said != json!({ "checksum": md5(file), "isDefault": false }) {
        return Err(wrong("the checksum does not fit the file"));
    }
    let same = |payload: &&Payload| payload.name == name && payload.checksum == md5(file);
    if world.payloads.iter().any(|payload| same(&payload)) {
        return Err(Answer::error(
            409,
            "Conflict",
            "the payload is there already",
        ));
    }
    let id = world.add_payload(name, file);
    Ok(Answer::json(
        &world.payload_json(world.payload(id).unwrap()),
    ))
}

fn parts_of(body: &[u8], boundary: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let find = |from: usize, what: &str| {
        let found = body[from..]
            .windows(what.len())
            .position(|w| w == what.as_bytes());
        found.map(|at| at + from)
    };
    let mut parts = Vec::new();
    let between = format!("\r\n--{boundary}");
    let mut at = format!("--{boundary}\r\n").len();
    if !body.starts_with(format!("--{boundary}\r\n").as_bytes()) {
        return None;
    }
    loop {
        let head_end = find(at, "\r\n\r\n")?;
        let end = find(head_end + 4, &between)?;
        let head = String::from_utf8(body[at..head_end].to_vec()).ok()?;
        parts.push((head, body[head_end + 4..end].to_vec()));
        at = end + between.len();
        match body.get(at..at + 2)? {
            b"\r\n" => at += 2,
            b"--" => return Some(parts),
            _ => return None,
        }
    }
}

/// All operations, or none.
fn running(world: &mut World, name: &str, request: &Request) -> Reply {
    let tag = known(world, name)?;
    let id = tag.id;
    if tag.status != "RUNNING" {
        return Err(Answer::error(403, "Forbidden", "the tag is not running"));
    }
    let operations: Vec<Value> = body(request)?;
    let mut iovs = world.iovs.clone();
    let mut created = Vec::new();
    for operation in operations {
        let data: Vec<i64> = serde_json::from_value(operation["data"].clone()).unwrap();
        match (operation["operation"].as_str(), data.as_slice()) {
            (Some("MODIFY"), [iov, exp, run]) => {
                let found = iovs.iter_mut().find(|one| one.id == *iov && one.tag == id);
                let found = found.ok_or_else(|| nothing("IoV", &iov.to_string()))?;
                [found.numbers[2], found.numbers[3]] = [*exp, *run];
            }
            (Some("CREATE"), [payload, rest @ ..]) if rest.len() == 4 => {
                created.push((*payload, rest.try_into().unwrap()));
            }
            _ => return Err(Answer::error(400, "Bad Request", &operation.to_string())),
        }
    }
    world.iovs = iovs;
    for (payload, numbers) in created {
        world.add_iov(id, payload, numbers);
    }
    Ok(Answer::json(&json!([])))
}

fn known<'world>(world: &'world World, name: &str) -> Result<&'world Tag, Answer> {
    world.tag(name).ok_or_else(|| nothing("global tag", name))
}

fn nothing(what: &str, name: &str) -> Answer {
    Answer::error(404, "Not Found", &format!("there is no {what} {name}"))
}

fn numbers<const N: usize>(text: &str) -> Result<[i64; N], Answer> {
    let numbers: Option<Vec<i64>> = text.split(',').map(|word| word.parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
    numbers
        .ok_or_else(|| Answer::error(400, "Bad Request", &format!("`{text}` are not {N} numbers")))
}

fn body<T: serde::de::DeserializeOwned>(request: &Request) -> Result<T, Answer> {
    serde_json::from_slice(&request.body)
        .map_err(|e| Answer::error(400, "Bad Request", &e.to_string()))
}
