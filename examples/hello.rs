//! The smallest pipeline: a source, a node, a sink.

use millpond::stages::FromIter;
use millpond::{Pipeline, RunError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RunError> {
    let report = Pipeline::named("hello")
        .source(FromIter::new(["to be", "or", "not to be"]))
        .node("words", |lines| {
            lines
                .map(|line| line.split(' ').count())
                .filter(|words| *words > 1)
        })
        .for_each("print", |words| println!("{words} words"))
        .run()
        .await?;

    assert_eq!(report.node("print").received, 2);
    Ok(())
}
