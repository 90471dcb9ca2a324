//! Plans over data that need no files.

mod folders;
mod graph;
mod machine;
mod state;
mod toy;
