//! Checks of several batches in flight at once.

use std::pin::pin;

use futures_util::future::{join_all, poll_immediate};

use super::Subject;
use super::rig::{Rig, Stop, Verdict, ensure, failed};
use crate::inference::{Backend, ErrorClass};
use crate::message::Tensors;

/// A backend with more slots is not filled.
const MOST_SLOTS: usize = 32;

pub(super) fn slots_of(backend: &impl Backend) -> usize {
    backend.slots().get().min(MOST_SLOTS)
}

pub(super) async fn order<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let count = slots_of(&backend).max(2);
    let batches = rig.batches(backend.signature(), count);
    let right = rig.right(&batches).await?;
    tell_apart(&batches, &right)?;
    full(rig, &backend, &batches, &right).await?;
    // Once more, to see that nothing is left of the first round.
    full(rig, &backend, &batches, &right).await
}

/// Without this the checks of order would see nothing.
fn tell_apart(batches: &[Tensors], right: &[Tensors]) -> Verdict {
    let differ = batches.windows(2).all(|pair| pair[0] != pair[1]);
    if differ && right.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(());
    }
    Err(Stop::Skipped(
        "the answers do not depend on the batches, see `Subject::batch`".to_owned(),
    ))
}

/// Fills the slots, and holds each answer to the right one.
pub(super) async fn full<S: Subject>(
    rig: &Rig<'_, S>,
    backend: &S::Backend,
    batches: &[Tensors],
    right: &[Tensors],
) -> Verdict {
    let slots = slots_of(backend);
    for (batches, right) in batches.chunks(slots).zip(right.chunks(slots)) {
        let calls: Vec<_> = batches
            .iter()
            .map(|batch| backend.infer(batch.clone()))
            .collect();
        // Polled in another order than they were made in.
        let answers = join_all(calls.into_iter().rev().map(|call| rig.answer(call))).await;
        for (answer, right) in answers.into_iter().rev().zip(right) {
            rig.compare("one of several batches", &answer?, right)?;
        }
    }
    Ok(())
}

pub(super) async fn overload<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let slots = slots_of(&backend);
    let batches = rig.batches(backend.signature(), slots * 3 + 1);
    let right = rig.right(&batches).await?;
    let calls = batches.iter().map(|batch| backend.infer(batch.clone()));
    let answers = join_all(calls.map(|call| rig.outcome(call))).await;
    let mut answered = 0;
    for (answer, right) in answers.into_iter().zip(&right) {
        match answer? {
            Ok(answer) => {
                rig.compare("one of too many batches", &answer, right)?;
                answered += 1;
            }
            Err(error) if error.class() == ErrorClass::Overloaded => {}
            Err(error) => {
                return failed(format!(
                    "one of more batches than slots fails otherwise than for lack of room: {error}"
                ));
            }
        }
    }
    ensure(answered >= slots, || {
        format!("it has {slots} slots, and answered {answered} of too many batches")
    })?;
    full(rig, &backend, &batches[..slots], &right).await
}

pub(super) async fn cancellation<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let slots = slots_of(&backend);
    let batches = rig.batches(backend.signature(), slots.max(2));
    let right = rig.right(&batches).await?;
    // More than the slots, so that each is lost if giving up loses one.
    for batch in batches.iter().cycle().take(slots * 2 + 2) {
        let mut begun = pin!(backend.infer(batch.clone()));
        drop(backend.infer(batch.clone()));
        drop(poll_immediate(begun.as_mut()).await);
    }
    full(rig, &backend, &batches, &right).await?;
    beside(rig, &backend, &batches, &right).await
}

/// Gives up every other batch of those in flight.
async fn beside<S: Subject>(
    rig: &Rig<'_, S>,
    backend: &S::Backend,
    batches: &[Tensors],
    right: &[Tensors],
) -> Verdict {
    let slots = slots_of(backend);
    let mut kept = Vec::new();
    let mut given_up = Vec::new();
    for (index, batch) in batches.iter().enumerate().take(slots) {
        let mut call = Box::pin(backend.infer(batch.clone()));
        let answer = poll_immediate(call.as_mut()).await;
        if index % 2 == 0 {
            kept.push((index, call, answer));
        } else {
            given_up.push(call);
        }
    }
    drop(given_up);
    for (index, call, answer) in kept {
        let answer = match answer {
            Some(answer) => rig.answer(std::future::ready(answer)).await?,
            None => rig.answer(call).await?,
        };
        rig.compare("a batch beside those given up", &answer, &right[index])?;
    }
    full(rig, backend, batches, right).await
}
