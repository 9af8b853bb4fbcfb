//! The memory of one thread.

/// Bytes, and for each whether it was ever written.
#[derive(Default, Debug)]
pub(super) struct Local {
    bytes: Vec<u8>,
    written: Vec<bool>,
}

/// What local memory holds before it is written.
const POISON: u8 = 0xCD;

impl Local {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Makes it so large; what is new is not written.
    pub(super) fn resize(&mut self, len: usize) {
        self.bytes.resize(len, POISON);
        self.written.resize(len, false);
    }

    /// Reads a range that lies inside; returns the first byte not written.
    pub(super) fn read(&self, start: usize, into: &mut [u8]) -> Option<usize> {
        let range = start..start + into.len();
        into.copy_from_slice(&self.bytes[range.clone()]);
        self.written[range]
            .iter()
            .position(|written| !written)
            .map(|at| start + at)
    }

    /// Writes a range that lies inside.
    pub(super) fn write(&mut self, start: usize, from: &[u8]) {
        let range = start..start + from.len();
        self.bytes[range.clone()].copy_from_slice(from);
        self.written[range].fill(true);
    }
}
