//! One thread: runs until it ends or needs others.

use std::collections::VecDeque;

use crate::{
    fault::FaultKind,
    program::{Access, Atomic, Call, Change, CopyAsync, Op, Slot, Space},
    run::{
        Context,
        access::Reach,
        frame::{Frame, Place},
        local::Local,
    },
};

/// So deep calls may be nested.
const DEEPEST: usize = 256;

/// A thread and where it is.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) place: Place,
    pub(super) frame: Frame,
    callers: Vec<Frame>,
    pub(super) local: Local,
    pub(super) state: State,
    /// Copies that were begun, in groups; the last is not yet committed.
    copies: VecDeque<Vec<CopyAsync>>,
    instructions: u64,
}

/// Whether a thread can go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Ready,
    /// At the barrier that its last instruction is.
    Barrier,
    /// At the operation of its warp that its last instruction is.
    Warp,
    Ended,
}

impl Thread {
    pub(super) fn new(context: &Context<'_>, kernel: usize, place: Place) -> Self {
        let frame = Frame::of_kernel(context, kernel, place);
        let mut local = Local::default();
        local.resize(frame.function(context).local_bytes);
        let copies = VecDeque::from([Vec::new()]);
        Self {
            place,
            frame,
            callers: Vec::new(),
            local,
            state: State::Ready,
            copies,
            instructions: 0,
        }
    }

    /// Returns the line of the instruction that it stopped at.
    pub(super) fn line(&self, context: &Context<'_>) -> u32 {
        let code = &self.frame.function(context).code;
        code[self.frame.next.saturating_sub(1).min(code.len() - 1)].line
    }

    /// Returns the last instruction's operation.
    pub(super) fn op<'c>(&self, context: &Context<'c>) -> &'c Op {
        &self.frame.function(context).code[self.frame.next.saturating_sub(1)].op
    }

    pub(super) fn get(&self, slot: Slot) -> u64 {
        self.frame.slots[slot as usize]
    }

    pub(super) fn set(&mut self, slot: Slot, value: u64) {
        self.frame.slots[slot as usize] = value;
    }

    /// Runs for at most `most` instructions; returns how many it took.
    pub(super) fn run(
        &mut self,
        context: &Context<'_>,
        shared: &mut super::shared::Shared,
        warp_epoch: u32,
        most: u64,
    ) -> Result<u64, FaultKind> {
        let mut taken = 0;
        while self.state == State::Ready && taken < most {
            let function = self.frame.function(context);
            // Runs within one function until something outside of it is needed.
            let op = loop {
                let instruction = &function.code[self.frame.next];
                self.frame.next += 1;
                taken += 1;
                let slots = &mut self.frame.slots[..];
                if let Some((guard, wanted)) = instruction.guard
                    && (slots[guard as usize] & 1 == 1) != wanted
                {
                    if taken == most {
                        return Ok(taken);
                    }
                    continue;
                }
                match &instruction.op {
                    Op::Unary(f, d, a) => slots[*d as usize] = f(slots[*a as usize]),
                    Op::Binary(f, d, [a, b]) => {
                        slots[*d as usize] = f(slots[*a as usize], slots[*b as usize]);
                    }
                    Op::Ternary(f, d, [a, b, c]) => {
                        slots[*d as usize] =
                            f(slots[*a as usize], slots[*b as usize], slots[*c as usize]);
                    }
                    Op::Quaternary(f, d, [a, b, c, e]) => {
                        let [a, b, c, e] = [a, b, c, e].map(|slot| slots[*slot as usize]);
                        slots[*d as usize] = f(a, b, c, e);
                    }
                    Op::Branch(target) => self.frame.next = *target as usize,
                    op => break op,
                }
                if taken >= most {
                    return Ok(taken);
                }
            };
            self.instructions = self.instructions.wrapping_add(taken);
            let visitor = super::shared::Visitor {
                thread: self.place.thread,
                warp_epoch,
            };
            let mut reach = Reach {
                context,
                shared,
                local: &mut self.local,
                visitor,
            };
            match op {
                Op::Load(access) => load(&mut self.frame, &mut reach, access)?,
                Op::Store(access) => store(&mut self.frame, &mut reach, access)?,
                Op::Atomic(atomic) => update(&mut self.frame, &mut reach, atomic)?,
                Op::CopyAsync(copy) => self.begin_copy(copy),
                Op::CopyCommit => self.copies.push_back(Vec::new()),
                Op::CopyWait(left) => {
                    wait_copies(&mut self.frame, &mut self.copies, &mut reach, *left)?;
                }
                op => self.control(context, op)?,
            }
        }
        Ok(taken)
    }

    fn control(&mut self, context: &Context<'_>, op: &Op) -> Result<(), FaultKind> {
        match op {
            Op::BranchIndex(index, targets) => {
                let index = self.get(*index) as u32 as usize;
                let outside = || {
                    FaultKind::Warp(format!(
                        "`brx.idx` by {index}, but there are {} labels",
                        targets.len()
                    ))
                };
                self.frame.next = *targets.get(index).ok_or_else(outside)? as usize;
            }
            Op::Call(call) => self.call(context, call)?,
            Op::Return => self.give_back(context),
            Op::Exit => self.state = State::Ended,
            Op::Trap => return Err(FaultKind::Trap),
            Op::Barrier(_) => self.state = State::Barrier,
            Op::Warp(_) => self.state = State::Warp,
            Op::Clock(target) => self.set(*target, self.instructions),
            _ => {}
        }
        Ok(())
    }

    fn call(&mut self, context: &Context<'_>, call: &Call) -> Result<(), FaultKind> {
        if self.callers.len() == DEEPEST {
            return Err(FaultKind::Depth(DEEPEST));
        }
        let local = self.local.len().next_multiple_of(16);
        let mut called = Frame::new(context, call.function, self.place, local);
        let function = called.function(context);
        self.local.resize(local + function.local_bytes);
        for (param, from) in function.params.iter().zip(&call.arguments) {
            let bytes = &self.frame.params[*from..*from + param.bytes];
            called.params[param.offset..param.offset + param.bytes].copy_from_slice(bytes);
        }
        self.callers
            .push(std::mem::replace(&mut self.frame, called));
        Ok(())
    }

    fn give_back(&mut self, context: &Context<'_>) {
        let Some(caller) = self.callers.pop() else {
            self.state = State::Ended;
            return;
        };
        let called = std::mem::replace(&mut self.frame, caller);
        self.local.resize(called.local);
        if let Op::Call(call) = self.op(context) {
            for (param, to) in called.function(context).returns.iter().zip(&call.results) {
                let bytes = &called.params[param.offset..param.offset + param.bytes];
                self.frame.params[*to..*to + param.bytes].copy_from_slice(bytes);
            }
        }
    }

    fn begin_copy(&mut self, copy: &CopyAsync) {
        // The addresses are those of now; the bytes are those of the wait.
        let slots = &mut self.frame.slots;
        let address =
            |(slot, offset): (Slot, i64)| slots[slot as usize].wrapping_add_signed(offset);
        let taken = copy.taken.map_or(u64::from(copy.bytes), |slot| {
            slots[slot as usize] & 0xFFFF_FFFF
        });
        let (to, from) = (address(copy.to), address(copy.from));
        let fixed = CopyAsync {
            to: (0, to as i64),
            from: (0, from as i64),
            bytes: copy.bytes,
            taken: Some(taken as u32),
        };
        if let Some(group) = self.copies.back_mut() {
            group.push(fixed);
        }
    }
}

fn load(frame: &mut Frame, reach: &mut Reach<'_, '_>, access: &Access) -> Result<(), FaultKind> {
    let address = frame.slots[access.base as usize].wrapping_add_signed(access.offset);
    let (bytes, count) = (usize::from(access.bytes), usize::from(access.count));
    let mut buffer = [0; 32];
    reach.read(frame, access.space, address, &mut buffer[..bytes * count])?;
    for (element, slot) in buffer.chunks(bytes).zip(&access.values[..count]) {
        let mut number = [0; 8];
        number[..bytes].copy_from_slice(element);
        let mut value = u64::from_le_bytes(number);
        if let Some(width) = access.extend {
            let unused = 64 - 8 * bytes as u32;
            value = (((value << unused) as i64) >> unused) as u64 & (u64::MAX >> (64 - width));
        }
        frame.slots[*slot as usize] = value;
    }
    Ok(())
}

fn store(frame: &mut Frame, reach: &mut Reach<'_, '_>, access: &Access) -> Result<(), FaultKind> {
    let address = frame.slots[access.base as usize].wrapping_add_signed(access.offset);
    let (bytes, count) = (usize::from(access.bytes), usize::from(access.count));
    let mut buffer = [0; 32];
    for (element, slot) in buffer.chunks_mut(bytes).zip(&access.values[..count]) {
        element.copy_from_slice(&frame.slots[*slot as usize].to_le_bytes()[..bytes]);
    }
    reach.write(frame, access.space, address, &buffer[..bytes * count])
}

fn update(frame: &mut Frame, reach: &mut Reach<'_, '_>, atomic: &Atomic) -> Result<(), FaultKind> {
    let address = frame.slots[atomic.base as usize].wrapping_add_signed(atomic.offset);
    let [a, b] = atomic.operands.map(|slot| frame.slots[slot as usize]);
    let change = |old| match atomic.change {
        Change::Two(f) => f(old, a),
        Change::Three(f) => f(old, a, b),
    };
    let old = reach.update(atomic.space, address, usize::from(atomic.bytes), &change)?;
    if let Some(slot) = atomic.old {
        frame.slots[slot as usize] = old;
    }
    Ok(())
}

fn wait_copies(
    frame: &mut Frame,
    copies: &mut VecDeque<Vec<CopyAsync>>,
    reach: &mut Reach<'_, '_>,
    left: Option<u32>,
) -> Result<(), FaultKind> {
    if left.is_none() {
        copies.push_back(Vec::new());
    }
    while copies.len() > left.unwrap_or(0) as usize + 1 {
        for copy in copies.pop_front().into_iter().flatten() {
            let mut buffer = [0; 16];
            let bytes = usize::from(copy.bytes);
            let taken = (copy.taken.unwrap_or(0) as usize).min(bytes);
            if taken == bytes {
                reach.read(
                    frame,
                    Space::Global,
                    copy.from.1 as u64,
                    &mut buffer[..bytes],
                )?;
            } else {
                for (offset, byte) in buffer[..taken].iter_mut().enumerate() {
                    reach.read(
                        frame,
                        Space::Global,
                        copy.from.1 as u64 + offset as u64,
                        std::slice::from_mut(byte),
                    )?;
                }
            }
            reach.write(frame, Space::Shared, copy.to.1 as u64, &buffer[..bytes])?;
        }
    }
    Ok(())
}
