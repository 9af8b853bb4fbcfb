use futures::future::join_all;
use millpond::inference::{Backend, InferError};
use millpond::message::{Tensor, Tensors};
use tokio::time::{Instant, timeout};

use super::support::{doubler, ms, slots};

fn batch(rows: usize) -> Tensors {
    Tensors::new().with("x", Tensor::zeros::<i32>(rows, &[]).unwrap())
}

#[tokio::test(start_paused = true)]
async fn latency_is_exact() {
    let model = doubler()
        .latency(ms(3), ms(2))
        .fail(1, InferError::NotRunning)
        .delay(2, ms(40));
    for (rows, delay) in [(1, 0), (4, 0), (2, 40)] {
        let start = Instant::now();
        // The second call fails, after the same time.
        let _answered = model.infer(batch(rows)).await.is_ok();

        assert_eq!(start.elapsed(), ms(3 + 2 * rows as u64 + delay));
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_sizes_and_calls_in_flight() {
    let model = doubler().latency(ms(1), ms(0)).slots(slots(3));
    let log = model.log();

    let calls: Vec<_> = [1, 5, 2].map(|rows| model.infer(batch(rows))).into();
    assert_eq!(log.in_flight(), 3);
    join_all(calls).await;
    drop(model.infer(batch(4)));

    assert_eq!(log.batches(), [1, 5, 2, 4]);
    assert_eq!(log.in_flight(), 0);
    assert_eq!(log.peak_in_flight(), 3);
}

#[tokio::test(start_paused = true)]
async fn each_fault_hits_the_call_it_was_written_for() {
    let model = doubler()
        .fail(1, InferError::retryable("busy"))
        .panic(2, "out of memory")
        .hang(3);

    let texts: Vec<_> = [0, 1, 2].map(|_| model.infer(batch(1))).into();
    let texts: Vec<_> = join_all(texts)
        .await
        .into_iter()
        .map(|answer| answer.map_or_else(|error| error.to_string(), |_| "answered".to_owned()))
        .collect();
    assert_eq!(
        texts,
        ["answered", "busy", "the model panicked: out of memory"]
    );

    assert!(timeout(ms(1_000_000), model.infer(batch(1))).await.is_err());
    assert!(model.infer(batch(1)).await.is_ok());
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_an_error() {
    let error = doubler().infer(Tensors::new()).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "the batch does not fit the model: input `x` is missing"
    );
}

#[test]
fn errors_tell_whether_to_try_again_and_keep_their_cause() {
    let cause = std::io::Error::other("the wire is cut");
    let error = InferError::retryable(cause);

    assert!(error.is_retryable());
    assert!(InferError::TimedOut { limit: ms(20) }.is_retryable());
    assert!(!InferError::terminal("no such label").is_retryable());
    assert!(!InferError::NotRunning.is_retryable());
    assert_eq!(error.clone().to_string(), "the wire is cut");
    assert_eq!(
        InferError::TimedOut { limit: ms(20) }.to_string(),
        "no answer within 20ms"
    );
}
