use millpond::Pipeline;
use millpond::stages::{Filter, FromIter, Missing, Select};
use serde_json::json;

use super::{Kept, refused, run};

#[tokio::test]
async fn messages_pass_whose_field_compares_as_asked() {
    let messages = [
        json!({ "n": 1 }),
        json!({ "n": 5 }),
        json!({ "n": "5" }),
        json!({}),
    ];
    let filter = Filter::builder()
        .field("n".parse().unwrap())
        .greater(2)
        .build();
    let pipeline = Pipeline::named("filter");
    let passed = pipeline.source(FromIter::new(messages)).stage(filter);
    let (pipeline, passed) = Kept::from(passed, "passed");
    let report = run(pipeline).await;
    assert_eq!(passed.take(), [json!({ "n": 5 })]);
    let node = report.node("filter");
    assert_eq!((node.received, node.emitted), (4, 1));
}

#[tokio::test]
async fn a_filter_that_compares_nothing_is_refused() {
    let filter = Filter::builder().field("n".parse().unwrap()).build();
    let pipeline = Pipeline::named("filter");
    let passed = pipeline.source(FromIter::new([json!(1)])).stage(filter);
    let refusal = refused(passed.for_each("passed", drop)).await;
    assert!(refusal.contains("it compares nothing"), "{refusal}");
}

#[tokio::test]
async fn a_message_that_lacks_a_selected_field_may_be_a_dead_letter() {
    let pipeline = Pipeline::named("select");
    let messages = pipeline.source(FromIter::new([json!({ "a": 1 }), json!({ "b": 2 })]));
    let select = Select::fields(["x=a"]).unwrap().missing(Missing::Reject);
    let (selected, lacking) = select.split(messages);
    let (_, lacking) = Kept::from(lacking, "lacking");
    let (pipeline, selected) = Kept::from(selected, "selected");
    run(pipeline).await;
    assert_eq!(selected.take(), [json!({ "x": 1 })]);
    assert_eq!(
        lacking.texts(),
        ["select: the message has no field `a`: {\"b\":2}"]
    );
}

#[tokio::test]
async fn two_fields_in_one_place_or_none_at_all_are_refused() {
    for (fields, reason) in [
        (&["a", "a.b"][..], "`a` and `a.b` end up in one place"),
        (&["a", "a=b"], "`a` and `a=b` end up in one place"),
        (&[], "it selects nothing"),
    ] {
        let pipeline = Pipeline::named("select");
        let messages = pipeline.source(FromIter::new([json!(1)]));
        let selected = messages.stage(Select::fields(fields).unwrap());
        let refusal = refused(selected.for_each("selected", drop)).await;
        assert!(refusal.contains(reason), "{refusal}");
    }
}
