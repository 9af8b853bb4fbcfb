//! Device memory, as a launch sees it.

use thiserror::Error;

/// Why device memory refuses an access.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{0}")]
pub struct AccessError(pub String);

/// Device memory, by address.
///
/// Addresses from `1 << 60` upwards belong to the interpreter's own spaces
/// and never arrive here. An access is aligned to its size, which is 1, 2, 4,
/// 8 or 16 bytes.
pub trait Memory {
    /// Fills `into` with the bytes from `address`.
    ///
    /// # Errors
    ///
    /// The bytes do not all lie in memory that may be read.
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), AccessError>;

    /// Sets the bytes from `address` to `from`.
    ///
    /// # Errors
    ///
    /// The bytes do not all lie in memory that may be written.
    fn write(&self, address: u64, from: &[u8]) -> Result<(), AccessError>;

    /// Replaces the number of 2, 4 or 8 `bytes` at `address` by what `change`
    /// makes of it, and returns what it was.
    ///
    /// `change` may be called more than once. Unless overridden, this reads
    /// and then writes: atomic within a launch, but not between launches that
    /// run at the same time.
    ///
    /// # Errors
    ///
    /// The bytes do not all lie in memory that may be read and written.
    fn update(
        &self,
        address: u64,
        bytes: usize,
        change: &dyn Fn(u64) -> u64,
    ) -> Result<u64, AccessError> {
        let mut number = [0; 8];
        self.read(address, &mut number[..bytes])?;
        let old = u64::from_le_bytes(number);
        self.write(address, &change(old).to_le_bytes()[..bytes])?;
        Ok(old)
    }
}
