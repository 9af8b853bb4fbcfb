use std::collections::BTreeSet;

use super::resolve::OutletId;
use super::scope::Flat;
use super::{Mistake, SpecError};

/// Puts each stage behind those that it reads; otherwise they stay in the
/// order of the spec. Circles are told, and their stages left out.
pub(super) fn in_order(
    flat: &Flat<'_>,
    inputs: &[Vec<Option<OutletId>>],
    errors: &mut Vec<SpecError>,
) -> Vec<usize> {
    let before = |stage: usize| inputs[stage].iter().flatten().map(|outlet| outlet.stage);
    let mut readers = vec![Vec::new(); inputs.len()];
    for stage in 0..inputs.len() {
        before(stage).for_each(|other| readers[other].push(stage));
    }
    let mut waits_for: Vec<_> = inputs
        .iter()
        .map(|it| it.iter().flatten().count())
        .collect();
    let mut left: BTreeSet<_> = (0..inputs.len()).collect();
    let mut ready: BTreeSet<_> = left
        .iter()
        .copied()
        .filter(|it| waits_for[*it] == 0)
        .collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let done = if let Some(stage) = ready.pop_first() {
            order.push(stage);
            vec![stage]
        } else {
            let circle = circle(&left, &before);
            errors.push(told(flat, &circle));
            circle
        };
        for stage in &done {
            left.remove(stage);
        }
        for reader in done.iter().flat_map(|stage| &readers[*stage]) {
            waits_for[*reader] -= 1;
            if waits_for[*reader] == 0 && left.contains(reader) {
                ready.insert(*reader);
            }
        }
    }
    order
}

/// A circle among stages of which each reads another, in the order in which
/// messages would go round.
fn circle<I: Iterator<Item = usize>>(
    left: &BTreeSet<usize>,
    before: &impl Fn(usize) -> I,
) -> Vec<usize> {
    let mut way = Vec::new();
    let mut at = left.first().copied();
    while let Some(stage) = at {
        if let Some(start) = way.iter().position(|known| *known == stage) {
            way.drain(..start);
            break;
        }
        way.push(stage);
        at = before(stage).find(|other| left.contains(other));
    }
    way.reverse();
    way
}

/// Tells a circle at its first stage, which it begins and ends with.
fn told(flat: &Flat<'_>, circle: &[usize]) -> SpecError {
    let place = |stage: usize| &flat.stages[stage].spec.uses.place;
    let first = (0..circle.len()).min_by_key(|at| place(circle[*at]));
    let first = first.unwrap_or(0);
    let stages = circle.iter().cycle().skip(first).take(circle.len() + 1);
    let names = stages.map(|stage| format!("`{}`", flat.stages[*stage].name));
    let names: Vec<_> = names.collect();
    let text = format!("stages read each other in a circle: {}", names.join(" -> "));
    SpecError::new(Mistake::Cycle, place(circle[first]), text)
        .help("edges are bounded, so a circle would block itself: take one input out")
}
