//! Ten thousand faults of the driver, drawn by chance: every batch has one
//! answer, the right one or an error, and nothing is left behind.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "../support/emulator.rs"]
mod emulator;
#[expect(dead_code, reason = "shared with the tests of the backend")]
#[path = "../cuda/models.rs"]
mod models;
#[path = "../cuda/trees.rs"]
mod trees;

use std::time::Duration;

use emulator::Emulator;
use futures::future::join_all;
use millpond::Pipeline;
use millpond::inference::{Backend, Cuda, DeviceForest, DeviceModel, Forest, Infer, RetryBudget};
use millpond::message::Tensors;
use millpond::stages::FromIter;
use models::{Echo, answer, batch, started};
use tokio::sync::mpsc;
use tokio::time::timeout;
use trees::{model, rows};

const FAULTS: u64 = 10_000;
/// How many of them strike while a forest runs, half of these at launches.
const ON_FORESTS: u64 = 2_000;

/// How many batches were answered, and how many refused.
#[derive(Default)]
struct Told {
    answered: u64,
    refused: u64,
}

/// Runs batches while one call in twenty of those on `points` fails, and one
/// more afterwards: the backend goes on as if nothing had been.
async fn under_faults<M: DeviceModel>(
    emulator: &Emulator,
    (seed, points): (usize, &str),
    backend: Cuda<M>,
    cases: &[(Tensors, Tensors)],
    told: &mut Told,
) {
    let error = ["CUDA_ERROR_OUT_OF_MEMORY", "CUDA_ERROR_INVALID_VALUE"][seed % 2];
    emulator.control(&format!(
        r#"{{"random": {{"rate": 0.05, "seed": {seed}, "error": "{error}", "on": [{points}]}}}}"#,
    ));
    let calls = cases.iter().map(|(batch, _)| backend.infer(batch.clone()));
    let answers = timeout(Duration::from_mins(1), join_all(calls)).await;
    for ((_, expected), found) in cases.iter().zip(answers.unwrap()) {
        match found {
            Ok(found) => {
                assert_eq!(&found, expected, "seed {seed}");
                told.answered += 1;
            }
            Err(error) => {
                assert!(error.is_retryable(), "seed {seed}: {error}");
                told.refused += 1;
            }
        }
    }
    emulator.control(r#"{"random": {"rate": 0.0, "on": []}}"#);
    let (batch, expected) = &cases[9];
    assert_eq!(&backend.infer(batch.clone()).await.unwrap(), expected);
    timeout(Duration::from_mins(1), backend.shutdown())
        .await
        .unwrap();
}

#[tokio::test]
async fn eight_thousand_faults_lose_nothing_and_repeat_nothing() {
    const POINTS: &str = r#""alloc", "host_alloc", "copy", "synchronise", "event""#;
    let emulator = Emulator::fresh();
    let cases = (0..300).map(|n| (batch(n * 100, n % 12, 2), answer(n * 100, n % 12, 2)));
    let cases: Vec<_> = cases.collect();
    let mut told = Told::default();
    let seeds = (1..).take_while(|_| emulator.count("injected") < FAULTS - ON_FORESTS);
    for seed in seeds {
        let backend = started(Echo::of(2), 3);
        under_faults(&emulator, (seed, POINTS), backend, &cases, &mut told).await;
    }
    let Told { answered, refused } = told;
    assert!(answered > 1_000, "{answered} answers, {refused} errors");
    assert!(refused > 1_000, "{answered} answers, {refused} errors");
    emulator.assert_clean();
}

#[tokio::test]
async fn two_thousand_faults_around_kernels_change_no_answer() {
    const LAUNCHES: &str = r#""launch""#;
    const POINTS: &str = r#""alloc", "copy", "launch", "graph", "synchronise", "event""#;
    let emulator = Emulator::fresh();
    let twin = Forest::new(model(1));
    let cases: Vec<_> = (0..100)
        .map(|n| rows(1 + n % 5))
        .map(|rows| (rows.clone(), twin.run(&rows).unwrap()))
        .collect();
    let mut told = Told::default();
    let seeds = (1..).take_while(|_| emulator.count("injected") < ON_FORESTS);
    for seed in seeds {
        let some = emulator.count("injected") < ON_FORESTS / 2;
        let points = if some { LAUNCHES } else { POINTS };
        let backend = started(DeviceForest::new(model(1)), 3);
        under_faults(&emulator, (seed, points), backend, &cases, &mut told).await;
    }
    let Told { answered, refused } = told;
    assert!(answered > 1_000, "{answered} answers, {refused} errors");
    assert!(refused > 500, "{answered} answers, {refused} errors");
    emulator.assert_clean();
}

#[tokio::test]
async fn a_device_that_is_lost_at_any_call_ends_every_batch() {
    for nth in 1..60 {
        let emulator = Emulator::fresh();
        let backend = started(Echo::of(2), 2);
        emulator.control(&format!(
            r#"{{"faults": [{{"on": "call", "nth": {nth},
                "error": "CUDA_ERROR_ILLEGAL_ADDRESS", "sticky": true}}]}}"#,
        ));
        let calls = (0..8).map(|n| backend.infer(batch(n * 100, n, 2)));
        let answers = timeout(Duration::from_mins(1), join_all(calls)).await;
        for (n, found) in (0..8).zip(answers.unwrap()) {
            if let Ok(found) = found {
                assert_eq!(found, answer(n * 100, n, 2));
            }
        }
        assert!(backend.infer(batch(0, 1, 2)).await.is_err(), "call {nth}");
        timeout(Duration::from_mins(1), backend.shutdown())
            .await
            .unwrap();
    }
}

/// A message with its number as a row.
struct Numbered([i32; 1]);

#[tokio::test]
async fn a_pipeline_under_faults_accounts_for_every_message() {
    const MESSAGES: u16 = 5_000;
    let emulator = Emulator::fresh();
    let model = Cuda::open(Echo::of(1), 0).unwrap();
    let (answered, mut answers) = mpsc::channel(MESSAGES.into());
    let (refused, mut refusals) = mpsc::channel(MESSAGES.into());
    let infer = Infer::with(model)
        .input("x", [1], |message: &Numbered| &message.0)
        .output("y", |message: Numbered, y: &[i32]| (message.0[0], y[0]))
        .batch(8, Duration::from_millis(1))
        .retry(RetryBudget::default().max_retries(1).failures_too());
    let pipeline = Pipeline::named("faults");
    let numbers = pipeline.source(FromIter::new((0..MESSAGES).map(|n| Numbered([n.into()]))));
    let (main, dead) = infer.split(numbers);
    main.for_each("answers", move |answer| answered.try_send(answer).unwrap());
    dead.for_each("refusals", move |letter| {
        refused.try_send(letter.error.message.0[0]).unwrap();
    });
    let begin = async {
        // A fault before the first batch would end the run.
        let first = answers.recv().await;
        emulator.control(
            r#"{"random": {"rate": 0.02, "seed": 7, "error": "CUDA_ERROR_INVALID_VALUE",
                "on": ["copy", "synchronise", "event"]}}"#,
        );
        assert_eq!(first, Some((0, 0)));
    };
    let run = async { tokio::join!(pipeline.run(), begin).0 };
    let report = timeout(Duration::from_mins(1), run).await;
    emulator.control(r#"{"random": {"rate": 0.0, "on": []}}"#);
    let report = report.unwrap().unwrap();

    let mut seen = vec![0];
    let mut last = Some(0);
    while let Some((number, echoed)) = answers.recv().await {
        assert_eq!(number, echoed);
        assert!(
            Some(number) > last.replace(number),
            "{number} is out of order"
        );
        seen.push(number);
    }
    let answered = seen.len();
    while let Some(number) = refusals.recv().await {
        seen.push(number);
    }
    seen.sort_unstable();
    assert!(
        seen.into_iter().eq(0..i32::from(MESSAGES)),
        "one is lost, or came twice"
    );
    let refused = report.node("infer").dead_lettered;
    assert!(
        answered > 1_000 && refused > 0,
        "{answered} answered, {refused} refused"
    );
    emulator.assert_clean();
}
