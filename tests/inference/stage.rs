use std::sync::{Arc, Mutex};

use millpond::inference::{Infer, InferError, Mock, Signature, TensorSpec, output};
use millpond::message::{Tensor, Tensors};
use millpond::runtime::Ending;
use millpond::stages::{FromIter, Queue};
use millpond::{Pipeline, RunOptions};
use tokio::time::{Instant, sleep};

use super::support::{Number, doubler, doubles, ms, run, slots};

fn numbers(range: std::ops::Range<i32>) -> impl Iterator<Item = Number> {
    range.map(Number::from)
}

fn doubled(range: std::ops::Range<i32>) -> Vec<(i32, i32)> {
    range.map(|n| (n, n * 2)).collect()
}

#[tokio::test(start_paused = true)]
async fn batches_form_across_messages_and_results_keep_their_order() {
    let model = doubler().latency(ms(10), ms(1)).slots(slots(4));
    let log = model.log();

    let outcome = run(doubles(model).batch(4, ms(5)), numbers(0..10))
        .await
        .unwrap();

    assert_eq!(outcome.doubled, doubled(0..10));
    assert_eq!(log.batches(), [4, 4, 2]);
    assert_eq!(outcome.report.node("infer").received, 10);
    assert_eq!(outcome.report.node("infer").emitted, 10);
    assert!(outcome.failures.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_does_not_fill_leaves_after_the_wait() {
    let (sender, queue) = Queue::bounded(slots(8));
    let model = doubler();
    let log = model.log();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (to, start) = (Arc::clone(&seen), Instant::now());
    let pipeline = Pipeline::named("slow")
        .source(queue)
        .stage(doubles(model).batch(4, ms(5)))
        .for_each("results", move |(n, _)| {
            to.lock().unwrap().push((n, start.elapsed()));
        });
    let send = async {
        for n in [0, 1, 2] {
            sender.send(Number::from(n)).await.unwrap();
            sleep(ms(3)).await;
        }
        drop(sender);
    };

    let (report, ()) = tokio::join!(pipeline.run_local(RunOptions::new()), send);

    report.unwrap();
    assert_eq!(log.batches(), [2, 1]);
    assert_eq!(*seen.lock().unwrap(), [(0, ms(5)), (1, ms(5)), (2, ms(9))]);
}

#[tokio::test(start_paused = true)]
async fn as_many_batches_are_in_flight_as_there_are_slots_or_fewer() {
    for (slot_count, asked, peak) in [(1, None, 1), (3, None, 3), (3, Some(2), 2), (3, Some(9), 3)]
    {
        let model = doubler().latency(ms(10), ms(0)).slots(slots(slot_count));
        let log = model.log();
        let stage = doubles(model).batch(2, ms(5));
        let stage = match asked {
            Some(asked) => stage.in_flight(asked),
            None => stage,
        };

        let start = Instant::now();
        let outcome = run(stage, numbers(0..24)).await.unwrap();

        assert_eq!(outcome.doubled, doubled(0..24));
        assert_eq!(
            log.peak_in_flight(),
            peak,
            "{slot_count} slots, {asked:?} asked for"
        );
        // Twelve calls of 10 ms each, so many at a time.
        assert_eq!(start.elapsed(), ms(120 / peak as u64));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_call_fails_exactly_its_own_messages() {
    let model = doubler()
        .latency(ms(1), ms(0))
        .slots(slots(2))
        .fail(1, InferError::retryable("the model is busy"))
        .panic(3, "weights are gone");

    let outcome = run(doubles(model).batch(3, ms(5)), numbers(0..15))
        .await
        .unwrap();

    let mut expected = doubled(0..3);
    expected.extend(doubled(6..9));
    expected.extend(doubled(12..15));
    assert_eq!(outcome.doubled, expected);
    let failures: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| {
            (
                failure.message.0[0],
                failure.to_string(),
                failure.error.is_retryable(),
            )
        })
        .collect();
    let busy = |n| (n, "the model is busy".to_owned(), true);
    let gone = |n| (n, "the model panicked: weights are gone".to_owned(), false);
    assert_eq!(
        failures,
        [busy(3), busy(4), busy(5), gone(9), gone(10), gone(11)]
    );
    assert_eq!(outcome.report.node("infer").dead_lettered, 6);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_the_wrong_length_fails_alone() {
    let model = doubler();
    let log = model.log();
    let input = [vec![1], vec![], vec![2], vec![3, 3], vec![4]].map(Number);

    let outcome = run(doubles(model).batch(8, ms(5)), input).await.unwrap();

    assert_eq!(outcome.doubled, [(1, 2), (2, 4), (4, 8)]);
    assert_eq!(log.batches(), [3]);
    let texts: Vec<_> = outcome.failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "the message gives input `x` 0 elements, a row takes 1",
            "the message gives input `x` 2 elements, a row takes 1",
        ],
    );
    assert_eq!(outcome.failures[1].message, Number(vec![3, 3]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_a_row_does_not_reach_the_model() {
    let model = doubler();
    let log = model.log();

    let outcome = run(doubles(model), [Number(vec![]), Number(vec![])])
        .await
        .unwrap();

    assert_eq!(outcome.failures.len(), 2);
    assert!(log.batches().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_row_leaves_no_trace_in_the_inputs_before_it() {
    let signature = Signature {
        inputs: vec![
            TensorSpec::of::<i32>("x", []),
            TensorSpec::of::<i32>("twin", []),
        ],
        outputs: vec![TensorSpec::of::<i32>("y", [])],
    };
    let model = Mock::new(signature, |inputs| {
        assert_eq!(inputs.get("x"), inputs.get("twin"));
        Tensors::new().with("y", inputs.get("x").unwrap().clone())
    });
    let stage = Infer::with(model)
        .input_with("x", [], |number: &Number, row: &mut [i32]| {
            row[0] = number.0[0];
        })
        .input("twin", [], |number: &Number| &number.0)
        .output("y", |number, y: &[i32]| (number.0[0], y[0]));
    let input = [vec![1], vec![2, 2], vec![3]].map(Number);

    let outcome = run(stage, input).await.unwrap();

    assert_eq!(outcome.doubled, [(1, 1), (3, 3)]);
    assert_eq!(outcome.failures.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_message_is_no_call() {
    let model = doubler();
    let log = model.log();

    let outcome = run(doubles(model), []).await.unwrap();

    assert_eq!(outcome.report.ending, Ending::Completed);
    assert!(log.batches().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up_at_the_limit() {
    let model = doubler().latency(ms(10), ms(0)).slots(slots(2)).hang(1);
    let log = model.log();
    let start = Instant::now();

    let stage = doubles(model).batch(2, ms(5)).time_limit(ms(25));
    let outcome = run(stage, numbers(0..6)).await.unwrap();

    assert_eq!(outcome.doubled, [(0, 0), (1, 2), (4, 8), (5, 10)]);
    assert_eq!(outcome.failures.len(), 2);
    assert_eq!(outcome.failures[0].to_string(), "no answer within 25ms");
    assert!(outcome.failures[0].error.is_retryable());
    assert_eq!(log.in_flight(), 0);
    assert_eq!(start.elapsed(), ms(25));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_breaks_its_signature_fails_the_batch() {
    for (answer, text) in [
        (Tensors::new(), "output `y` is missing"),
        (
            Tensors::new().with("y", Tensor::zeros::<i32>(3, &[]).unwrap()),
            "the output is i32[3], not y: i32[rows] with 2 rows",
        ),
        (
            Tensors::new().with("y", Tensor::zeros::<f32>(2, &[]).unwrap()),
            "the output is f32[2], not y: i32[rows] with 2 rows",
        ),
        (
            Tensors::new().with("y", Tensor::zeros::<i32>(2, &[0]).unwrap()),
            "the output is i32[2, 0], not y: i32[rows] with 2 rows",
        ),
    ] {
        let signature = Signature {
            inputs: vec![TensorSpec::of::<i32>("x", [])],
            outputs: vec![TensorSpec::of::<i32>("y", [])],
        };
        let model = Mock::new(signature, move |_| answer.clone());

        let outcome = run(doubles(model), numbers(0..2)).await.unwrap();

        assert_eq!(outcome.failures.len(), 2);
        assert_eq!(
            outcome.failures[0].to_string(),
            format!("the model broke its signature: {text}"),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_aborted_run_gives_its_batches_up() {
    let model = doubler().slots(slots(2)).hang(0);
    let log = model.log();
    let pipeline = Pipeline::named("hanging")
        .source(FromIter::new(numbers(0..100).collect::<Vec<_>>()))
        .stage(doubles(model).batch(4, ms(5)))
        .for_each("results", drop);
    {
        let run = pipeline.run_local(RunOptions::new());
        assert!(tokio::time::timeout(ms(50), run).await.is_err());
    }

    assert_eq!(log.in_flight(), 0);
    assert_eq!(log.batches(), [4, 4]);
}

#[tokio::test(start_paused = true)]
async fn unread_failures_are_counted() {
    let model = doubler().fail(0, InferError::terminal("no"));
    let report = Pipeline::named("counting")
        .source(FromIter::new(numbers(0..6).collect::<Vec<_>>()))
        .stage(doubles(model).batch(4, ms(5)))
        .for_each("results", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();

    assert_eq!(report.dead_lettered(), 4);
    assert_eq!(report.node("results").received, 2);
}

#[tokio::test(start_paused = true)]
async fn several_inputs_and_outputs_come_and_go_together() {
    let signature = Signature {
        inputs: vec![
            TensorSpec::of::<f32>("left", [2]),
            TensorSpec::of::<i64>("right", [2, 1]),
        ],
        outputs: vec![
            TensorSpec::of::<f32>("sum", []),
            TensorSpec::of::<i64>("index", [2]),
        ],
    };
    let model = Mock::new(signature, |inputs| {
        let left = inputs.get("left").unwrap().as_slice::<f32>().unwrap();
        let sums: Vec<f32> = left.chunks(2).map(|row| row.iter().sum()).collect();
        let rows = sums.len();
        let right = inputs.get("right").unwrap().as_slice::<i64>().unwrap();
        Tensors::new()
            .with("index", Tensor::new([rows, 2], right.to_vec()).unwrap())
            .with("sum", Tensor::new([rows], sums).unwrap())
    });
    let stage = Infer::with(model)
        .input("left", [2], |pair: &([f32; 2], i64)| &pair.0)
        .input_with("right", [2, 1], |pair, row: &mut [i64]| row.fill(pair.1))
        .outputs(
            (output::<f32>("sum"), output::<i64>("index")),
            |pair, (sum, index)| (pair.1, sum[0], [index[0], index[1]]),
        );
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);

    Pipeline::named("pairs")
        .source(FromIter::new([([1.0_f32, 2.0], 7_i64), ([0.5, 0.25], 8)]))
        .stage(stage)
        .for_each("results", move |result| to.lock().unwrap().push(result))
        .run_local(RunOptions::new())
        .await
        .unwrap();

    assert_eq!(*seen.lock().unwrap(), [(7, 3.0, [7, 7]), (8, 0.75, [8, 8])]);
}
