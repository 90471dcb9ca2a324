//! The client of the central conditions server.
//!
//! Takes addresses and a [`Token`], gives tags and payloads that are read, payload files that have been compared
//! with their MD5, and stores that were uploaded. It knows no physics, and prints nothing.
//!
//! A server is a [`Server`]: reading needs no token and sends none. Which payload is valid for a run says a
//! [`Lookup`], from a list of tags and of [`Provider`]s; its file is found or downloaded by [`Files`].
//! A whole tag is a [`Transfer`], into a testing store or a store of tags. [`Server::upload`] sends the lines of a
//! store; it can be repeated until the tag has them all, or take back what it has created. What failed in a way that may pass is tried again after a wait ([`Settings`],
//! [`Waiting`]); a request that changes something is repeated only after the server was asked whether the first
//! one was done without an answer.
//!
//! # Behaviour of upstream that is checked
//!
//! | behaviour | test |
//! |---|---|
//! | 26: of several payloads of a name in a tag the highest revision counts | `the_highest_revision_in_a_tag_wins` |
//! | 27: tags in their order; what is missing names all tags | `the_first_tag_wins_and_missing_names_are_told_once_with_all_tags` |
//! | 28: tags in state `OPEN` are not usable, and in state `INVALID` never | `open_and_invalid_tags_make_a_provider_unusable` |
//! | 29: an unknown tag means the next provider; none left is an error | `a_tag_that_one_provider_does_not_know_is_asked_from_the_next` |
//! | 30: an empty answer is no failure, a malformed one is | `an_empty_answer_is_missing_and_a_malformed_one_falls_back` |
//! | 31: status 503 is tried again, 404 is not | `a_busy_server_is_asked_again_and_an_unknown_address_is_not` |
//! | 32: a wrong file is downloaded once more, to a private place | `a_wrong_checksum_is_tried_once_more_in_a_private_file` |
//! | 33: files are in `24/X_r1.root` | `the_cache_has_the_hashed_layout_and_is_used_again` |
//! | 40: of lines with equal name and interval the last counts | `of_equal_lines_the_last_counts` |
//! | 41: a second upload of the same creates nothing | `a_store_is_uploaded_and_a_second_time_nothing_happens` |
//! | 42: payloads go as `multipart/mixed`, tokens as `X-Authorization` | `a_payload_goes_as_multipart_mixed_with_the_file_and_json` |
//!
//! # What differs from upstream
//!
//! | upstream | here; test |
//! |---|---|
//! | certificates are not verified | always; others can be trusted by `SSL_CERT_FILE`; `an_unknown_certificate_is_refused_at_once_and_a_known_one_is_taken` |
//! | every status from 300 on is tried again, but not 404 | from 500 on; `a_busy_server_is_asked_again_and_an_unknown_address_is_not` |
//! | connections that fail are not tried again | they are; `broken_connections_are_tried_again` |
//! | the token is read once | whenever it is used; `a_token_that_is_renewed_in_its_file_is_read_again` |
//! | the server's text replaces what was attempted | both are told; `what_the_server_says_is_told_beside_what_was_attempted` |
//! | `INVALID` can be made usable | never; `open_and_invalid_tags_make_a_provider_unusable` |
//! | a shorter file leaves old bytes in the cache | files are renamed into place; `a_damaged_cache_file_is_replaced_as_a_whole` |
//! | anybody may write to the cache's folders | rights as of any file of the user; MD5 at each use; same test |
//! | the token goes where a redirection or plain `http` leads | it does not; `writing_needs_a_token_and_never_follows_a_redirection` |
//! | a lost answer while uploading leaves a failure or a second copy | it is looked for; `lost_answers_create_nothing_twice` |
//! | nothing takes back half an upload | [`OnFailure::RollBack`]; `a_roll_back_leaves_the_tag_as_it_was` |
//! | empty intervals are uploaded | refused before anything is sent; `faulty_lines_are_refused_before_anything_is_sent` |
//! | address joining depends on a final slash | it does not; `parts_are_joined_by_one_slash_and_encoded` |
//! | a name from the server can lead out of the cache | it cannot; `names_from_the_server_do_not_leave_the_cache` |
//!
//! The token is in no message and no log: `the_token_is_in_no_message_and_no_log`. One place remains for programs
//! that use the crate: `ureq_proto` hands the raw bytes of requests to the `log` crate at level trace; b2caf itself
//! listens to no such records. A token is used as it is; renewing one by name and password is left to upstream's
//! tools.

mod address;
mod base;
mod download;
mod environment;
mod error;
mod failure;
mod files;
mod http;
mod lookup;
mod many;
mod multipart;
mod names;
mod reading;
mod said;
mod settings;
mod token;
mod transfer;
mod upload;
mod waiting;
mod wire;
mod writing;

#[cfg(test)]
mod tests;

pub use base::Server;
pub use environment::Environment;
pub use error::Error;
pub use files::Files;
pub use lookup::{Found, Lookup, Provider};
pub use said::Said;
pub use settings::{Settings, USABLE_STATES};
pub use token::Token;
pub use transfer::{Transfer, TransferError};
pub use upload::{Created, Failed, Missed, OnFailure, Report, UploadLine};
pub use waiting::{Sleeping, Waiting};
pub use wire::{Entry, IovInfo, PayloadInfo, Tag};
pub use writing::Operation;
