//! Operations that the lanes of a warp do together.

use crate::{
    fault::FaultKind,
    program::{Op, Shuffle, WarpKind, WarpOp},
    run::{
        Context, Stopped,
        thread::{State, Thread},
    },
};

/// What one lane gets: a value and a predicate.
type Answer = (u64, bool);

/// Does one operation whose lanes have all come; returns whether it orders
/// their accesses to memory, and none if there is no such operation.
pub(super) fn meet(context: &Context<'_>, lanes: &mut [Thread]) -> Result<Option<bool>, Stopped> {
    for lane in 0..lanes.len() {
        if lanes[lane].state != State::Warp {
            continue;
        }
        let Op::Warp(op) = lanes[lane].op(context) else {
            continue;
        };
        let Some(members) = members(context, lanes, lane, op)? else {
            continue;
        };
        let mut answers = Vec::with_capacity(lanes.len());
        for member in members_of(members) {
            let answer = answer(lanes, members, member, own_op(context, lanes, member, op));
            answers.push(answer.map_err(|kind| stopped(context, &lanes[member], kind))?);
        }
        for (member, (value, predicate)) in members_of(members).zip(answers) {
            let own = own_op(context, lanes, member, op);
            let thread = &mut lanes[member];
            thread.state = State::Ready;
            if let Some(slot) = own.result {
                thread.set(slot, value);
            }
            if let Some(slot) = own.predicate {
                thread.set(slot, u64::from(predicate));
            }
        }
        return Ok(Some(matches!(op.kind, WarpKind::Sync)));
    }
    Ok(None)
}

fn stopped(context: &Context<'_>, thread: &Thread, kind: FaultKind) -> Stopped {
    Stopped {
        line: thread.line(context),
        thread: thread.place.thread,
        kind,
    }
}

fn own_op<'c>(
    context: &Context<'c>,
    lanes: &[Thread],
    lane: usize,
    other: &'c WarpOp,
) -> &'c WarpOp {
    match lanes[lane].op(context) {
        Op::Warp(op) => op,
        _ => other,
    }
}

fn members_of(members: u32) -> impl Iterator<Item = usize> + Clone {
    (0..32_usize).filter(move |lane| members >> lane & 1 == 1)
}

/// Returns the lanes that do the operation, once all are here.
///
/// Lanes of the mask that have ended, or that the warp does not have, are not
/// waited for.
fn members(
    context: &Context<'_>,
    lanes: &[Thread],
    lane: usize,
    op: &WarpOp,
) -> Result<Option<u32>, Stopped> {
    let set = |test: &dyn Fn(&Thread) -> bool| {
        lanes
            .iter()
            .enumerate()
            .filter(|(_, thread)| test(thread))
            .fold(0_u32, |set, (lane, _)| set | 1 << lane)
    };
    let here = |thread: &Thread| {
        let (one, other) = (&lanes[lane].frame, &thread.frame);
        thread.state == State::Warp && one.function == other.function && one.next == other.next
    };
    let Some(slot) = op.mask else {
        let others_may_come = lanes.iter().any(|thread| thread.state == State::Ready);
        return Ok((!others_may_come).then(|| set(&here)));
    };
    let mask = lanes[lane].get(slot) as u32;
    if mask >> lane & 1 == 0 {
        let kind = FaultKind::Warp(format!("lane {lane} is not in its own mask {mask:#010x}"));
        return Err(stopped(context, &lanes[lane], kind));
    }
    let same = |thread: &Thread| match (thread.state, thread.op(context)) {
        (State::Warp, Op::Warp(other)) => {
            let sync = matches!((op.kind, other.kind), (WarpKind::Sync, WarpKind::Sync));
            (sync || here(thread))
                && other
                    .mask
                    .is_some_and(|slot| thread.get(slot) as u32 == mask)
        }
        _ => false,
    };
    let members = mask & set(&|thread| thread.state != State::Ended);
    Ok((members & !set(&same) == 0).then_some(members))
}

fn answer(lanes: &[Thread], members: u32, lane: usize, op: &WarpOp) -> Result<Answer, FaultKind> {
    let value = |lane: usize| lanes[lane].get(op.operands[0]);
    let all = || members_of(members);
    let truths = all()
        .filter(|lane| value(*lane) & 1 == 1)
        .fold(0_u32, |set, lane| set | 1 << lane);
    Ok(match op.kind {
        WarpKind::Sync => (0, false),
        WarpKind::ActiveMask => (u64::from(members), true),
        WarpKind::Shuffle(shuffle) => {
            let (from, inside) = source(
                shuffle,
                lane,
                lanes[lane].get(op.operands[1]),
                lanes[lane].get(op.operands[2]),
            );
            if members >> from & 1 == 0 {
                let text =
                    format!("lane {lane} reads lane {from}, which has ended or is not in the mask");
                return Err(FaultKind::Warp(text));
            }
            (value(from) & 0xFFFF_FFFF, inside)
        }
        WarpKind::VoteAll => as_predicate(truths == members),
        WarpKind::VoteAny => as_predicate(truths != 0),
        WarpKind::VoteUniform => as_predicate(truths == members || truths == 0),
        WarpKind::Ballot => (u64::from(truths), false),
        WarpKind::MatchAny(mask) => {
            let same = all().filter(|other| value(*other) & mask == value(lane) & mask);
            (same.fold(0, |set, lane| set | 1 << lane), true)
        }
        WarpKind::MatchAll(mask) => {
            let same = all().all(|other| value(other) & mask == value(lane) & mask);
            (if same { u64::from(members) } else { 0 }, same)
        }
        WarpKind::Reduce(f) => (all().map(value).reduce(f).unwrap_or(0) & 0xFFFF_FFFF, true),
    })
}

fn as_predicate(truth: bool) -> Answer {
    (u64::from(truth), truth)
}

/// Returns the lane that a shuffle reads, and whether that was in range.
fn source(shuffle: Shuffle, lane: usize, by: u64, limits: u64) -> (usize, bool) {
    let lane = lane as i64;
    let (by, clamp, segments) = (
        (by & 31) as i64,
        (limits & 31) as i64,
        (limits >> 8 & 31) as i64,
    );
    let last = (lane & segments) | (clamp & !segments);
    let (from, inside) = match shuffle {
        Shuffle::Up => (lane - by, lane - by >= last),
        Shuffle::Down => (lane + by, lane + by <= last),
        Shuffle::Butterfly => (lane ^ by, lane ^ by <= last),
        Shuffle::Index => {
            let from = (lane & segments) | (by & !segments);
            (from, from <= last)
        }
    };
    (if inside { from } else { lane } as usize, inside)
}
