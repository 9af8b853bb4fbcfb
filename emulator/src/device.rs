//! What an emulated device says about itself.

/// Threads in a block, at most.
pub(crate) const MAX_THREADS: u32 = 1024;
/// A block's size in each direction, at most.
pub(crate) const MAX_BLOCK: [u32; 3] = [1024, 1024, 64];
/// A grid's size in each direction, at most.
pub(crate) const MAX_GRID: [u32; 3] = [i32::MAX as u32, 65_535, 65_535];
/// Shared memory of a block, without and with asking for more.
pub(crate) const SHARED_BYTES: u32 = 48 << 10;
pub(crate) const SHARED_BYTES_ASKED: u32 = 163 << 10;

/// Answers `cuDeviceGetAttribute`, by the attribute's number in the driver's
/// header; 0 for what this device does not have.
pub(crate) fn attribute(number: u32, device: usize, major: i32, minor: i32) -> i32 {
    let value = match number {
        1..=3 => MAX_THREADS,
        4 => MAX_BLOCK[2],
        5 => MAX_GRID[0],
        6 | 7 => MAX_GRID[1],
        8 => SHARED_BYTES,
        10 => 32,
        9 | 12 | 82 => 64 << 10,
        13 => 1_000_000,
        16 => 4,
        // Copies and compute at once, on two copy engines; unified addresses;
        // concurrent kernels; host memory; priorities; memory pools.
        40 => 2,
        15 | 19 | 31 | 41 | 78 | 115 => 1,
        33 | 34 => u32::try_from(device).unwrap_or(0),
        38 => 4 << 20,
        39 => 2048,
        75 => return major,
        76 => return minor,
        81 => SHARED_BYTES_ASKED + 1024,
        97 => SHARED_BYTES_ASKED,
        _ => 0,
    };
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Returns a device's identity, which says in letters what it is.
pub(crate) fn uuid(device: usize) -> [u8; 16] {
    let mut uuid = *b"cuda-emulator-00";
    uuid[15] = b'0' + u8::try_from(device % 10).unwrap_or(0);
    uuid
}
