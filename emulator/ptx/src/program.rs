//! What a module is lowered to: instructions whose operands are slots.
//!
//! Every operand is a slot of the frame: registers, but also constants,
//! addresses of variables and special registers, which are filled in when the
//! frame is made. An instruction then needs no cases for its operands.

use std::{collections::HashMap, sync::Arc};

use crate::launch::Param;

/// An index into a frame's slots.
pub(crate) type Slot = u32;
pub(crate) type Unary = fn(u64) -> u64;
pub(crate) type Binary = fn(u64, u64) -> u64;
pub(crate) type Ternary = fn(u64, u64, u64) -> u64;
pub(crate) type Quaternary = fn(u64, u64, u64, u64) -> u64;

/// All functions and variables of a module.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) functions: Vec<Arc<Function>>,
    pub(crate) kernels: HashMap<String, usize>,
    /// The kernels' names, in the text's order.
    pub(crate) kernel_names: Vec<String>,
    pub(crate) globals: Vec<u8>,
    /// Offset and size of each variable in `globals`.
    pub(crate) global_places: HashMap<String, (usize, usize)>,
}

/// A kernel or a device function.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub(crate) name: Arc<str>,
    pub(crate) params: Vec<Param>,
    /// Where the value that a call gives back lies in the parameters.
    pub(crate) returns: Vec<Param>,
    /// Parameters, returned values, and what the calls within it pass.
    pub(crate) param_bytes: usize,
    pub(crate) shared_bytes: usize,
    pub(crate) local_bytes: usize,
    pub(crate) max_threads: Option<u32>,
    pub(crate) slots: usize,
    /// What some slots hold before the first instruction; the rest are zero.
    pub(crate) constants: Vec<(Slot, Constant)>,
    pub(crate) code: Vec<Instruction>,
}

/// What a slot holds when a frame is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Constant {
    Value(u64),
    /// An offset in the frame's part of local memory.
    Local(u64),
    /// An offset in the module's variables.
    Global(u64),
    /// Where the shared memory that the launch asks for begins.
    DynamicShared,
    Special(Special),
}

/// A register that tells a thread where it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Special {
    Tid(u8),
    Ntid(u8),
    Ctaid(u8),
    Nctaid(u8),
    Laneid,
    Warpid,
    Nwarpid,
    Lanemask(Lanes),
    DynamicSharedSize,
    TotalSharedSize,
}

/// Which lanes a lane mask has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Lanes {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// One instruction and where it came from.
#[derive(Debug)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    /// Skipped unless this slot is true, or false.
    pub(crate) guard: Option<(Slot, bool)>,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) enum Op {
    Unary(Unary, Slot, Slot),
    Binary(Binary, Slot, [Slot; 2]),
    Ternary(Ternary, Slot, [Slot; 3]),
    Quaternary(Quaternary, Slot, [Slot; 4]),
    Load(Access),
    Store(Access),
    Atomic(Box<Atomic>),
    CopyAsync(Box<CopyAsync>),
    CopyCommit,
    /// Waits until so many groups of copies are left; all copies if none.
    CopyWait(Option<u32>),
    Branch(u32),
    BranchIndex(Slot, Box<[u32]>),
    Call(Box<Call>),
    /// Ends a call, or the thread.
    Return,
    Exit,
    Trap,
    Barrier(Box<Barrier>),
    Warp(Box<WarpOp>),
    Clock(Slot),
    Nothing,
}

/// A space that an address may be given in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Space {
    Generic,
    Global,
    Shared,
    Local,
    /// Parameters of the function, or of a call it makes.
    Param,
}

/// A load or a store of one or more elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) space: Space,
    pub(crate) base: Slot,
    pub(crate) offset: i64,
    pub(crate) bytes: u8,
    pub(crate) count: u8,
    /// Loaded elements are extended by their sign, to this many bits.
    pub(crate) extend: Option<u8>,
    pub(crate) values: [Slot; 4],
}

/// An atomic read, change and write.
#[derive(Debug)]
pub(crate) struct Atomic {
    pub(crate) space: Space,
    pub(crate) base: Slot,
    pub(crate) offset: i64,
    pub(crate) bytes: u8,
    pub(crate) change: Change,
    pub(crate) operands: [Slot; 2],
    pub(crate) old: Option<Slot>,
}

/// What an atomic makes of the old value and one or two operands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Two(Binary),
    Three(Ternary),
}

/// A copy from global to shared memory that is done when it is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CopyAsync {
    pub(crate) to: (Slot, i64),
    pub(crate) from: (Slot, i64),
    pub(crate) bytes: u8,
    /// How many bytes to take; the rest are zeros.
    pub(crate) taken: Option<Slot>,
}

/// A call: bytes to copy from the caller's parameters to the called
/// function's, and back.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: usize,
    pub(crate) arguments: Vec<usize>,
    pub(crate) results: Vec<usize>,
}

/// A block's barrier.
#[derive(Debug)]
pub(crate) struct Barrier {
    pub(crate) number: Slot,
    /// How many threads take part; the whole block if none.
    pub(crate) threads: Option<Slot>,
    pub(crate) waits: bool,
    pub(crate) reduce: Option<(Reduce, Slot, Slot)>,
}

/// What a barrier makes of its threads' predicates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reduce {
    Count,
    All,
    Any,
}

/// An operation that the lanes of a warp do together.
#[derive(Debug)]
pub(crate) struct WarpOp {
    pub(crate) kind: WarpKind,
    pub(crate) result: Option<Slot>,
    pub(crate) predicate: Option<Slot>,
    /// Value, and what else the kind needs.
    pub(crate) operands: [Slot; 3],
    /// The lanes that take part; those at this instruction if none.
    pub(crate) mask: Option<Slot>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum WarpKind {
    Sync,
    ActiveMask,
    Shuffle(Shuffle),
    VoteAll,
    VoteAny,
    VoteUniform,
    Ballot,
    /// Lanes with the same value, cut to this mask of bits.
    MatchAny(u64),
    MatchAll(u64),
    Reduce(Binary),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shuffle {
    Up,
    Down,
    Butterfly,
    Index,
}
