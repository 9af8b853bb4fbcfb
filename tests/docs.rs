#![allow(clippy::all)]
use millpond::stages::*;
use millpond::{Pipeline, RunError, RunOptions};
use std::num::NonZeroUsize;

#[tokio::test]
async fn queue_loss() {
    let (tx, queue) = Queue::bounded(NonZeroUsize::new(64).unwrap());
    let handle = Pipeline::named("q")
        .edge_capacity(2)
        .source(queue)
        .node("slow", |n| {
            n.map_async(1, |x: u32| async move {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                x
            })
        })
        .for_each("sink", drop)
        .start()
        .unwrap();
    for n in 0..40 {
        tx.send(n).await.unwrap();
    }
    handle.stop();
    let report = handle.join().await.unwrap();
    println!("{report} unaccounted {:?}", report.unaccounted());
}

#[test]
fn blank_name() {
    let pipeline = Pipeline::named("once");
    let _open = pipeline.source(FromIter::new(0..3));
    let same = pipeline.source(FromIter::new(0..3)).for_each("print", drop);
    println!("{}", same.start().unwrap_err());
    println!("{}", pipeline.start().unwrap_err());
}
#[test]
fn panics_after() {
    let pipeline = Pipeline::named("once");
    let open = pipeline.source(FromIter::new(0..3));
    println!("{}", pipeline.start().unwrap_err());
    open.ignore();
}
