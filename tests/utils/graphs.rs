//! What must come before what, and the order of calibrations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use b2caf::expr::Place;
use b2caf::plan::{Calibration, Error, Graph, order};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::golden::{Tally, cases};

/// Each node with those that come after it, as a case has it.
type Arrows = Vec<(String, Vec<String>)>;

/// Everything that arrows lead to, worked out by repeating until nothing is new.
fn reachable(arrows: &Arrows, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let known = found.len();
        for (node, after) in arrows {
            if node == from || found.contains(node) {
                found.extend(after.iter().cloned());
            }
        }
        if found.len() == known {
            return found;
        }
    }
}

fn sorted(nodes: Vec<&String>) -> Vec<&String> {
    let mut nodes = nodes;
    nodes.sort();
    nodes
}

/// Each node of `order` with its list.
fn table<'a>(order: &[&'a String], list: impl Fn(&'a String) -> Vec<&'a String>) -> Value {
    let rows = order.iter().map(|node| json!([node, list(node)]));
    json!(rows.collect::<Vec<Value>>())
}

/// Rows by their first entry.
fn by_node(rows: &Value) -> BTreeMap<String, Value> {
    let rows = rows.as_array().unwrap().iter();
    let pair = |row: &Value| (row[0].as_str().unwrap().to_owned(), row[1].clone());
    rows.map(pair).collect()
}

#[test]
fn graphs() {
    let mut tally = Tally::of("graphs");
    for case in cases("utils.json", "graphs") {
        tally.count(graph(&case));
    }
}

fn graph(case: &Value) -> &'static str {
    let arrows: Arrows = serde_json::from_value(case["in"]["graph"].clone()).unwrap();
    let mut graph = Graph::new(arrows.iter().map(|(node, _)| node.clone()));
    let linked: Vec<bool> = arrows
        .iter()
        .flat_map(|(node, after)| after.iter().map(move |after| (node, after)))
        .map(|(node, after)| graph.link(node, after))
        .collect();
    let nodes: Vec<&String> = arrows.iter().map(|(node, _)| node).collect();
    let out = |name: &str| &case[name]["out"];
    if linked.contains(&false) {
        let unknown = |node| !nodes.contains(&node);
        assert!(
            arrows.iter().any(|(_, after)| after.iter().any(unknown)),
            "{case}"
        );
        assert_eq!(case["topological_sort"]["error"], "KeyError", "{case}");
        return "agrees: an unknown node is told";
    }
    // Upstream puts them into a queue from its other end.
    let sources: Vec<&String> = graph.sources().into_iter().rev().collect();
    assert_eq!(json!(sources), *out("find_sources"), "{case}");
    let past = by_node(out("past_from_future_dependencies"));
    let single = once(&arrows);
    let doubled = arrows
        .iter()
        .any(|(node, after)| single[node].len() < after.len());
    for node in &nodes {
        let row = past.get(*node).cloned().unwrap_or(json!([]));
        let expected: Vec<String> = serde_json::from_value(row).unwrap();
        let mut once = Vec::new();
        for node in &expected {
            if !once.contains(&node) {
                once.push(node);
            }
        }
        assert_eq!(graph.before(node), once, "{case}");
        let before = graph.all_before(node).into_iter().cloned().collect();
        let leads_here = |from: &&&String| reachable(&arrows, from).contains(*node);
        let expected: BTreeSet<String> = nodes
            .iter()
            .filter(leads_here)
            .map(|n| (*n).clone())
            .collect();
        assert_eq!(expected, before, "{case}");
    }
    match graph.order() {
        Ok(found) => {
            let all = |node| sorted(graph.all_after(node));
            assert_eq!(table(&nodes, all), *out("all_dependencies"), "{case}");
            if found.is_empty() {
                assert_eq!(*out("topological_sort"), json!([]), "{case}");
                return "agrees: an empty order of an empty graph";
            }
            if doubled {
                let names: Vec<String> = nodes.iter().map(|node| (*node).clone()).collect();
                assert_eq!(json!(found), json!(first_come(&names, &single)), "{case}");
                return "an arrow drawn twice is one, where it was first (upstream: two)";
            }
            assert_eq!(json!(found), *out("topological_sort"), "{case}");
            assert_eq!(
                table(&found, all),
                *out("all_dependencies_in_order"),
                "{case}"
            );
            "agrees"
        }
        Err(cycles) => {
            assert_eq!(*out("topological_sort"), json!([]), "{case}");
            assert_eq!(
                case["all_dependencies"]["error"], "RecursionError",
                "{case}"
            );
            for cycle in &cycles {
                assert_eq!(cycle.first(), cycle.last(), "{case}");
                for pair in cycle.windows(2) {
                    let leads = |(node, after): &(String, Vec<String>)| {
                        node == pair[0] && after.contains(pair[1])
                    };
                    assert!(arrows.iter().any(leads), "{case}");
                }
            }
            for node in &nodes {
                let after: BTreeSet<String> = graph.all_after(node).into_iter().cloned().collect();
                assert_eq!(after, reachable(&arrows, node), "{case}");
            }
            "a cycle is an error that draws it (upstream: an empty order, endless recursion)"
        }
    }
}

/// The arrows with each of them once.
fn once(arrows: &Arrows) -> Table {
    let mut table = Table::new();
    for (node, after) in arrows {
        let own = table.entry(node.clone()).or_default();
        for next in after {
            if !own.contains(next) {
                own.push(next.clone());
            }
        }
    }
    table
}

fn calibration(name: &str, depends_on: Vec<String>) -> Calibration {
    Calibration {
        name: name.into(),
        collections: IndexMap::new(),
        algorithms: Vec::new(),
        depends_on,
        ignored_runs: Vec::new(),
        max_iterations: 1,
        save_payloads: true,
        granularity: None,
        place: Place::default(),
    }
}

/// Calibrations with those that wait for them.
type Table = BTreeMap<String, Vec<String>>;

/// The sort of upstream: first come, first served, where what becomes free is taken in the order of `after`.
fn first_come(names: &[String], after: &Table) -> Vec<String> {
    let waits = |name: &String| {
        after
            .values()
            .flatten()
            .filter(|other| *other == name)
            .count()
    };
    let mut open: BTreeMap<&String, usize> = names.iter().map(|name| (name, waits(name))).collect();
    let mut queue: VecDeque<&String> = names.iter().filter(|name| open[name] == 0).collect();
    let mut order = Vec::new();
    while let Some(name) = queue.pop_front() {
        order.push(name.clone());
        for next in &after[name] {
            *open.get_mut(next).unwrap() -= 1;
            if open[next] == 0 {
                queue.push_back(next);
            }
        }
    }
    order
}

/// Whether some calibration waits for itself in the end.
fn has_cycle(names: &[String], depends_on: &[(String, String)]) -> bool {
    let before = |name: &String| {
        let own = depends_on.iter().filter(|(who, _)| who == name);
        (name.clone(), own.map(|(_, on)| on.clone()).collect())
    };
    let arrows: Arrows = names.iter().map(before).collect();
    names
        .iter()
        .any(|name| reachable(&arrows, name).contains(name))
}

#[test]
fn caf_order() {
    let mut tally = Tally::of("caf_order");
    for case in cases("utils.json", "caf_order") {
        tally.count(ordered(&case));
    }
}

fn ordered(case: &Value) -> &'static str {
    let names: Vec<String> = serde_json::from_value(case["in"]["calibrations"].clone()).unwrap();
    let depends_on: Vec<(String, String)> =
        serde_json::from_value(case["in"]["depends_on"].clone()).unwrap();
    let of = |name: &String| -> Vec<String> {
        let own = depends_on.iter().filter(|(who, _)| who == name);
        own.map(|(_, on)| on.clone()).collect()
    };
    let plan: Vec<Calibration> = names
        .iter()
        .map(|name| calibration(name, of(name)))
        .collect();
    let ours = order(&plan);

    let codes = |error: &Error| -> Vec<&str> { error.problems().iter().map(|p| p.code).collect() };
    if names.iter().flat_map(of).any(|on| !names.contains(&on)) {
        assert!(
            codes(&ours.unwrap_err()).contains(&"plan::unknown-dependency"),
            "{case}"
        );
        return "waiting for a calibration that is not there is refused (upstream: dropped, and what it waits for)";
    }
    if has_cycle(&names, &depends_on) {
        assert_eq!(codes(&ours.unwrap_err())[0], "plan::cycle", "{case}");
        if case["out"]["ok"] == false {
            return "agrees: a cycle";
        }
        if depends_on.iter().any(|(who, on)| who == on) {
            return "waiting for itself is refused (upstream: a warning)";
        }
        let both_ways =
            |(who, on): &(String, String)| depends_on.contains(&(on.clone(), who.clone()));
        assert!(depends_on.iter().any(both_ways), "{case}");
        return "two that wait for each other are refused (upstream: neither ever starts)";
    }
    in_order(case, &names, &depends_on, &ours.unwrap())
}

/// Compares an order and what waits for what.
fn in_order(
    case: &Value,
    names: &[String],
    depends_on: &[(String, String)],
    ours: &b2caf::plan::Order,
) -> &'static str {
    let name = |position: &usize| names[*position].clone();
    let found: Vec<String> = ours.sequence.iter().map(name).collect();
    let arrows: Arrows = names
        .iter()
        .map(|name| {
            let own = depends_on.iter().filter(|(who, _)| who == name);
            (name.clone(), own.map(|(_, on)| on.clone()).collect())
        })
        .collect();
    for (position, waits) in ours.waits_for.iter().enumerate() {
        let expected = reachable(&arrows, &names[position]);
        let expected: Vec<&String> = found
            .iter()
            .filter(|name| expected.contains(*name))
            .collect();
        let waits: Vec<String> = waits.iter().map(name).collect();
        assert_eq!(json!(waits), json!(expected), "{case}");
        let theirs = &case["out"]["dependencies"][&names[position]];
        let as_set =
            |value: &Value| -> BTreeSet<String> { serde_json::from_value(value.clone()).unwrap() };
        assert_eq!(as_set(theirs), as_set(&json!(waits)), "{case}");
    }
    // Who waits for whom, as it was called, and as the calibrations are listed.
    let called: Table = names
        .iter()
        .map(|name| {
            let after = depends_on
                .iter()
                .filter(|(who, on)| on == name && names.contains(who));
            (name.clone(), after.map(|(who, _)| who.clone()).collect())
        })
        .collect();
    let listed: Table = names
        .iter()
        .map(|name| {
            let after = names.iter().filter(|other| called[name].contains(other));
            (name.clone(), after.cloned().collect())
        })
        .collect();
    assert_eq!(found, first_come(names, &listed), "{case}");
    assert_eq!(
        json!(first_come(names, &called)),
        case["out"]["order"],
        "{case}"
    );
    if json!(found) == case["out"]["order"] {
        return "agrees";
    }
    assert_ne!(called, listed, "{case}");
    "what becomes free together runs in the order of the list (upstream: in that of the depends_on calls)"
}
