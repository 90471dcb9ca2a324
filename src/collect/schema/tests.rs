use super::*;
use crate::expr::{Path, Type};

fn field(path: &str, kind: Type, shape: Shape) -> Field {
    Field {
        names: path.split('.').map(str::to_owned).collect(),
        kind,
        shape,
    }
}

fn many(counter: &str) -> Shape {
    Shape::Jagged {
        counter: counter.into(),
        width: 1,
    }
}

/// The shape of a basf2 file.
fn objects() -> Names {
    let clusters = |name: &str, kind| field(&format!("Clusters.{name}"), kind, many("Clusters"));
    Names {
        fields: vec![
            clusters("m_time", Type::Float),
            clusters("m_cell", Type::Int),
            field(
                "Clusters.m_pos",
                Type::Float,
                Shape::Jagged {
                    counter: "Clusters".into(),
                    width: 3,
                },
            ),
            field(
                "Relation.m_elements.m_from",
                Type::Int,
                many("Relation/m_elements"),
            ),
            field("Relation.m_toName", Type::Text, Shape::Scalar),
            field("EventMetaData.m_experiment", Type::Int, Shape::Scalar),
            field("EventMetaData.m_run", Type::Int, Shape::Scalar),
            field("EventMetaData.m_event", Type::Int, Shape::Scalar),
            field("EventMetaData.m_time", Type::Int, Shape::Scalar),
            field("T0.m_time", Type::Float, Shape::Scalar),
            field("Info.m_counts", Type::Int, Shape::Fixed(8)),
        ],
    }
}

/// The shape of a plain ntuple.
fn ntuple() -> Names {
    Names {
        fields: vec![
            field("nhit", Type::Int, Shape::Scalar),
            field("hit_t", Type::Float, many("nhit")),
            field("hit_q", Type::Float, many("nhit")),
            field("weight", Type::Float, many("nhit")),
            field("x_a", Type::Float, many("nx")),
            field("x_b", Type::Float, many("ny")),
            field("run", Type::Int, Shape::Scalar),
            field("t", Type::Float, Shape::Scalar),
        ],
    }
}

fn path(text: &str) -> Path {
    Path(text.split('.').map(str::to_owned).collect())
}

fn of(schema: &Names, array: Option<&str>, text: &str) -> Result<String, String> {
    let array = array.map(|name| schema.array(name).unwrap());
    schema
        .column(array.as_ref(), &path(text))
        .map(|source| {
            let level = if source.of_event() {
                "event"
            } else {
                "element"
            };
            format!("{level} {}", schema.fields[source.field()].path())
        })
        .map_err(|unknown| format!("{}; {}", unknown.message, unknown.hint.unwrap_or_default()))
}

#[test]
fn an_event_has_members_of_objects_by_whole_or_unique_name() {
    let schema = objects();
    let event = |text| of(&schema, None, text);
    assert_eq!(
        event("EventMetaData.m_run").unwrap(),
        "event EventMetaData.m_run"
    );
    assert_eq!(event("m_run").unwrap(), "event EventMetaData.m_run");
    assert_eq!(event("event.m_run").unwrap(), "event EventMetaData.m_run");
    assert_eq!(
        event("m_time").unwrap_err(),
        "`m_time` may be EventMetaData.m_time, T0.m_time; write the whole name"
    );
}

#[test]
fn an_element_has_its_members_first_and_the_event_behind_them() {
    let schema = objects();
    let element = |text| of(&schema, Some("Clusters"), text);
    assert_eq!(element("m_time").unwrap(), "element Clusters.m_time");
    assert_eq!(element("event.T0.m_time").unwrap(), "event T0.m_time");
    assert_eq!(element("T0.m_time").unwrap(), "event T0.m_time");
    assert_eq!(element("m_run").unwrap(), "event EventMetaData.m_run");
    let inner = |text| of(&schema, Some("Relation.m_elements"), text);
    assert_eq!(
        inner("m_from").unwrap(),
        "element Relation.m_elements.m_from"
    );
}

#[test]
fn unknown_names_say_what_there_is() {
    let schema = objects();
    assert_eq!(
        of(&schema, Some("Clusters"), "m_tine").unwrap_err(),
        "there is no column `m_tine`, neither in `Clusters` nor in the event; \
         did you mean `m_time`? `Clusters` has m_time, m_cell, m_pos"
    );
    assert_eq!(
        of(&schema, None, "EventMetaData.m_rum").unwrap_err(),
        "there is no column `EventMetaData.m_rum` in the event; did you mean \
         `EventMetaData.m_run`? the event has Relation.m_toName, EventMetaData.m_experiment, \
         EventMetaData.m_run, EventMetaData.m_event, EventMetaData.m_time, T0.m_time, Info.m_counts"
    );
    let wrong = schema.array("Cluster").unwrap_err();
    assert_eq!(wrong.message, "there is no array `Cluster` in the tree");
    assert_eq!(wrong.hint.as_deref(), Some("did you mean `Clusters`?"));
    let wrong = schema.array("T0.m_time").unwrap_err();
    assert_eq!(
        wrong.message,
        "`T0.m_time` is a number, not an array of elements"
    );
}

#[test]
fn values_that_are_many_are_not_one() {
    let schema = objects();
    assert_eq!(
        of(&schema, None, "Clusters.m_time").unwrap_err(),
        "`Clusters.m_time` is a number per element, not one value; take the rows from \
         each(\"Clusters\"), or one value of all: `e.Clusters.sum(|x| x.m_time)`"
    );
    assert_eq!(
        of(&schema, None, "Info.m_counts").unwrap_err(),
        "`Info.m_counts` is an array of 8 (a whole number each), not one value; choose one: \
         `Info.m_counts[0]` to `Info.m_counts[7]`"
    );
    let item = |array: Option<&str>, text, n| {
        let array = array.map(|name| schema.array(name).unwrap());
        schema.item(array.as_ref(), &path(text), n)
    };
    assert_eq!(item(None, "Info.m_counts", 7), Ok(Source::EventItem(10, 7)));
    assert_eq!(
        item(Some("Clusters"), "m_pos", 2),
        Ok(Source::ElementItem(2, 2))
    );
    assert_eq!(
        item(None, "Info.m_counts", 8).unwrap_err().message,
        "`Info.m_counts` has 8 items, there is no `[8]`"
    );
    assert_eq!(
        item(None, "T0.m_time", 0).unwrap_err().message,
        "`T0.m_time` is a number, it has no items"
    );
}

#[test]
fn columns_with_one_counter_are_an_array() {
    let schema = ntuple();
    let prefix = |text| of(&schema, Some("hit"), text);
    assert_eq!(prefix("t").unwrap(), "element hit_t");
    assert_eq!(prefix("hit_q").unwrap(), "element hit_q");
    assert_eq!(prefix("weight").unwrap(), "element weight");
    assert_eq!(prefix("event.t").unwrap(), "event t");
    assert_eq!(prefix("run").unwrap(), "event run");
    let column = |text| of(&schema, Some("weight"), text);
    assert_eq!(column("value").unwrap(), "element weight");
    assert_eq!(column("hit_t").unwrap(), "element hit_t");
    assert_eq!(column("t").unwrap(), "event t");
    let wrong = schema.array("x").unwrap_err();
    assert_eq!(
        wrong.message,
        "`x_a` and `x_b` are arrays of different lengths, so `x` is no array"
    );
}

#[test]
fn experiment_and_run_are_found_by_convention() {
    let fields = objects().run_fields(None).unwrap();
    assert_eq!(
        (fields.experiment, fields.run, fields.event),
        (Some(5), Some(6), Some(7))
    );
    let fields = ntuple().run_fields(None).unwrap();
    assert_eq!(
        (fields.experiment, fields.run, fields.event),
        (None, Some(6), None)
    );
    let names = |run: &str| RunNames {
        experiment: "nhit".into(),
        run: run.into(),
        event: None,
    };
    let fields = ntuple().run_fields(Some(&names("t"))).unwrap();
    assert_eq!((fields.experiment, fields.run), (Some(0), Some(7)));
    let wrong = ntuple().run_fields(Some(&names("hit_t"))).unwrap_err();
    assert_eq!(wrong, ("hit_t".into(), "a number per element".into()));
}
