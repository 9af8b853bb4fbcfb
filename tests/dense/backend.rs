use std::num::NonZeroUsize;
use std::thread;

use millpond::device::Activation;
use millpond::inference::{Backend, Dense, DenseNet, InferError};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;

fn started() -> Dense {
    let net = DenseNet::default().layer(1, vec![1.0, 10.0], vec![0.5], Activation::Identity);
    let mut backend = Dense::new(net.unwrap()).threads(NonZeroUsize::MIN);
    let workers =
        Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
    backend.start(&workers).unwrap();
    backend
}

fn batch(rows: usize) -> Tensors {
    let x = (0..2 * rows)
        .map(|i| f32::from(u8::try_from(i).unwrap()))
        .collect();
    Tensors::new().with("x", Tensor::new([rows, 2], x).unwrap())
}

#[tokio::test]
async fn each_row_has_its_answer_in_order() {
    let answer = started().infer(batch(3)).await.unwrap();
    let y = answer.get("y").unwrap();
    assert_eq!(y.as_slice::<f32>(), Ok(&[10.5, 32.5, 54.5][..]));
}

#[tokio::test]
async fn a_batch_without_rows_has_an_answer_without_rows() {
    let answer = started().infer(batch(0)).await.unwrap();
    assert_eq!(answer.rows(), Some(0));
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused() {
    let wide = Tensors::new().with("x", Tensor::zeros::<f32>(1, &[3]).unwrap());
    let error = started().infer(wide).await.unwrap_err();
    assert!(matches!(error, InferError::Batch { .. }), "{error}");
}

#[tokio::test]
async fn shutdown_ends_the_threads() {
    let backend = started();
    let answer = backend.infer(batch(1));
    backend.shutdown().await;
    // It was not polled before the threads ended.
    assert!(matches!(answer.await, Err(InferError::NotRunning)));
}
