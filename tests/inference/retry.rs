//! Batches that are tried again: when, how often, and what becomes of order.

use std::time::Duration;

use millpond::inference::{ErrorClass, InferError, Mock, RetryBudget};
use tokio::time::Instant;

use super::support::{Number, Outcome, doubler, doubles, ms, run, slots};

fn overloaded(retry_after: Option<u64>) -> InferError {
    InferError::Overloaded {
        retry_after: retry_after.map(ms),
    }
}

/// Two batches of two messages, one batch in flight.
async fn two_batches(model: Mock, budget: Option<RetryBudget>) -> (Outcome, Duration) {
    let start = Instant::now();
    let stage = doubles(model).batch(2, ms(5));
    let stage = match budget {
        Some(budget) => stage.retry(budget),
        None => stage,
    };
    let outcome = run(stage, (0..4).map(Number::from)).await.unwrap();
    (outcome, start.elapsed())
}

#[test]
fn errors_have_classes() {
    let classes = [
        (overloaded(None), ErrorClass::Overloaded),
        (InferError::retryable("busy"), ErrorClass::Retryable),
        (InferError::TimedOut { limit: ms(1) }, ErrorClass::Retryable),
        (InferError::terminal("broken"), ErrorClass::Terminal),
        (InferError::NotRunning, ErrorClass::Terminal),
    ];
    for (error, class) in classes {
        assert_eq!(error.class(), class, "{error}");
        assert_eq!(error.is_retryable(), class != ErrorClass::Terminal);
    }
    assert_eq!(
        overloaded(None).to_string(),
        "the backend has no room for the batch"
    );
    assert_eq!(
        overloaded(Some(20)).to_string(),
        "the backend has no room for the batch before 20ms have passed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_room_is_sent_again_after_waits_that_double() {
    let model = doubler()
        .fail(0, overloaded(None))
        .fail(1, overloaded(None))
        .fail(2, overloaded(None));
    let log = model.log();

    let (outcome, took) = two_batches(model, None).await;

    assert_eq!(outcome.doubled, [(0, 0), (1, 2), (2, 4), (3, 6)]);
    assert_eq!(log.batches(), [2, 2, 2, 2, 2]);
    assert_eq!(took, ms(10 + 20 + 40));
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_backend_asks_for_is_kept() {
    let model = doubler()
        .fail(0, overloaded(Some(300)))
        .fail(1, overloaded(None));

    let (outcome, took) = two_batches(model, None).await;

    assert_eq!(outcome.doubled.len(), 4);
    assert_eq!(took, ms(300 + 10));
}

#[tokio::test(start_paused = true)]
async fn after_the_last_retry_the_messages_are_dead_letters_with_the_last_error() {
    let model = (0..3).fold(doubler(), |model, call| {
        model.fail(call, overloaded(Some(call as u64)))
    });

    let (outcome, _) = two_batches(model, Some(RetryBudget::new().max_retries(2))).await;

    assert_eq!(outcome.doubled, [(2, 4), (3, 6)]);
    let failed: Vec<_> = outcome.failures.iter().map(|f| f.message.0[0]).collect();
    assert_eq!(failed, [0, 1]);
    assert_eq!(
        outcome.failures[0].to_string(),
        overloaded(Some(2)).to_string()
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_the_budget_is_not_begun() {
    let model = doubler()
        .fail(0, overloaded(Some(600)))
        .fail(1, overloaded(Some(600)));

    let (outcome, took) = two_batches(model, None).await;

    assert_eq!(outcome.failures.len(), 2);
    assert_eq!(took, ms(600));
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_nothing_is_tried_again() {
    let model = doubler().fail(0, overloaded(None));
    let log = model.log();

    let (outcome, took) = two_batches(model, Some(RetryBudget::none())).await;

    assert_eq!(outcome.failures.len(), 2);
    assert_eq!(log.batches(), [2, 2]);
    assert_eq!(took, ms(0));
}

#[tokio::test(start_paused = true)]
async fn failures_that_may_pass_are_tried_again_if_asked_for() {
    let model = || doubler().fail(0, InferError::retryable("busy"));

    let (asked, _) = two_batches(model(), Some(RetryBudget::new().failures_too())).await;
    let (not_asked, _) = two_batches(model(), None).await;

    assert_eq!(asked.doubled, [(0, 0), (1, 2), (2, 4), (3, 6)]);
    assert_eq!(not_asked.doubled, [(2, 4), (3, 6)]);
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_not_tried_again() {
    let model = doubler().fail(0, InferError::terminal("broken"));

    let budget = RetryBudget::new().failures_too();
    let (outcome, _) = two_batches(model, Some(budget)).await;

    assert_eq!(outcome.failures.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_try_has_the_whole_time_limit() {
    let model = doubler().latency(ms(20), ms(0)).hang(0).hang(1);
    let start = Instant::now();

    let stage = doubles(model)
        .batch(4, ms(5))
        .time_limit(ms(50))
        .retry(RetryBudget::new().failures_too());
    let outcome = run(stage, (0..4).map(Number::from)).await.unwrap();

    assert_eq!(outcome.doubled.len(), 4);
    assert_eq!(start.elapsed(), ms(50 + 10 + 50 + 20 + 20));
}

#[tokio::test(start_paused = true)]
async fn results_behind_a_retry_keep_their_order_and_their_bound() {
    let model = doubler()
        .latency(ms(1), ms(0))
        .slots(slots(2))
        .fail(0, overloaded(Some(100)));
    let log = model.log();

    let stage = doubles(model).batch(1, ms(5));
    let outcome = run(stage, (0..6).map(Number::from)).await.unwrap();

    let order: Vec<_> = outcome.doubled.iter().map(|(n, _)| *n).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 5]);
    assert_eq!(log.peak_in_flight(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_the_wrong_length_stays_out_of_the_retry() {
    let model = doubler().fail(0, overloaded(None));
    let log = model.log();
    let input = [vec![1], vec![], vec![2]].map(Number);

    let outcome = run(doubles(model).batch(3, ms(5)), input).await.unwrap();

    assert_eq!(outcome.doubled, [(1, 2), (2, 4)]);
    assert_eq!(outcome.failures.len(), 1);
    assert_eq!(log.batches(), [2, 2]);
}
