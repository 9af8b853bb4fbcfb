//! One block: whose turn it is.

use crate::{
    fault::FaultKind,
    run::{
        Context, Stopped,
        frame::{Place, dynamic_shared},
        meeting::Barriers,
        shared::Shared,
        thread::{State, Thread},
        warp,
    },
};

/// A thread that spins gives the others a turn after so many instructions.
const SLICE: u64 = 1 << 16;
pub(super) const LANES: usize = 32;

/// Runs one block; takes what it needs from `left`.
pub(super) fn run(
    context: &Context<'_>,
    kernel: usize,
    block: [u32; 3],
    left: &mut u64,
) -> Result<(), Stopped> {
    let launch = context.launch;
    let bytes = match launch.shared_bytes {
        0 => context.static_shared,
        dynamic => dynamic_shared(context.static_shared) + dynamic as usize,
    };
    let mut shared = Shared::new(bytes, launch.check_unwritten, launch.check_races);
    let place = |thread| Place { block, thread };
    let mut threads: Vec<_> = (0..context.threads)
        .map(|n| Thread::new(context, kernel, place(n)))
        .collect();
    let mut warp_epochs = vec![0; threads.len().div_ceil(LANES)];
    let mut barriers = Barriers::default();
    loop {
        let mut moved = false;
        for (lanes, epoch) in threads.chunks_mut(LANES).zip(&mut warp_epochs) {
            loop {
                moved |= turn(context, lanes, &mut shared, *epoch, left)?;
                let Some(ordered) = warp::meet(context, lanes)? else {
                    break;
                };
                *epoch += u32::from(ordered);
                moved = true;
            }
        }
        moved |= barriers.meet(context, &mut threads, &mut shared)?;
        if threads.iter().all(|thread| thread.state == State::Ended) {
            return Ok(());
        }
        if !moved {
            return Err(stuck(context, &threads));
        }
    }
}

/// Gives each thread of a warp that can go on its turn; tells whether any
/// could.
fn turn(
    context: &Context<'_>,
    lanes: &mut [Thread],
    shared: &mut Shared,
    warp_epoch: u32,
    left: &mut u64,
) -> Result<bool, Stopped> {
    let mut moved = false;
    for thread in lanes
        .iter_mut()
        .filter(|thread| thread.state == State::Ready)
    {
        moved = true;
        let taken = thread.run(context, shared, warp_epoch, SLICE.min(*left));
        let stopped = |line, kind| Stopped {
            line,
            thread: thread.place.thread,
            kind,
        };
        match taken {
            Ok(taken) => *left -= taken,
            Err(kind) => return Err(stopped(thread.line(context), kind)),
        }
        if *left == 0 && thread.state != State::Ended {
            return Err(stopped(
                thread.line(context),
                FaultKind::Budget(context.launch.budget),
            ));
        }
    }
    Ok(moved)
}

/// Says who waits for whom when nobody can go on.
fn stuck(context: &Context<'_>, threads: &[Thread]) -> Stopped {
    let of = |state| threads.iter().filter(move |thread| thread.state == state);
    let ended = of(State::Ended).count();
    let at_barrier = of(State::Barrier).count();
    let at_warp = of(State::Warp).count();
    let others = format!(
        "{at_barrier} threads wait at a barrier, {at_warp} at an operation of their warp, and {ended} have ended"
    );
    // A warp's operation that cannot come about is the cause; those at
    // barriers may only wait for its threads.
    if let Some(thread) = of(State::Warp).next() {
        let kind = FaultKind::Warp(format!(
            "waits for lanes of its mask that never come here: {others}"
        ));
        return Stopped {
            line: thread.line(context),
            thread: thread.place.thread,
            kind,
        };
    }
    let (line, thread) = of(State::Barrier)
        .next()
        .map_or((0, 0), |thread| (thread.line(context), thread.place.thread));
    let kind = FaultKind::Barrier(format!(
        "waits at a barrier that not all of its threads reach: {others}"
    ));
    Stopped { line, thread, kind }
}
