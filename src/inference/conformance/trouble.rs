//! Checks of batches that go wrong.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::flight::{full, slots_of};
use super::rig::{Rig, Verdict, ensure, failed};
use super::{Subject, Trouble};
use crate::inference::{Backend, InferError};
use crate::message::Tensors;

pub(super) async fn failure<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    fails(rig, Trouble::Failing, "a batch that was to fail").await
}

pub(super) async fn panic<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    fails(rig, Trouble::Panicking, "a batch that was to panic").await
}

/// The second batch fails; the one before and those after are answered.
async fn fails<S: Subject>(rig: &Rig<'_, S>, trouble: Trouble, what: &str) -> Verdict {
    let (backend, troubled) = rig.troubled(trouble).await?;
    let batches = rig.batches(backend.signature(), slots_of(&backend).max(2));
    let right = rig.right(&batches).await?;
    rig.ask(&backend, &batches[0], &right[0]).await?;
    if rig.outcome(backend.infer(troubled)).await?.is_ok() {
        return failed(format!("{what} is answered"));
    }
    rig.ask(&backend, &batches[1], &right[1]).await?;
    full(rig, &backend, &batches, &right).await
}

/// What a slow batch takes at least: half of what subjects are asked for.
const NOTICEABLE: Duration = Duration::from_millis(100);

pub(super) async fn slow<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let (backend, slow) = rig.troubled(Trouble::Slow).await?;
    let mut batches = vec![slow];
    batches.extend(rig.batches(backend.signature(), slots_of(&backend)));
    let right = rig.right(&batches).await?;
    rig.ask(&backend, &batches[1], &right[1]).await?;
    let start = Instant::now();
    // The first of these is the second call; the last must wait for a slot.
    let (beside, after) = batches.split_at(batches.len() - 1);
    let calls = beside.iter().map(|batch| backend.infer(batch.clone()));
    let calls = calls.map(|call| timed(rig.answer(call)));
    let timed = rig.within("all answers", join_all(calls)).await?;
    let took = start.elapsed();
    let mut blocked = Duration::ZERO;
    for ((answer, polls), right) in timed.into_iter().zip(&right) {
        rig.compare("a batch beside a slow one", &answer?, right)?;
        blocked += polls;
    }
    ensure(took >= NOTICEABLE, || {
        format!("no batch was slow, all were answered within {took:?}; the subject must slow one")
    })?;
    ensure(blocked <= took / 2, || {
        format!("its futures kept the worker for {blocked:?} of {took:?}")
    })?;
    rig.ask(&backend, &after[0], &right[beside.len()]).await
}

/// Tells how long the polls of a future took beside what it gives.
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let mut future = pin!(future);
    let mut polls = Duration::ZERO;
    let output = poll_fn(|cx| {
        let start = Instant::now();
        let polled = future.as_mut().poll(cx);
        polls += start.elapsed();
        polled
    })
    .await;
    (output, polls)
}

/// Whether an answer is one that a shutdown may give.
pub(super) fn ended(answer: &Result<Tensors, InferError>) -> bool {
    matches!(
        answer,
        Ok(_) | Err(InferError::NotRunning | InferError::Overloaded { .. })
    )
}
