//! Addresses of every space.

use crate::{
    fault::FaultKind,
    lower::{LOCAL_BASE, PARAM_BASE, SHARED_BASE},
    memory::AccessError,
    program::Space,
    run::{
        Context,
        frame::Frame,
        local::Local,
        shared::{Shared, Use, Visitor},
    },
};

/// What a thread's accesses may reach.
pub(super) struct Reach<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) shared: &'a mut Shared,
    pub(super) local: &'a mut Local,
    pub(super) visitor: Visitor,
}

/// Finds the space that a generic address lies in, and the address there.
fn resolve(space: Space, address: u64) -> (Space, u64) {
    match (space, address >> 60) {
        (Space::Generic, 1) => (Space::Shared, address - SHARED_BASE),
        (Space::Generic, 2) => (Space::Local, address - LOCAL_BASE),
        (Space::Generic, 3) => (Space::Param, address - PARAM_BASE),
        (Space::Generic, _) => (Space::Global, address),
        (space, _) => (space, address),
    }
}

impl Reach<'_, '_> {
    pub(super) fn read(
        &mut self,
        frame: &Frame,
        space: Space,
        address: u64,
        into: &mut [u8],
    ) -> Result<(), FaultKind> {
        let (space, address) = resolve(space, address);
        let len = into.len();
        aligned(Use::Read, address, len)?;
        match space {
            Space::Shared => {
                let start = inside(Use::Read, "shared", address, len, self.shared.len())?;
                self.shared.read(start, into, self.visitor)
            }
            Space::Local => {
                let start = inside(Use::Read, "local", address, len, self.local.len())?;
                match self.local.read(start, into) {
                    Some(offset) if self.context.launch.check_unwritten => {
                        Err(FaultKind::Unwritten {
                            space: "local",
                            offset: offset as u64,
                        })
                    }
                    _ => Ok(()),
                }
            }
            Space::Param => {
                let start = inside(Use::Read, "parameter", address, len, frame.params.len())?;
                into.copy_from_slice(&frame.params[start..start + len]);
                Ok(())
            }
            _ => self
                .context
                .memory
                .read(address, into)
                .map_err(refused(Use::Read, address, len)),
        }
    }

    pub(super) fn write(
        &mut self,
        frame: &mut Frame,
        space: Space,
        address: u64,
        from: &[u8],
    ) -> Result<(), FaultKind> {
        let (space, address) = resolve(space, address);
        let len = from.len();
        aligned(Use::Write, address, len)?;
        match space {
            Space::Shared => {
                let start = inside(Use::Write, "shared", address, len, self.shared.len())?;
                self.shared.write(start, from, self.visitor)
            }
            Space::Local => {
                let start = inside(Use::Write, "local", address, len, self.local.len())?;
                self.local.write(start, from);
                Ok(())
            }
            Space::Param => {
                let start = inside(Use::Write, "parameter", address, len, frame.params.len())?;
                frame.params[start..start + len].copy_from_slice(from);
                Ok(())
            }
            _ => {
                self.context
                    .memory
                    .write(address, from)
                    .map_err(refused(Use::Write, address, len))
            }
        }
    }

    /// Replaces a number by what `change` makes of it; returns the old one.
    pub(super) fn update(
        &mut self,
        space: Space,
        address: u64,
        len: usize,
        change: &dyn Fn(u64) -> u64,
    ) -> Result<u64, FaultKind> {
        let (space, address) = resolve(space, address);
        aligned(Use::Atomic, address, len)?;
        match space {
            Space::Shared => {
                let start = inside(Use::Atomic, "shared", address, len, self.shared.len())?;
                self.shared.update(start, len, self.visitor, change)
            }
            Space::Local | Space::Param => {
                let source = AccessError("atomics reach global and shared memory only".to_owned());
                Err(refused(Use::Atomic, address, len)(source))
            }
            _ => self
                .context
                .memory
                .update(address, len, change)
                .map_err(refused(Use::Atomic, address, len)),
        }
    }
}

fn refused(usage: Use, address: u64, bytes: usize) -> impl FnOnce(AccessError) -> FaultKind {
    move |source| FaultKind::Address {
        access: usage.name(),
        address,
        bytes,
        source,
    }
}

fn aligned(usage: Use, address: u64, bytes: usize) -> Result<(), FaultKind> {
    if address.is_multiple_of(bytes as u64) {
        return Ok(());
    }
    Err(FaultKind::Misaligned {
        access: usage.name(),
        address,
        bytes,
    })
}

fn inside(
    usage: Use,
    space: &'static str,
    offset: u64,
    bytes: usize,
    size: usize,
) -> Result<usize, FaultKind> {
    if offset
        .checked_add(bytes as u64)
        .is_some_and(|end| end <= size as u64)
    {
        return Ok(offset as usize);
    }
    Err(FaultKind::Outside {
        access: usage.name(),
        space,
        offset,
        bytes,
        size,
    })
}
