//! millpond inside a web service.
//!
//! A handler puts each request into a bounded queue and waits for its reply;
//! the pipeline gathers the requests of many connections into batches for a
//! model (a stand-in here) and sends each reply back. When the model cannot
//! keep up, the queue fills and the handlers wait: the service slows down
//! instead of falling over.

#![expect(
    clippy::unwrap_used,
    reason = "a panic of the stand-in model is a reply too"
)]

use std::error::Error;
use std::num::NonZeroUsize;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Router, routing::get};
use futures::future::try_join_all;
use millpond::Pipeline;
use millpond::inference::{Infer, Mock, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::stages::{Queue, QueueSender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// A text to be scored, and where the score goes.
struct Request {
    length: [i32; 1],
    reply: oneshot::Sender<f64>,
}

/// Scores a text by its length: 1 ms a call and 0.1 ms a row.
fn model() -> Mock {
    let signature = Signature {
        inputs: vec![TensorSpec::of::<i32>("length", [1])],
        outputs: vec![TensorSpec::of::<f64>("score", [])],
    };
    Mock::new(signature, |inputs: Tensors| {
        let lengths = inputs
            .get("length")
            .and_then(|length| length.as_slice())
            .unwrap();
        let scores: Vec<_> = lengths
            .iter()
            .map(|n: &i32| f64::from(*n) / 100.0)
            .collect();
        Tensors::new().with("score", Tensor::new([scores.len()], scores).unwrap())
    })
    .latency(Duration::from_millis(1), Duration::from_micros(100))
}

async fn score(
    State(requests): State<QueueSender<Request>>,
    Path(text): Path<String>,
) -> Result<String, StatusCode> {
    let (reply, answer) = oneshot::channel();
    let length = [i32::try_from(text.len()).unwrap_or(i32::MAX)];
    let sent = requests.send(Request { length, reply }).await;
    sent.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let score = answer
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(score.to_string())
}

/// Asks the service for a score, as any client would.
async fn ask(address: std::net::SocketAddr, text: String) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /score/{text} HTTP/1.0\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response
        .rsplit("\r\n")
        .next()
        .unwrap_or_default()
        .to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (requests, queue) = Queue::bounded(const { NonZeroUsize::new(64).unwrap() });
    let scoring = Pipeline::named("scoring")
        .source(queue)
        .stage(
            Infer::with(model())
                .input("length", [1], |request: &Request| &request.length)
                .output("score", |request, score: &[f64]| (request.reply, score[0]))
                .batch(16, Duration::from_millis(2)),
        )
        // A client that has hung up no longer listens, which is its right.
        .for_each("reply", |(reply, score)| {
            reply.send(score).unwrap_or_default();
        })
        .start()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Router::new()
        .route("/score/{text}", get(score))
        .with_state(requests);
    let (stop, stopped) = oneshot::channel::<()>();
    let service = axum::serve(listener, routes).with_graceful_shutdown(async {
        drop(stopped.await);
    });

    let clients = async {
        let asked = (1..=100).map(|length| ask(address, "x".repeat(length)));
        let answers = try_join_all(asked).await;
        drop(stop);
        answers
    };
    let (served, answers) = tokio::join!(service, clients);
    served?;

    let expected: Vec<_> = (1..=100)
        .map(|length| (f64::from(length) / 100.0).to_string())
        .collect();
    assert_eq!(answers?, expected);
    // Every sender went with the service, so the source ends by itself.
    let report = scoring.join().await?;
    println!("{report}");
    assert_eq!(report.node("reply").received, 100);
    Ok(())
}
