//! Barriers of a block.

use crate::{
    fault::FaultKind,
    program::{Barrier, Op, Reduce},
    run::{
        Context, Stopped,
        block::LANES,
        shared::Shared,
        thread::{State, Thread},
    },
};

/// A block has so many barriers.
const BARRIERS: usize = 16;

/// How many threads have come to each barrier without waiting.
#[derive(Default, Debug)]
pub(super) struct Barriers {
    arrived: [usize; BARRIERS],
}

impl Barriers {
    /// Lets go the threads of each barrier that all have reached; tells
    /// whether any thread went on.
    pub(super) fn meet(
        &mut self,
        context: &Context<'_>,
        threads: &mut [Thread],
        shared: &mut Shared,
    ) -> Result<bool, Stopped> {
        let mut waiting: [Vec<usize>; BARRIERS] = Default::default();
        let mut moved = false;
        for (index, thread) in threads.iter_mut().enumerate() {
            if thread.state != State::Barrier {
                continue;
            }
            let Op::Barrier(barrier) = thread.op(context) else {
                continue;
            };
            let number = thread.get(barrier.number) as u32 as usize;
            if number >= BARRIERS {
                let kind = FaultKind::Barrier(format!(
                    "barrier {number} does not exist: there are {BARRIERS}"
                ));
                return Err(Stopped {
                    line: thread.line(context),
                    thread: thread.place.thread,
                    kind,
                });
            }
            if barrier.waits {
                waiting[number].push(index);
            } else {
                self.arrived[number] += 1;
                thread.state = State::Ready;
                moved = true;
            }
        }
        for (number, waiting) in waiting.iter().enumerate() {
            moved |= self.complete(context, threads, number, waiting)? && {
                shared.epoch += 1;
                true
            };
        }
        Ok(moved)
    }

    /// Lets go the threads that wait at one barrier, if they are enough.
    fn complete(
        &mut self,
        context: &Context<'_>,
        threads: &mut [Thread],
        number: usize,
        waiting: &[usize],
    ) -> Result<bool, Stopped> {
        let Some(&first) = waiting.first() else {
            return Ok(false);
        };
        let stopped = |thread: &Thread, text: String| {
            let kind = FaultKind::Barrier(text);
            Err(Stopped {
                line: thread.line(context),
                thread: thread.place.thread,
                kind,
            })
        };
        let Op::Barrier(barrier) = threads[first].op(context) else {
            return Ok(false);
        };
        let needed = barrier.threads.map_or(threads.len(), |slot| {
            threads[first].get(slot) as u32 as usize
        });
        if !needed.is_multiple_of(LANES) && barrier.threads.is_some() {
            return stopped(
                &threads[first],
                format!("barrier {number} waits for {needed} threads, not whole warps"),
            );
        }
        let come = waiting.len() + self.arrived[number];
        if come < needed {
            return Ok(false);
        }
        if come > needed {
            return stopped(
                &threads[first],
                format!("barrier {number} is for {needed} threads, but {come} came"),
            );
        }
        for pair in waiting.windows(2) {
            let [one, other] = [&threads[pair[0]], &threads[pair[1]]];
            let apart =
                one.frame.next != other.frame.next || one.frame.function != other.frame.function;
            if apart && pair[0] / LANES == pair[1] / LANES {
                let line = one.line(context);
                let text = format!(
                    "barrier {number} is reached by one warp from line {line} and from here"
                );
                return stopped(other, text);
            }
        }
        self.arrived[number] = 0;
        reduce(context, threads, waiting, barrier);
        for index in waiting {
            threads[*index].state = State::Ready;
        }
        Ok(true)
    }
}

fn reduce(context: &Context<'_>, threads: &mut [Thread], waiting: &[usize], barrier: &Barrier) {
    let Some((kind, _, _)) = barrier.reduce else {
        return;
    };
    let predicate = |thread: &Thread| match thread.op(context) {
        Op::Barrier(barrier) => barrier
            .reduce
            .is_some_and(|(_, _, slot)| thread.get(slot) & 1 == 1),
        _ => false,
    };
    let count = waiting
        .iter()
        .filter(|index| predicate(&threads[**index]))
        .count();
    let result = match kind {
        Reduce::Count => count as u64,
        Reduce::All => u64::from(count == waiting.len()),
        Reduce::Any => u64::from(count > 0),
    };
    for index in waiting {
        let thread = &mut threads[*index];
        if let Op::Barrier(barrier) = thread.op(context)
            && let Some((_, target, _)) = barrier.reduce
        {
            thread.set(target, result);
        }
    }
}
