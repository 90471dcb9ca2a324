//! Plans over data that need no files.

mod folders;
mod graph;
mod state;
mod toy;
