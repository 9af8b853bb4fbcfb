use millpond::stage;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunReport};

/// Runs messages through stages and gives back what leaves the last.
macro_rules! through {
    ($messages:expr $(, $stage:expr)+) => {{
        let (sender, receiver) = std::sync::mpsc::channel();
        let pipeline = Pipeline::named("test");
        let report = pipeline
            .source(FromIter::new($messages))
            $(.stage($stage))+
            .for_each("collect", move |message| sender.send(message).unwrap())
            .run()
            .await
            .unwrap();
        let out: Vec<_> = receiver.try_iter().collect();
        (out, report)
    }};
}

/// Counts the letters of a line.
#[stage]
fn letters(line: String) -> usize {
    line.chars().count()
}

#[tokio::test]
async fn one_message_becomes_one_other() {
    let (out, report): (_, RunReport) = through!(["a".to_owned(), "bcd".to_owned()], Letters);
    assert_eq!(out, [1, 3]);
    assert_eq!(report.node("letters").emitted, 2);
}

#[test]
fn the_function_can_still_be_called() {
    assert_eq!(letters("four".to_owned()), 4);
}
