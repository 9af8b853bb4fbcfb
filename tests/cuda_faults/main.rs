//! Ten thousand faults of the driver, drawn by chance: every batch has one
//! answer, the right one or an error, and nothing is left behind.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "../support/emulator.rs"]
mod emulator;
#[expect(dead_code, reason = "shared with the tests of the backend")]
#[path = "../cuda/models.rs"]
mod models;

use std::time::Duration;

use emulator::Emulator;
use futures::future::join_all;
use millpond::inference::Backend;
use models::{Echo, answer, batch, started};
use tokio::time::timeout;

const FAULTS: u64 = 10_000;

#[tokio::test]
async fn ten_thousand_faults_lose_nothing_and_repeat_nothing() {
    let emulator = Emulator::fresh();
    let (mut injected, mut answered, mut refused) = (0, 0_u64, 0_u64);
    let mut seed = 0;
    while injected < FAULTS {
        seed += 1;
        let backend = started(Echo::of(2), 3);
        emulator.control(&format!(
            r#"{{"random": {{"rate": 0.05, "seed": {seed}, "error": "{}",
                "on": ["alloc", "host_alloc", "copy", "synchronise", "event"]}}}}"#,
            ["CUDA_ERROR_OUT_OF_MEMORY", "CUDA_ERROR_INVALID_VALUE"][seed % 2],
        ));
        let calls = (0..300).map(|n| backend.infer(batch(n * 100, n % 12, 2)));
        let answers = timeout(Duration::from_mins(1), join_all(calls)).await;
        for (n, found) in (0..300).zip(answers.unwrap()) {
            match found {
                Ok(found) => {
                    assert_eq!(found, answer(n * 100, n % 12, 2), "seed {seed}");
                    answered += 1;
                }
                Err(error) => {
                    assert!(error.is_retryable(), "seed {seed}: {error}");
                    refused += 1;
                }
            }
        }
        emulator.control(r#"{"random": {"rate": 0.0, "on": []}}"#);
        injected = emulator.count("injected");
        // The same backend goes on as if nothing had been.
        let found = backend.infer(batch(1, 9, 2)).await.unwrap();
        assert_eq!(found, answer(1, 9, 2));
        timeout(Duration::from_mins(1), backend.shutdown())
            .await
            .unwrap();
    }
    assert!(answered > 1_000, "{answered} answers, {refused} errors");
    assert!(refused > 1_000, "{answered} answers, {refused} errors");
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
