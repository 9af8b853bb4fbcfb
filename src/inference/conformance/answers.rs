//! Checks of one batch at a time.

use super::rig::{Rig, Stop, Verdict, because, ensure};
use super::{Subject, rows};
use crate::inference::Backend;

pub(super) async fn shapes<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    for (count, seed) in [1, 2, 3, 7, 16].into_iter().zip(0..) {
        if count <= rig.subject.max_rows() {
            answered(rig, &backend, count, seed).await?;
        }
    }
    Ok(())
}

pub(super) async fn zero_rows<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    answered(rig, &backend, 0, 0).await?;
    answered(rig, &backend, 2, 1).await
}

async fn answered<S: Subject>(
    rig: &Rig<'_, S>,
    backend: &S::Backend,
    count: usize,
    seed: u64,
) -> Verdict {
    let signature = backend.signature();
    let batch = rig.batch(signature, count, seed);
    let answer = rig.answer(backend.infer(batch)).await?;
    let whole = rows::verify(signature, &answer, count);
    because(&format!("a batch of {count} rows"), whole)
}

pub(super) async fn values<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    for seed in 0..8 {
        let batch = rig.batch(backend.signature(), 5, seed);
        let Some(right) = rig.subject.expected(&batch) else {
            let reason = "the subject knows no right answers, see `Subject::expected`";
            return Err(Stop::Skipped(reason.to_owned()));
        };
        rig.ask(&backend, &batch, &right).await?;
    }
    Ok(())
}

pub(super) async fn elements<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let batch = rig.batch(backend.signature(), 2, 0);
    let misfits = rows::misfits(backend.signature(), &batch);
    let right = rig.right(std::slice::from_ref(&batch)).await?;
    for (what, misfit) in misfits {
        let answer = rig.outcome(backend.infer(misfit)).await?;
        because(&format!("a batch whose {what}"), rows::refused(answer))?;
        rig.ask(&backend, &batch, &right[0]).await?;
    }
    Ok(())
}

pub(super) async fn nan<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let backend = rig.backend().await?;
    let signature = backend.signature();
    let clean = rig.batch(signature, 4, 0);
    let right = rig.right(std::slice::from_ref(&clean)).await?;
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let (batch, any) = rows::poison(clean.clone(), 1, value);
        if !any {
            return Err(Stop::Skipped("the model takes no floats".to_owned()));
        }
        let answer = rig.answer(backend.infer(batch)).await?;
        because(
            "a batch with such a row",
            rows::verify(signature, &answer, 4),
        )?;
        for row in [0, 2, 3] {
            let (found, right) = (
                rows::part(&answer, row..row + 1)?,
                rows::part(&right[0], row..row + 1)?,
            );
            rig.compare(&format!("row {row} beside one of {value}"), &found, &right)?;
        }
    }
    Ok(())
}

pub(super) async fn maximum_batch<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let most = rig.subject.max_rows();
    ensure(most > 0, || "its largest batch has no row".to_owned())?;
    rows_of(rig, most, &[0, most / 3, most / 2, most - 1]).await
}

pub(super) async fn rows<S: Subject>(rig: &Rig<'_, S>) -> Verdict {
    let count = rig.subject.max_rows().min(5);
    rows_of(rig, count, &(0..count).collect::<Vec<_>>()).await
}

/// Holds these rows of a batch to what they are alone.
async fn rows_of<S: Subject>(rig: &Rig<'_, S>, count: usize, some: &[usize]) -> Verdict {
    let backend = rig.backend().await?;
    let batch = rig.batch(backend.signature(), count, 3);
    let alone = some.iter().map(|&row| rows::part(&batch, row..row + 1));
    let right = rig.right(&alone.collect::<Result<Vec<_>, _>>()?).await?;
    let answer = rig.answer(backend.infer(batch)).await?;
    let whole = rows::verify(backend.signature(), &answer, count);
    because(&format!("a batch of {count} rows"), whole)?;
    for (&row, right) in some.iter().zip(&right) {
        let found = rows::part(&answer, row..row + 1)?;
        rig.compare(&format!("row {row} of {count}"), &found, right)?;
    }
    Ok(())
}
