//! The report of a run as one page that needs nothing else.

mod channel_plot;
mod coverage;
mod cuts;
mod facts;
mod fit_batch;
mod fit_plot;
mod fit_rows;
mod fits;
mod frame;
mod graph;
mod heat;
mod input;
mod maps;
mod markup;
mod material;
mod overview;
mod page;
mod passes;
mod payloads;
mod run_axis;
mod script;
mod spread;
mod trend;
mod wall;

pub use page::report;
