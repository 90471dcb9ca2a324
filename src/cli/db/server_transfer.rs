//! `b2caf db upload` and `b2caf db download` with a central server.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::server::{
    Environment, Failed, Files, Missed, OnFailure, Report, Server, UploadLine,
};
use crate::conditions::tags::{
    Fault, FaultKind, StoreLine, TagError, TagState, TagStore, any_error, faults_with, look_inside,
    review, text_file,
};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{DownloadArguments, UploadArguments};
use super::entries::document;
use super::faults::{self, refused_with_faults, several};
use super::refused::refused;
use super::server::{failed, failed_on, not_transferred, reading, writing};
use super::server_tag::warn_broken;
use super::upload::entry_table;

/// Reasons that are shown when something could not be sent.
const REASONS: usize = 5;

/// Makes a testing store of a tag of a server, or puts the tag into the store of tags.
pub(super) fn download(
    store: &Path,
    arguments: &DownloadArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let tag = &arguments.tag;
    let server = reading(&arguments.server, answer)?;
    let mut transfer = server
        .whole_tag(tag)
        .map_err(|error| failed_on(&server, error))?;
    warn_broken(&transfer.broken, answer);
    if let Some(runs) = arguments.run_range {
        transfer.only(runs);
    }
    let files = files(arguments, &server)?;
    let (entries, place, said) = match &arguments.into {
        Some(into) => {
            let entries = transfer
                .into_folder(&files, into)
                .map_err(not_transferred)?;
            let lines = several(entries.len(), "line");
            let said = format!("{}: {lines}", into.display());
            (entries, into.as_path(), said)
        }
        None => {
            let opened = TagStore::create_or_open(store).map_err(refused)?;
            let new = transfer
                .into_store(&files, &opened)
                .map_err(not_transferred)?;
            let entries = transfer.entries();
            let said = format!(
                "{tag} in {}: {}, {}, {} new",
                store.display(),
                several(transfer.payloads(), "payload"),
                several(entries.len(), "interval"),
                several(new, "file")
            );
            (entries, store, said)
        }
    };
    answer.show(
        || {
            let entries: Vec<Value> = entries.iter().map(document).collect();
            json!({
                "tag": tag,
                "server": server.url(),
                "state": transfer.tag.state.name(),
                "folder": place,
                "entries": entries,
            })
        },
        || entry_table(&entries),
    );
    answer.say(&said);
    Ok(Exit::Done)
}

/// Where payload files are looked for and kept.
fn files(arguments: &DownloadArguments, server: &Server) -> Result<Files, Failure> {
    let cache = arguments.cache.clone().unwrap_or_else(Files::usual_cache);
    let locations = Environment::of_process().payloads.unwrap_or_default();
    Files::new(cache, locations, server.settings().clone()).map_err(failed)
}

/// Sends a testing store to a tag of a server.
pub(super) fn upload(arguments: &UploadArguments, answer: &Answer) -> Result<Exit, Failure> {
    let UploadArguments {
        tag, from, dry_run, ..
    } = arguments;
    let nothing = |error| refused_with_faults(error, "nothing is uploaded", answer);
    let allowed = arguments.allowed.allowed();
    let mut reviewed = review(from, &look_inside).map_err(|error| nothing(error.into()))?;
    // What is missing here may be in the tag.
    reviewed.faults.retain(|fault| fault.kind != FaultKind::Gap);
    let mut warnings = allowed.judge(reviewed.faults);
    if any_error(&warnings) {
        return Err(nothing(TagError::Faults(warnings)));
    }
    let server = writing(&arguments.writing, answer)?;
    let transfer = server
        .whole_tag(tag)
        .map_err(|error| failed_on(&server, error))?;
    let lines = upload_lines(from, &reviewed.lines);
    let missed = server.would_upload(&lines, tag).map_err(failed)?;
    if transfer.tag.state != TagState::Open && !missed.iovs.is_empty() {
        let text = format!(
            "{tag} on {} is {} and takes no payloads",
            server.url(),
            transfer.tag.state
        );
        let hint = "upload to an OPEN tag; b2caf db tag create NAME --server URL makes one";
        return Err(Failure::new(Exit::Usage, "tag::closed", text).hint(hint));
    }
    let beside = faults_with(&transfer.entries(), &reviewed.lines, allowed);
    warnings.extend(beside);
    if any_error(&warnings) {
        return Err(nothing(TagError::Faults(warnings)));
    }
    if !answer.json {
        for fault in &warnings {
            answer.warn(&fault.to_string());
        }
    }
    if *dry_run {
        would(
            &server,
            arguments,
            (&missed, reviewed.read),
            &warnings,
            answer,
        );
        return Ok(Exit::Done);
    }
    let on_failure = if arguments.roll_back {
        OnFailure::RollBack
    } else {
        OnFailure::GoOn
    };
    let report = server.upload(&lines, tag, on_failure).map_err(failed)?;
    done(
        &server,
        arguments,
        (&report, reviewed.read),
        &warnings,
        answer,
    )
}

fn upload_lines(from: &Path, lines: &[StoreLine]) -> Vec<UploadLine> {
    let text_file = text_file(from);
    let line = |line: &StoreLine| UploadLine {
        place: format!("{}, line {}", text_file.display(), line.line),
        name: line.name.clone(),
        iov: line.iov,
        file: line.file.clone(),
    };
    lines.iter().map(line).collect()
}

/// Shows what would be sent.
fn would(
    server: &Server,
    arguments: &UploadArguments,
    (missed, read): (&Missed, usize),
    warnings: &[Fault],
    answer: &Answer,
) {
    answer.show(
        || {
            let payloads = missed.payloads.iter();
            let payloads = payloads.map(|(name, md5)| json!({ "name": name, "checksum": md5 }));
            let iovs = missed.iovs.iter();
            let iovs = iovs.map(|(name, iov)| json!({ "name": name, "iov": iov }));
            json!({
                "tag": arguments.tag,
                "server": server.url(),
                "dry_run": true,
                "lines": read,
                "new_payloads": payloads.collect::<Value>(),
                "new_intervals": iovs.collect::<Value>(),
                "warnings": warnings.iter().map(faults::document).collect::<Vec<_>>(),
            })
        },
        || {
            let mut table = Table::new(&["name", "valid", "payload"]);
            for (name, iov) in &missed.iovs {
                let new = missed.payloads.iter().any(|(other, _)| other == name);
                let word = if new { "new" } else { "known" };
                table.row(vec![name.clone(), iov.to_string(), word.into()]);
            }
            table
        },
    );
    answer.say(&format!(
        "{}: {} and {} would be new, {} read",
        arguments.tag,
        several(missed.payloads.len(), "payload"),
        several(missed.iovs.len(), "interval"),
        several(read, "line")
    ));
}

/// Shows what was sent, and fails if that was not everything.
fn done(
    server: &Server,
    arguments: &UploadArguments,
    (report, read): (&Report, usize),
    warnings: &[Fault],
    answer: &Answer,
) -> Result<Exit, Failure> {
    answer.show(
        || {
            let mut document = told(report);
            document["tag"] = json!(arguments.tag);
            document["server"] = json!(server.url());
            document["dry_run"] = false.into();
            document["lines"] = json!(read);
            document["warnings"] = warnings.iter().map(faults::document).collect();
            document
        },
        || table(report),
    );
    answer.say(&format!(
        "{}: {} and {} new, {} read",
        arguments.tag,
        several(report.payloads_sent.len(), "payload"),
        several(report.iovs_created.len(), "interval"),
        several(read, "line")
    ));
    if report.is_complete() {
        return Ok(Exit::Done);
    }
    Err(incomplete(report))
}

fn table(report: &Report) -> Table {
    let mut table = Table::new(&["", "name", ">revision", "valid"]);
    for made in &report.iovs_created {
        let cells = [
            "+",
            &made.name,
            &made.revision.to_string(),
            &made.iov.to_string(),
        ];
        table.marked(Some(Accent::Done), cells.map(str::to_owned).to_vec());
    }
    for failed in &report.failed_iovs {
        let iov = failed.iov.map(|iov| iov.to_string()).unwrap_or_default();
        let cells = ["failed", &failed.name, "", &iov];
        table.marked(Some(Accent::Failed), cells.map(str::to_owned).to_vec());
    }
    table
}

fn told(report: &Report) -> Value {
    let failed = |failed: &Failed| {
        let reason = failed.error.as_ref().map(ToString::to_string);
        json!({ "name": failed.name, "iov": failed.iov, "reason": reason })
    };
    let sent = report.payloads_sent.iter();
    let sent = sent.map(|payload| {
        json!({ "name": payload.name, "revision": payload.revision, "checksum": payload.checksum })
    });
    let created = report.iovs_created.iter();
    let created = created.map(|made| {
        json!({ "name": made.name, "revision": made.revision, "iov": made.iov, "id": made.id })
    });
    json!({
        "complete": report.is_complete(),
        "new_payloads": sent.collect::<Value>(),
        "known_payloads": report.payloads_present,
        "new_intervals": created.collect::<Value>(),
        "known_intervals": report.iovs_present,
        "failed_payloads": report.failed_payloads.iter().map(failed).collect::<Value>(),
        "failed_intervals": report.failed_iovs.iter().map(failed).collect::<Value>(),
        "rolled_back": report.rolled_back,
        "roll_back_errors": report.roll_back_errors.iter().map(ToString::to_string).collect::<Value>(),
    })
}

/// The failure for an upload of which something is missing: why, and how to go on.
fn incomplete(report: &Report) -> Failure {
    let all = report.failed_payloads.iter().chain(&report.failed_iovs);
    let reasons = all.filter_map(|failed| failed.error.as_ref());
    let mut reasons: Vec<String> = reasons.map(ToString::to_string).collect();
    reasons.extend(report.roll_back_errors.iter().map(ToString::to_string));
    reasons.dedup();
    let mut text = format!(
        "{} and {} are not on the server",
        several(report.failed_payloads.len(), "payload"),
        several(report.failed_iovs.len(), "interval"),
    );
    for reason in reasons.iter().take(REASONS) {
        text += &format!("\n  {reason}");
    }
    if reasons.len() > REASONS {
        text += &format!("\n  and {} more reasons", reasons.len() - REASONS);
    }
    let failure = Failure::new(Exit::REFUSED, "server::upload-broke-off", text);
    match (report.rolled_back, report.roll_back_errors.is_empty()) {
        (0, true) => failure.hint("the same command again sends what is missing"),
        (count, true) => failure.hint(format!(
            "{} of this upload were taken back, so that the tag is as before",
            several(count, "interval")
        )),
        (_, false) => failure.hint("not all could be taken back: look at the tag before going on"),
    }
}
