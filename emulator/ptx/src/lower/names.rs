//! Names and slots of one function.

use std::collections::HashMap;

use crate::{
    program::{Constant, Lanes, Slot, Special},
    scalar::Scalar,
};

/// What a name stands for.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Name {
    Register(Slot, Scalar),
    /// Offset in shared memory.
    Shared(Option<u64>),
    Local(u64),
    Global(u64),
    /// Offset in the function's parameters.
    Param(usize),
}

/// Names by scope, the innermost last, and all slots.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    scopes: Vec<HashMap<String, Name>>,
    constants: HashMap<Constant, Slot>,
    /// In the order of their slots.
    listed: Vec<(Slot, Constant)>,
    slots: Slot,
    pub(super) targets: HashMap<&'a str, Vec<&'a str>>,
}

impl Names<'_> {
    pub(super) fn open(&mut self) {
        self.scopes.push(HashMap::new());
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn add(&mut self, name: String, meaning: Name) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, meaning);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Name> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(super) fn new_slot(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Slot {
        if let Some(slot) = self.constants.get(&constant) {
            return *slot;
        }
        let slot = self.new_slot();
        self.constants.insert(constant, slot);
        self.listed.push((slot, constant));
        slot
    }

    pub(super) fn finish(self) -> (usize, Vec<(Slot, Constant)>) {
        (self.slots as usize, self.listed)
    }
}

/// Finds a special register that does not change while a thread runs.
pub(super) fn special(name: &str) -> Option<Special> {
    let (name, axis) = name
        .strip_prefix('%')?
        .split_once('.')
        .unwrap_or((&name[1..], ""));
    let axis = match axis {
        "" | "x" => 0,
        "y" => 1,
        "z" => 2,
        _ => return None,
    };
    Some(match name {
        "tid" => Special::Tid(axis),
        "ntid" => Special::Ntid(axis),
        "ctaid" => Special::Ctaid(axis),
        "nctaid" => Special::Nctaid(axis),
        "laneid" => Special::Laneid,
        "warpid" => Special::Warpid,
        "nwarpid" => Special::Nwarpid,
        "lanemask_eq" => Special::Lanemask(Lanes::Equal),
        "lanemask_lt" => Special::Lanemask(Lanes::Less),
        "lanemask_le" => Special::Lanemask(Lanes::LessOrEqual),
        "lanemask_gt" => Special::Lanemask(Lanes::Greater),
        "lanemask_ge" => Special::Lanemask(Lanes::GreaterOrEqual),
        "dynamic_smem_size" => Special::DynamicSharedSize,
        "total_smem_size" => Special::TotalSharedSize,
        _ => return None,
    })
}

/// Tells whether a special register changes while a thread runs.
pub(super) fn is_clock(name: &str) -> bool {
    matches!(
        name,
        "%clock" | "%clock_hi" | "%clock64" | "%globaltimer" | "%globaltimer_lo"
    )
}
