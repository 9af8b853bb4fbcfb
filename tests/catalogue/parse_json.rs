use millpond::Pipeline;
use millpond::stages::{FromIter, ParseJson};
use serde_json::json;

use super::{Kept, run};

#[tokio::test]
async fn lines_are_read_as_json_in_order_and_with_their_keys_in_order() {
    let lines = [
        "{\"b\": 1, \"a\": [2.50]}",
        "",
        " \t",
        "null",
        "\"text\"",
        " 7 ",
    ];
    let pipeline = Pipeline::named("parse");
    let lines = pipeline.source(FromIter::new(lines.map(str::to_owned)));
    let (pipeline, messages) = Kept::from(lines.stage(ParseJson::default()), "messages");
    let report = run(pipeline).await;
    let messages = messages.take();
    assert_eq!(
        messages,
        [
            json!({ "b": 1, "a": [2.5] }),
            json!(null),
            json!("text"),
            json!(7)
        ]
    );
    assert_eq!(messages[0].to_string(), "{\"b\":1,\"a\":[2.5]}");
    assert_eq!(report.node("parse-json").dead_lettered, 0);
}

#[tokio::test]
async fn a_line_that_is_not_json_is_a_dead_letter_with_its_number_its_text_and_the_reason() {
    let lines = ["1", "", "{\"a\": ", "2", "1 2", "NaN"];
    let pipeline = Pipeline::named("parse");
    let lines = pipeline.source(FromIter::new(lines.map(str::to_owned)));
    let (messages, bad) = ParseJson::default().split(lines);
    let (_, bad) = Kept::from(bad, "bad");
    let (pipeline, messages) = Kept::from(messages, "messages");
    run(pipeline).await;
    assert_eq!(messages.take(), [json!(1), json!(2)]);
    let bad = bad.take();
    let texts: Vec<_> = bad.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "parse-json: line 3 is not JSON: EOF while parsing a value at line 1 column 6",
            "parse-json: line 5 is not JSON: trailing characters at line 1 column 3",
            "parse-json: line 6 is not JSON: expected value at line 1 column 1",
        ]
    );
    assert_eq!(bad[0].error.text, "{\"a\": ");
}
