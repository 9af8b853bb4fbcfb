//! The slots of one running function.

use crate::{
    program::{Constant, Function, Lanes, Special},
    run::Context,
};

/// One function that runs: its slots, its parameters, where it is.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) function: usize,
    pub(super) next: usize,
    pub(super) slots: Vec<u64>,
    pub(super) params: Vec<u8>,
    /// Where its part of the thread's local memory begins.
    pub(super) local: usize,
}

/// Where a frame is, for its constants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) block: [u32; 3],
    pub(super) thread: u32,
}

/// Returns a thread's place in its block, as `%tid` gives it.
pub(super) fn thread_place(block: [u32; 3], thread: u32) -> [u32; 3] {
    let [x, y, _] = block.map(|side| side.max(1));
    [thread % x, thread / x % y, thread / x / y]
}

impl Frame {
    pub(super) fn new(context: &Context<'_>, number: usize, place: Place, local: usize) -> Self {
        let function = &context.program.functions[number];
        let mut slots = vec![0; function.slots];
        for (slot, constant) in &function.constants {
            slots[*slot as usize] = value(context, *constant, place, local);
        }
        Self {
            function: number,
            next: 0,
            slots,
            params: vec![0; function.param_bytes],
            local,
        }
    }

    /// Makes the frame of a kernel, whose parameters the launch gives.
    pub(super) fn of_kernel(context: &Context<'_>, number: usize, place: Place) -> Self {
        let mut frame = Self::new(context, number, place, 0);
        let given = context.launch.params.len().min(frame.params.len());
        frame.params[..given].copy_from_slice(&context.launch.params[..given]);
        frame
    }

    pub(super) fn function<'c>(&self, context: &Context<'c>) -> &'c Function {
        &context.program.functions[self.function]
    }
}

/// Where the shared memory that the launch asks for begins.
pub(super) fn dynamic_shared(static_shared: usize) -> usize {
    static_shared.next_multiple_of(16)
}

fn value(context: &Context<'_>, constant: Constant, place: Place, local: usize) -> u64 {
    match constant {
        Constant::Value(value) => value,
        Constant::Local(offset) => local as u64 + offset,
        Constant::Global(offset) => context.launch.globals.wrapping_add(offset),
        Constant::DynamicShared => dynamic_shared(context.static_shared) as u64,
        Constant::Special(special) => u64::from(self::special(context, special, place)),
    }
}

fn special(context: &Context<'_>, special: Special, place: Place) -> u32 {
    let lane = place.thread % 32;
    let dynamic = context.launch.shared_bytes;
    match special {
        Special::Tid(axis) => thread_place(context.launch.block, place.thread)[usize::from(axis)],
        Special::Ntid(axis) => context.launch.block[usize::from(axis)],
        Special::Ctaid(axis) => place.block[usize::from(axis)],
        Special::Nctaid(axis) => context.launch.grid[usize::from(axis)],
        Special::Laneid => lane,
        Special::Warpid => place.thread / 32,
        Special::Nwarpid => context.threads.div_ceil(32),
        Special::Lanemask(Lanes::Equal) => 1 << lane,
        Special::Lanemask(Lanes::Less) => (1 << lane) - 1,
        Special::Lanemask(Lanes::LessOrEqual) => u32::MAX >> (31 - lane),
        Special::Lanemask(Lanes::Greater) => !(u32::MAX >> (31 - lane)),
        Special::Lanemask(Lanes::GreaterOrEqual) => u32::MAX << lane,
        Special::DynamicSharedSize => dynamic,
        Special::TotalSharedSize => dynamic + context.static_shared as u32,
    }
}
