//! The kit against operators of other crates.
//!
//! Each test pins a defect that the kit finds, with the version that has it.
//! When a version changes, look whether the defect is gone, and then remove
//! its test.
#![expect(
    clippy::unwrap_used,
    reason = "a defect that is not found fails its test"
)]

use std::fmt;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::FusedStream;
use futures::{Stream, StreamExt, future, stream};
use futures_batch::ChunksTimeoutStreamExt;
use futures_concurrency::stream::{Chain, Zip};
use millpond_operators::testing::{Law, Laws, Token};
use millpond_operators::{Flow, Progress};

#[test]
fn what_keeps_the_laws_passes() {
    let laws = Laws::<1, _>::new(|[s]| fused(StreamExt::chunks(s, 2)), |[v]| in_pairs(v));
    laws.look_ahead(1).without_progress().check().unwrap();
    let laws = Laws::<2, _>::new(
        |[a, b]| fused(stream::select(a, b)),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    let laws = laws.unordered().fair(1).without_progress();
    laws.check().unwrap();
}

#[test]
fn take_until_of_futures_promises_what_it_will_not_give() {
    found_in("futures-util", "0.3.34");
    let laws = Laws::<1, _>::new(
        |[s]| fused(StreamExt::take_until(s, future::ready(()))),
        |[_]| Vec::new(),
    );
    caught(Law::S7, &laws.without_progress());
}

#[test]
fn scan_of_futures_promises_what_it_will_not_give() {
    found_in("futures-util", "0.3.34");
    let two = |count: &mut u32, token| {
        *count += 1;
        future::ready((*count <= 2).then_some(token))
    };
    let laws = Laws::<1, _>::new(
        move |[s]| fused(StreamExt::scan(s, 0, two)),
        |[v]| v.into_iter().take(2).collect(),
    );
    caught(Law::S7, &laws.look_ahead(1).without_progress());
}

#[test]
fn chunks_timeout_of_futures_batch_promises_a_chunk_for_each_item() {
    found_in("futures-batch", "0.7.0");
    let wait = Duration::from_hours(1);
    let laws = Laws::<1, _>::new(
        move |[s]| fused(ChunksTimeoutStreamExt::chunks_timeout(s, 2, wait)),
        |[v]| in_pairs(v),
    );
    caught(Law::S7, &laws.look_ahead(2).without_progress());
}

#[test]
fn or_of_futures_lite_polls_a_stream_that_has_ended() {
    found_in("futures-lite", "2.6.1");
    let laws = Laws::<2, _>::new(
        |[a, b]| fused(futures_lite::stream::or(a, b)),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    caught(Law::S3, &laws.unordered().without_progress());
}

#[test]
fn or_of_futures_lite_loses_the_items_of_a_slow_stream() {
    found_in("futures-lite", "2.6.1");
    let laws = Laws::<2, _>::new(
        |[a, b]| fused(futures_lite::stream::or(a.fuse(), b.fuse())),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    caught(Law::O2, &laws.unordered().without_progress());
}

#[test]
fn race_of_futures_lite_never_ends() {
    found_in("futures-lite", "2.6.1");
    let laws = Laws::<2, _>::new(
        |[a, b]| fused(futures_lite::stream::race(a.fuse(), b.fuse())),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    caught(Law::W1, &laws.unordered().without_progress());
}

#[test]
fn zip_of_futures_concurrency_panics_after_its_end() {
    found_in("futures-concurrency", "7.7.1");
    let laws = Laws::<2, _>::new(
        |[a, b]| unfused(Zip::zip((a, b))),
        |[a, b]| a.into_iter().zip(b).collect(),
    );
    caught(Law::S2, &laws.look_ahead(1).without_progress());
}

#[test]
fn chain_of_futures_concurrency_panics_after_its_end() {
    found_in("futures-concurrency", "7.7.1");
    let laws = Laws::<2, _>::new(
        |[a, b]| unfused(Chain::chain((a, b))),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    caught(Law::S2, &laws.without_progress());
}

#[track_caller]
fn caught<const N: usize, P>(law: Law, laws: &Laws<N, P>)
where
    P: Progress + FusedStream,
    P::Item: fmt::Debug + PartialEq,
{
    let broken = laws.check().unwrap_err();
    assert_eq!(broken.law(), law, "{broken}");
}

/// Holds that the version in the lock file is the one that has the defect.
#[track_caller]
fn found_in(name: &str, version: &str) {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap();
    let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    assert!(
        lock.contains(&entry),
        "{name} is no longer at {version}: does it still have the defect?"
    );
}

fn in_pairs(tokens: Vec<Token>) -> Vec<Vec<Token>> {
    let mut pairs: Vec<Vec<Token>> = Vec::new();
    for token in tokens {
        match pairs.last_mut() {
            Some(pair) if pair.len() == 1 => pair.push(token),
            _ => pairs.push(vec![token]),
        }
    }
    pairs
}

/// Drops the stream at its end, so that only other laws are looked at.
fn fused<S: Stream>(stream: S) -> Flow<Peer<S>> {
    Flow::native(Peer {
        stream: Some(Box::pin(stream)),
        fuses: true,
    })
}

fn unfused<S: Stream>(stream: S) -> Flow<Peer<S>> {
    Flow::native(Peer {
        stream: Some(Box::pin(stream)),
        fuses: false,
    })
}

/// A stream of another crate. `flow(..)` would hide what it does after its end.
struct Peer<S> {
    stream: Option<Pin<Box<S>>>,
    fuses: bool,
}

impl<S: Stream> Stream for Peer<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let polled = stream.as_mut().poll_next(cx);
        if matches!(polled, Poll::Ready(None)) && self.fuses {
            self.stream = None;
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let stream = self.stream.as_ref();
        stream.map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: Stream> FusedStream for Peer<S> {
    fn is_terminated(&self) -> bool {
        self.stream.is_none()
    }
}

impl<S: Stream> Progress for Peer<S> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
