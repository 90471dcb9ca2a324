//! Every statement that is sent to the database, but for those that make it.

/// Rows in the order in which they were inserted.
pub(super) const ROWS: &str = "
select c.name, c.state, c.checkpoint, c.iteration, d.state, d.message, d.error, d.started, d.since
from calibrations c left join details d on d.name = c.name order by c.rowid";

pub(super) const NAMES: &str = "select name from calibrations order by rowid";

pub(super) const INSERT: &str = "insert or ignore into calibrations values (?1, 'init', 'init', 0)";

/// A run goes on from the checkpoint of a row.
pub(super) const BACK_TO_CHECKPOINT: &str = "
update calibrations set state = checkpoint where name = ?1";

pub(super) const DETAILS_OF_CHECKPOINT: &str = "
insert into details select name, state, '', null, null, ?2 from calibrations where name = ?1
on conflict (name) do update
set state = excluded.state, message = '', started = null, since = excluded.since,
    error = case when excluded.state = 'completed' then null else error end";

pub(super) const ENTER: &str = "update calibrations set state = ?2, iteration = ?3 where name = ?1";

pub(super) const ENTER_CHECKPOINT: &str =
    "update calibrations set state = ?2, checkpoint = ?2, iteration = ?3 where name = ?1";

/// Parameters: name, state, message, error to keep, whether errors are forgotten, time.
pub(super) const ENTER_DETAILS: &str = "
insert into details values (?1, ?2, ?3, ?4, ?6, ?6)
on conflict (name) do update
set state = ?2, message = ?3, started = coalesce(started, ?6), since = ?6,
    error = case when ?5 then null else coalesce(?4, error) end";

pub(super) const GET: &str = "select value from run where key = ?1";

pub(super) const SET: &str =
    "insert into run values (?1, ?2) on conflict (key) do update set value = ?2";
