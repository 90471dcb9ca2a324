//! From the words of `b2caf db` to what does the work.

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::args::{DbAction, DbArguments};
use super::{check, diff, dump, find, iov, server_transfer, tag, upload};

/// Runs the command; `talk` is stderr, `out` stdout.
pub(in super::super) fn db(
    arguments: &DbArguments,
    talk: Terminal,
    out: Terminal,
) -> Result<Exit, Failure> {
    let store = &arguments.store;
    let answer = Answer {
        json: arguments.json,
        talk,
        out,
    };
    match &arguments.action {
        DbAction::Tag(tag) => tag::tag(store, &tag.action, &answer),
        DbAction::Iov(iov) => iov::iov(store, &iov.action, &answer),
        DbAction::Upload(on) if on.writing.server.is_asked() => {
            server_transfer::upload(on, &answer)
        }
        DbAction::Download(on) if on.server.is_asked() => {
            server_transfer::download(store, on, &answer)
        }
        DbAction::Upload(upload) => upload::upload(store, upload, &answer),
        DbAction::Download(download) => upload::download(store, download, &answer),
        DbAction::Check(check) => check::check(store, check, &answer),
        DbAction::Find(find) => find::find(store, find, &answer),
        DbAction::Dump(dump) => dump::dump(store, dump, &answer),
        DbAction::Diff(diff) => diff::diff(store, diff, &answer),
    }
}
