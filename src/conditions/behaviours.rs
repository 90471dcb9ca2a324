//! What upstream's conditions database does, point by point, and what happens here.
//!
//! Numbers are those of a list of 50 behaviours; `tests/behaviours.rs` checks that each stands here once and
//! that the tests are there. *Same* means that the test fails when it is no longer so; what differs on purpose
//! is said.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 1 an interval is empty only if both ends are open | same in `iov::upstream`; an `IoV` is never empty | `core_intervals_are_empty_with_both_ends_open` |
//! | 2 which events lie in which intervals | same | `core_intervals_hold_events` |
//! | 3 which intervals contain others, number by number | same in `iov::upstream`; an `IoV` compares runs | `core_intervals_contain_by_numbers` |
//! | 4 which intervals overlap | same | `core_intervals_overlap` |
//! | 5 ends in the wrong order are swapped with a message | only `Interval::repaired` swaps; else refused | `core_intervals_in_the_wrong_order` |
//! | 6 trimming the older of two intervals | same in `iov::upstream` | `core_intervals_are_trimmed` |
//! | 7 trimming the younger of two intervals | same in `iov::upstream` | `core_intervals_are_trimmed` |
//! | 8 four numbers and commas are read, blanks are not | same | `core_intervals_are_read` |
//! | 9 client intervals that are errors | same | `what_is_no_interval_is_refused` |
//! | 10 unions of neighbours, also with a first run 1 | same | `unions_need_neighbours` |
//! | 11 differences of intervals | same, as sets | `differences_have_ends_that_upstream_has` |
//! | 12 a set takes overlaps only if told so | same | `a_set_takes_no_run_twice` |
//! | 13 gaps of a set reach across experiments | same, as `IovSet::holes` | `holes_reach_across_experiments` |
//! | 14 a set has as few members as possible | same | `single_runs_collapse_when_all_are_there` |
//! | 15 the same object stored twice is one file and two lines | same | `equal_content_shares_a_file_and_the_last_line_counts` |
//! | 16 storing with an empty interval returns false | an error, and nothing is written | `constants_that_are_no_numbers_are_refused` |
//! | 17 a revision is six digits of the checksum, more for others | same | `names_grow_when_checksums_collide` |
//! | 18 of several lines the later one is used | same | `equal_content_shares_a_file_and_the_last_line_counts` |
//! | 19 a testing payload has revision 0 and a tag `temp://` | same in what `precedence` says | `the_winner_is_explained` |
//! | 20 testing payloads come before tags, first file first | same | `the_winner_is_explained` |
//! | 21 an absent payload file does harm when it is selected | same; `db check` finds it before | `the_winner_is_explained` |
//! | 22 comments and any word before the slash are ignored | same | `text_files_are_read_with_tolerance` |
//! | 23 one bad line rejects the whole file of an upload | same, and all bad lines are told | `every_seeded_fault_is_found` |
//! | 24 the object of an event-dependent payload by event | same, and numbers that do not rise are refused | `objects_take_turns_by_event` |
//! | 25 unchanged content at a new run notifies nobody | runs with the same payload share its values | `the_first_store_with_a_payload_for_the_run_counts_and_is_read_once` |
//! | 26 the highest revision of a tag and run is used | same | `runs_are_matched_as_upstream_does` |
//! | 27 tags in their order; what is missing names all tags | same | `tags_are_asked_in_their_order` |
//! | 28 open and invalid tags are refused, invalid ones always | same | `tags_are_asked_in_their_order` |
//! | 29 an unknown tag makes the next provider be tried | same among servers; of a local store it is an error | `a_tag_that_one_provider_does_not_know_is_asked_from_the_next` |
//! | 30 an empty answer of a server is no failure, a broken one is | same | `an_empty_answer_is_missing_and_a_malformed_one_falls_back` |
//! | 31 which answers of a server make it be asked again | from status 500 on, and failed connections too | `a_busy_server_is_asked_again_and_an_unknown_address_is_not` |
//! | 32 a wrong checksum after a download is tried once more | same | `a_wrong_checksum_is_tried_once_more_in_a_private_file` |
//! | 33 payload files lie in folders of two digits | same | `of_equal_lines_the_last_counts_and_a_second_upload_does_nothing` |
//! | 34 names of tags are trimmed, each is taken once | same; there is no override, the list is the list | `tags_are_asked_in_their_order` |
//! | 35 input files with different tags are refused | tags that input files name are not used; the command line names them | `run/lookup_in_tag` |
//! | 36 the configuration cannot change while it is in use | what tags hold is read once, when they are opened | `looking_is_of_one_moment` |
//! | 37 which runs a row of the metadata matches | same, against upstream's selection | `runs_are_matched_as_upstream_does` |
//! | 38 a file with another application id is refused | same | `a_file_of_something_else_is_refused` |
//! | 39 adding a tag again replaces it and keeps others | same | `adding_a_tag_again_replaces_it_and_keeps_others` |
//! | 40 of lines with equal name and interval the last counts | same | `of_equal_lines_the_last_counts_and_a_second_upload_does_nothing` |
//! | 41 a second upload of the same creates nothing | same | `of_equal_lines_the_last_counts_and_a_second_upload_does_nothing`, `db/upload_again` |
//! | 42 how payloads are sent to the server | same | `a_payload_goes_as_multipart_mixed_with_the_file_and_json` |
//! | 43 an empty tag is a line of titles; how rows are sorted | same | `db/iov_empty`, `db/iov_show` |
//! | 44 a tag does not differ from itself | same | `a_tag_does_not_differ_from_itself`, `db/diff_itself`, `db/diff_full` |
//! | 45 the worked example of a running update | same | `the_worked_example_has_its_seven_operations`, `db/update` |
//! | 46 a closed interval may end one run before an update | same | `a_running_tag_must_leave_the_first_run_free` |
//! | 47 what is for all runs begins with the update | same | `what_begins_at_the_beginning_begins_with_the_update` |
//! | 48 the worked example of merging, with a range too | same; the tag must be open and empty | `the_merge_example_has_its_six_rows`, `db/merge`, `db/merge_range` |
//! | 49 publishing asks for the name, another answer changes nothing | same | `states_that_are_for_good_ask_for_the_name` |
//! | 50 intervals in words | same | `intervals_have_words` |
