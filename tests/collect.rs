//! Events collected from ROOT files, against what uproot and numpy count in the same files.

#[macro_use]
mod support;

#[cfg(test)]
mod collect {
    pub(crate) mod build;
    mod columns;
    mod gates;
    mod lookups;
    mod native;
    mod numbers;
    mod paths;
    mod plain;
    mod programs;
    mod real;
    mod same;
}
