//! Checks of what a backend goes through beside its batches.

use std::collections::BTreeSet;
use std::pin::pin;

use futures_util::future::{join, poll_immediate};

use super::flight::{full, slots_of};
use super::rig::{Rig, Stop, Verdict, ensure, failed};
use super::trouble::ended;
use super::{Subject, rows};
use crate::inference::{self, Backend, Dim, TensorSpec};
use crate::message::Tensors;

pub(super) fn signature<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let mut backend = rig.subject.backend();
    let signature = backend.signature().clone();
    sound("input", &signature.inputs)?;
    sound("output", &signature.outputs)?;
    rig.start(&mut backend)?;
    let (running, another) = (backend.signature(), rig.subject.backend());
    for found in [running, another.signature()] {
        ensure(*found == signature, || {
            format!("the signature was {signature} and became {found}")
        })?;
    }
    Ok(())
}

fn sound(what: &str, specs: &[TensorSpec]) -> Verdict {
    ensure(!specs.is_empty(), || format!("the model has no {what}"))?;
    let mut names = BTreeSet::new();
    for spec in specs {
        ensure(names.insert(&spec.name), || {
            format!("two {what}s are called `{}`", spec.name)
        })?;
        let counts = spec.shape.iter().filter(|dim| **dim == Dim::Rows).count();
        ensure(
            counts == 1 && spec.shape.first() == Some(&Dim::Rows),
            || format!("the first dimension of {what} `{spec}`, and no other, has to count rows"),
        )?;
    }
    Ok(())
}

pub(super) async fn unstarted<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.subject.backend();
    let batch = rig.batch(backend.signature(), 2, 0);
    match rig.outcome(backend.infer(batch)).await? {
        Err(inference::InferError::NotRunning) => Ok(()),
        Err(error) => failed(format!("the error is not `NotRunning` but: {error}")),
        Ok(answer) => {
            let whole = rows::verify(backend.signature(), &answer, 2);
            super::rig::because("the answer", whole)
        }
    }
}

pub(super) async fn warm_up<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let mut backend = rig.subject.backend();
    rig.start(&mut backend)?;
    let batch = rig.batch(backend.signature(), 3, 0);
    let right = rig.right(std::slice::from_ref(&batch)).await?;
    rig.ask(&backend, &batch, &right[0]).await?;
    {
        let mut given_up = pin!(backend.warm_up());
        drop(poll_immediate(given_up.as_mut()).await);
    }
    rig.ask(&backend, &batch, &right[0]).await?;
    let warm = rig.within("the warm-up", backend.warm_up()).await?;
    warm.map_err(|error| Stop::Failed(format!("it does not warm up: {error}")))?;
    rig.ask(&backend, &batch, &right[0]).await
}

pub(super) async fn reload<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let (mut model, reloader) = inference::Reload::new(rig.subject.backend());
    rig.start(&mut model)?;
    let batches = rig.batches(model.signature(), 3);
    let right = rig.right(&batches).await?;
    let ask = |index: usize| rig.ask(&model, &batches[index], &right[index]);
    let mut in_flight = pin!(model.infer(batches[0].clone()));
    let begun = poll_immediate(in_flight.as_mut()).await;

    let replacing = reloader.replace(rig.subject.backend());
    let replaced = rig.within("the old model", async {
        let old_batch = async {
            // Lets the next model start before the batch, which either answers.
            tokio::task::yield_now().await;
            ask(1).await?;
            let answer = match begun {
                Some(answer) => answer,
                None => rig.outcome(in_flight).await?,
            };
            let error = |error| Stop::Failed(format!("the batch in flight has no answer: {error}"));
            rig.compare("the batch in flight", &answer.map_err(error)?, &right[0])
        };
        join(replacing, old_batch).await
    });
    let (old, answered) = replaced.await?;
    answered?;
    match old {
        Ok(Some(old)) => rig.within("the shutdown", old.shutdown()).await?,
        Ok(None) => return failed("the old model was not given back"),
        Err(error) => return failed(format!("the model was not replaced: {error}")),
    }
    ask(2).await?;
    rig.within("the shutdown", model.shutdown()).await
}

pub(super) async fn shutdown<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let batches = rig.batches(backend.signature(), slots_of(&backend) + 1);
    let right = rig.right(&batches).await?;
    full(rig, &backend, &batches[..1], &right).await?;
    let mut begun = Vec::new();
    for batch in &batches {
        let mut call = Box::pin(backend.infer(batch.clone()));
        let answer = poll_immediate(call.as_mut()).await;
        begun.push((call, answer));
    }
    let unpolled = backend.infer(batches[0].clone());

    let shutdown = rig.within("the shutdown", backend.shutdown());
    shutdown.await?;

    for ((call, answer), right) in begun.into_iter().zip(&right) {
        let answer = match answer {
            Some(answer) => answer,
            None => rig.outcome(call).await?,
        };
        answered(rig, answer, right)?;
    }
    answered(rig, rig.outcome(unpolled).await?, &right[0])?;
    let left = rig.threads.left_after(rig.limit);
    ensure(left == 0, || format!("{left} of its threads are left"))
}

fn answered<S: Subject>(
    rig: &Rig<'_, S>,
    answer: Result<Tensors, inference::InferError>,
    right: &Tensors,
) -> Verdict {
    ensure(ended(&answer), || {
        "a batch in flight at the shutdown fails otherwise than for it".to_owned()
    })?;
    match answer {
        Ok(answer) => rig.compare("a batch in flight at the shutdown", &answer, right),
        Err(_) => Ok(()),
    }
}
