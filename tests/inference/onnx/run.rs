use std::num::NonZeroUsize;

use futures::future::join_all;
use millpond::inference::{Backend, Onnx};
use millpond::message::{Tensor, Tensors};

use super::file::{F32, Fixed, I64, Model, Named};
use super::started;

fn two_of_each() -> Model {
    Model::default()
        .input("x", F32, &[Named("N"), Fixed(2)])
        .input("k", I64, &[Named("N")])
        .node("Add", &["x", "x"], "twice", &[])
        .node("Add", &["k", "k"], "double", &[])
        .output("twice", F32, &[Named("N"), Fixed(2)])
        .output("double", I64, &[Named("N")])
}

fn batch(rows: u8) -> Tensors {
    let x: Vec<_> = (0..rows).flat_map(|row| [f32::from(row), 0.5]).collect();
    let k: Vec<_> = (0..rows).map(i64::from).collect();
    let rows = usize::from(rows);
    Tensors::new()
        .with("x", Tensor::new([rows, 2], x).unwrap())
        .with("k", Tensor::new([rows], k).unwrap())
}

#[tokio::test]
async fn any_number_of_rows_is_run_in_parts_and_put_together() {
    let (_folder, path) = two_of_each().write();
    for max_part in [1, 3, 8] {
        let max_part = NonZeroUsize::new(max_part).unwrap();
        let model = started(Onnx::load(&path).unwrap().max_part(max_part));
        for rows in 0..=23 {
            let answer = model.infer(batch(rows)).await.unwrap();

            assert_eq!(answer.rows(), Some(rows.into()));
            for row in 0..rows {
                let (twice, double) = (answer.get("twice").unwrap(), answer.get("double").unwrap());
                let row = usize::from(row);
                let number = i64::try_from(row).unwrap();
                assert_eq!(
                    twice.row::<f32>(row).unwrap()[1].to_bits(),
                    1.0_f32.to_bits()
                );
                assert_eq!(double.row::<i64>(row).unwrap(), [number * 2]);
            }
        }
    }
}

#[tokio::test]
async fn batches_run_on_all_threads_with_one_plan_for_each_size() {
    let (_folder, path) = two_of_each().write();
    let model = started(
        Onnx::load(path)
            .unwrap()
            .threads(NonZeroUsize::new(4).unwrap()),
    );

    assert_eq!(model.slots().get(), 8);
    let answers = join_all((0..64).map(|_| model.infer(batch(8)))).await;
    let first = answers[0].as_ref().unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap() == first)
    );
}

#[tokio::test]
async fn rows_of_any_length_each_get_their_plan() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N"), Named("L")])
        .node("Add", &["x", "x"], "y", &[])
        .output("y", F32, &[Named("N"), Named("L")])
        .write();
    let model = started(Onnx::load(path).unwrap());
    for length in (1..=100).chain(1..=100) {
        let x = Tensor::new([3, length], vec![1.0_f32; 3 * length]).unwrap();
        let answer = model.infer(Tensors::new().with("x", x)).await.unwrap();

        assert_eq!(answer.get("y").unwrap().shape(), [3, length]);
    }
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_an_error_and_the_next_one_runs() {
    let (_folder, path) = two_of_each().write();
    let model = started(Onnx::load(path).unwrap());
    let mut wrong = batch(3);
    wrong.insert("k", Tensor::new([3], vec![1_i32, 2, 3]).unwrap());

    let error = model.infer(wrong).await.unwrap_err();

    assert!(!error.is_retryable());
    assert_eq!(
        error.to_string(),
        "the batch does not fit the model: input `k` is i32[3], but the model takes i64[rows]",
    );
    assert!(model.infer(batch(3)).await.is_ok());
}

#[tokio::test]
async fn a_backend_that_was_not_started_says_so() {
    let (_folder, path) = two_of_each().write();
    let model = Onnx::load(path).unwrap();

    let error = model.infer(batch(1)).await.unwrap_err();

    assert_eq!(error.to_string(), "the backend is not running");
}

#[tokio::test]
async fn an_answer_outlives_the_backend() {
    let (_folder, path) = two_of_each().write();
    let model = started(Onnx::load(path).unwrap());
    let answer = model.infer(batch(2));
    drop(model);

    let error = answer.await.unwrap_err();

    assert_eq!(error.to_string(), "the backend is not running");
}

#[tokio::test]
async fn a_panic_of_the_engine_fails_its_batch_only() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N"), Fixed(2)])
        .input("k", I64, &[Named("N")])
        .node("Gather", &["x", "k"], "picked", &[])
        .output("picked", F32, &[Named("N"), Fixed(2)])
        .write();
    let model = started(Onnx::load(path).unwrap().threads(NonZeroUsize::MIN));
    let mut wild = batch(2);
    wild.insert("k", Tensor::new([2], vec![0_i64, 1_000]).unwrap());

    let error = model.infer(wild).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "the model panicked: range start index 2000 out of range for slice of length 4",
    );
    assert!(!error.is_retryable());
    assert!(model.infer(batch(2)).await.is_ok());
}
