//! What a pipeline says of itself before it runs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use insta::assert_snapshot;
use millpond::edge::{Capacity, Overflow};
use millpond::graph::{Cost, Placement, Preserve};
use millpond::pipeline::EdgeKind;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

fn workers(count: usize) -> RunOptions {
    RunOptions::new().workers(NonZeroUsize::new(count).unwrap())
}

/// Each kind of node and edge there is.
fn everything() -> Pipeline {
    let pipeline = Pipeline::named("everything");
    let texts = pipeline.source(FromIter::new(["1", "x"]));
    let (numbers, _errors) = texts.try_node("parse", |texts| texts.map(str::parse::<u32>));
    let [kept, sampled] = numbers.capacity(8).broadcast::<2>("copy");
    sampled
        .capacity(2)
        .overflow(Overflow::DropOldest)
        .node("draw", |numbers| numbers)
        .cost(Cost::Blocking)
        .ignore();
    kept.replicate(2, Preserve)
        .node("square", |numbers| numbers.map(|n| n * n))
        .capacity(Capacity::adaptive())
        .node("sort", |numbers| numbers)
        .on(Placement::Pool(NonZeroUsize::MIN))
        .for_each("print", drop)
}

#[test]
fn an_explanation_says_where_each_node_runs_what_each_edge_is_and_why() {
    assert_snapshot!(everything().explain_with(&workers(8)), @"
    everything: 5 workers, at most 8

      node          worker  cost      why
      from-iter     0       light     the first source, so it starts a worker
      parse         0       light     light, so it stays with `from-iter`
      copy          0       light     light, so it stays with `parse`
      draw          1       blocking  blocking, so a worker of its own
      ignore        1       light     light, so it stays with `draw`
      square/split  0       light     light, so it stays with `copy`
      square.0      2       heavy     a replica, so a worker of its own
      square.1      3       heavy     a replica, so a worker of its own
      square/join   0       light     light, so it stays with `square/split`
      sort          4       light     placed in the pool of 1, so it starts a worker of the pool
      print         4       light     light, so it stays with `sort`

      edge                                            kind         capacity                    why
      from-iter -> parse : &str                       local        128                         both nodes are on worker 0
      parse -> copy : u32                             local        8                           both nodes are on worker 0
      parse ~> (nothing) : DeadLetter<ParseIntError>  unconnected  128                         nobody reads it: what arrives is counted and logged
      copy -> square/split : u32                      local        128                         both nodes are on worker 0
      copy -> draw : u32                              remote       2, drops the oldest         from worker 0 to worker 1
      draw -> ignore : u32                            local        128                         both nodes are on worker 1
      square/split -> square.0 : Numbered<u32>        remote       16                          from worker 0 to worker 2
      square/split -> square.1 : Numbered<u32>        remote       16                          from worker 0 to worker 3
      square.0 -> square/join : Numbered<u32>         remote       2 to 4096, adapts to 100ms  from worker 2 to worker 0
      square.1 -> square/join : Numbered<u32>         remote       2 to 4096, adapts to 100ms  from worker 3 to worker 0
      square/join -> sort : u32                       remote       2 to 4096, adapts to 100ms  from worker 0 to worker 4
      sort -> print : u32                             local        128                         both nodes are on worker 4
    ");
}

#[test]
fn an_explanation_follows_the_limit() {
    assert_snapshot!(everything().explain_with(&workers(2)), @"
    everything: 2 workers, at most 2

      node          worker  cost      why
      from-iter     0       light     the first source, so it starts a worker
      parse         0       light     light, so it stays with `from-iter`
      copy          0       light     light, so it stays with `parse`
      draw          1       blocking  blocking, so a worker of its own
      ignore        1       light     light, so it stays with `draw`
      square/split  0       light     light, so it stays with `copy`
      square.0      0       heavy     a replica, but all 2 workers are in use: it shares the one with the least to do
      square.1      1       heavy     a replica, but all 2 workers are in use: it shares the one with the least to do
      square/join   0       light     light, so it stays with `square/split`
      sort          0       light     placed in the pool of 1, so it shares a worker of the pool
      print         0       light     light, so it stays with `sort`

      edge                                            kind         capacity                    why
      from-iter -> parse : &str                       local        128                         both nodes are on worker 0
      parse -> copy : u32                             local        8                           both nodes are on worker 0
      parse ~> (nothing) : DeadLetter<ParseIntError>  unconnected  128                         nobody reads it: what arrives is counted and logged
      copy -> square/split : u32                      local        128                         both nodes are on worker 0
      copy -> draw : u32                              remote       2, drops the oldest         from worker 0 to worker 1
      draw -> ignore : u32                            local        128                         both nodes are on worker 1
      square/split -> square.0 : Numbered<u32>        local        16                          both nodes are on worker 0
      square/split -> square.1 : Numbered<u32>        remote       16                          from worker 0 to worker 1
      square.0 -> square/join : Numbered<u32>         local        128                         both nodes are on worker 0
      square.1 -> square/join : Numbered<u32>         remote       2 to 4096, adapts to 100ms  from worker 1 to worker 0
      square/join -> sort : u32                       local        2 to 4096, adapts to 100ms  both nodes are on worker 0
      sort -> print : u32                             local        128                         both nodes are on worker 0
    ");
}

#[test]
fn an_explanation_is_data_for_programs() {
    let pipeline = Pipeline::named("data")
        .source(FromIter::new(0..3))
        .node("heavy", |numbers| numbers)
        .cost(Cost::Heavy)
        .capacity(3)
        .for_each("print", drop);
    let json = serde_json::to_string_pretty(&pipeline.explain_with(&workers(2))).unwrap();
    assert_snapshot!(json, @r#"
    {
      "pipeline": "data",
      "workers": 2,
      "limit": 2,
      "nodes": [
        {
          "stage": "from-iter",
          "node": "from-iter",
          "cost": "light",
          "worker": 0,
          "why": "the first source, so it starts a worker"
        },
        {
          "stage": "heavy",
          "node": "heavy",
          "cost": "heavy",
          "worker": 1,
          "why": "heavy, so a worker of its own"
        },
        {
          "stage": "print",
          "node": "print",
          "cost": "light",
          "worker": 1,
          "why": "light, so it stays with `heavy`"
        }
      ],
      "edges": [
        {
          "from": "from-iter",
          "to": "heavy",
          "message": "i32",
          "dead_letters": false,
          "kind": "remote",
          "capacity": "2 to 4096, adapts to 100ms",
          "why": "from worker 0 to worker 1"
        },
        {
          "from": "heavy",
          "to": "print",
          "message": "i32",
          "dead_letters": false,
          "kind": "local",
          "capacity": "3",
          "why": "both nodes are on worker 1"
        }
      ]
    }
    "#);
}

#[test]
fn a_local_run_has_one_worker() {
    let explanation = everything().explain_local();
    assert_eq!((explanation.workers, explanation.limit), (1, 1));
    let kinds: Vec<_> = explanation.edges.iter().map(|edge| edge.kind).collect();
    assert!(!kinds.contains(&EdgeKind::Remote), "{explanation}");
}

#[test]
fn explaining_runs_nothing_and_needs_nothing_to_be_right() {
    let ran = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&ran);
    let pipeline = Pipeline::named("unfinished");
    let _open = pipeline
        .source(FromIter::new(0..3))
        .capacity(0)
        .node("work", move |numbers| {
            tell.store(true, SeqCst);
            numbers
        });
    let explanation = pipeline.explain();
    assert_eq!(explanation.edges[1].kind, EdgeKind::Unconnected);
    assert_eq!(explanation.edges[1].to, None);
    assert!(!ran.load(SeqCst));
    assert_eq!(Pipeline::named("empty").explain().workers, 0);
}

#[tokio::test]
async fn a_run_is_placed_as_the_explanation_says() {
    for limit in [1, 2, 3, 8] {
        let options = workers(limit);
        let explanation = everything().explain_with(&options);
        let report = everything().run_with(options).await.unwrap();
        let explained: Vec<_> = explanation.nodes.iter().map(|node| node.worker).collect();
        let placed: Vec<_> = report.nodes.iter().map(|node| node.worker).collect();
        assert_eq!(placed, explained);
        assert!(explanation.workers <= limit);
    }
}
