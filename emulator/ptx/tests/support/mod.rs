//! Device memory for tests, and short ways to launch.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::cell::RefCell;

use millpond_ptx::{AccessError, Fault, Kernel, Launch, Memory, Module};

/// Allocations far from each other.
#[derive(Default)]
pub(crate) struct Device {
    allocations: RefCell<Vec<Vec<u8>>>,
}

const SPAN: u64 = 1 << 32;

impl Device {
    /// Allocates these bytes; returns their address.
    pub(crate) fn put<T: Copy>(&self, values: &[T], bytes: impl Fn(T) -> Vec<u8>) -> u64 {
        let mut allocations = self.allocations.borrow_mut();
        allocations.push(values.iter().flat_map(|value| bytes(*value)).collect());
        SPAN * allocations.len() as u64
    }

    pub(crate) fn put_f32(&self, values: &[f32]) -> u64 {
        self.put(values, |value| value.to_le_bytes().to_vec())
    }

    pub(crate) fn put_u32(&self, values: &[u32]) -> u64 {
        self.put(values, |value| value.to_le_bytes().to_vec())
    }

    pub(crate) fn put_u64(&self, values: &[u64]) -> u64 {
        self.put(values, |value| value.to_le_bytes().to_vec())
    }

    pub(crate) fn bytes(&self, address: u64) -> Vec<u8> {
        self.allocations.borrow()[(address / SPAN) as usize - 1].clone()
    }

    pub(crate) fn f32s(&self, address: u64) -> Vec<f32> {
        self.bytes(address)
            .chunks(4)
            .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
            .collect()
    }

    pub(crate) fn u32s(&self, address: u64) -> Vec<u32> {
        self.bytes(address)
            .chunks(4)
            .map(|four| u32::from_le_bytes(four.try_into().unwrap()))
            .collect()
    }

    pub(crate) fn u64s(&self, address: u64) -> Vec<u64> {
        self.bytes(address)
            .chunks(8)
            .map(|eight| u64::from_le_bytes(eight.try_into().unwrap()))
            .collect()
    }

    fn with<R>(
        &self,
        address: u64,
        len: usize,
        act: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R, AccessError> {
        let mut allocations = self.allocations.borrow_mut();
        let index = (address / SPAN)
            .checked_sub(1)
            .ok_or_else(|| AccessError("near null".to_owned()))?;
        let allocation = allocations
            .get_mut(index as usize)
            .ok_or_else(|| AccessError("nothing there".to_owned()))?;
        let start = (address % SPAN) as usize;
        let range = allocation
            .get_mut(start..start + len)
            .ok_or_else(|| AccessError("past the end".to_owned()))?;
        Ok(act(range))
    }
}

impl Memory for Device {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), AccessError> {
        self.with(address, into.len(), |range| into.copy_from_slice(range))
    }

    fn write(&self, address: u64, from: &[u8]) -> Result<(), AccessError> {
        self.with(address, from.len(), |range| range.copy_from_slice(from))
    }
}

/// One parameter's bytes.
#[derive(Clone, Copy)]
pub(crate) enum Arg {
    U32(u32),
    U64(u64),
    F32(f32),
}

/// Lays out parameters as the kernel wants them.
pub(crate) fn layout(kernel: &Kernel, args: &[Arg]) -> Vec<u8> {
    assert_eq!(kernel.params().len(), args.len(), "the kernel's parameters");
    let mut bytes = vec![0; kernel.param_bytes()];
    for (param, arg) in kernel.params().iter().zip(args) {
        let value = match arg {
            Arg::U32(value) => value.to_le_bytes().to_vec(),
            Arg::U64(value) => value.to_le_bytes().to_vec(),
            Arg::F32(value) => value.to_le_bytes().to_vec(),
        };
        assert_eq!(value.len(), param.bytes, "the size of `{}`", param.name);
        bytes[param.offset..param.offset + param.bytes].copy_from_slice(&value);
    }
    bytes
}

/// Launches a module's only kernel on one-dimensional blocks.
pub(crate) fn launch(
    text: &str,
    grid: u32,
    block: u32,
    shared: u32,
    args: &[Arg],
    device: &Device,
) -> Result<(), Fault> {
    let module = Module::parse(text).unwrap();
    let name = module.kernel_names().next().unwrap().to_owned();
    let kernel = module.kernel(&name).unwrap();
    let params = layout(&kernel, args);
    kernel.launch(
        &Launch::new([grid, 1, 1], [block, 1, 1], shared, &params),
        device,
    )
}

/// A kernel of one parameter, `%out`, with this body.
pub(crate) fn kernel(body: &str) -> String {
    format!(
        ".version 8.8\n.target sm_80\n.address_size 64\n\
         .visible .entry k(.param .u64 k_param_0)\n{{\n\
         .reg .pred %p<10>;\n.reg .b16 %rs<10>;\n.reg .b32 %r<20>;\n.reg .b64 %rd<20>;\n\
         .reg .f32 %f<10>;\n.reg .f64 %fd<10>;\n.reg .b64 %out;\n\
         ld.param.u64 %out, [k_param_0];\n{body}\nret;\n}}\n"
    )
}

/// Runs a kernel body on one block whose threads each write numbers to
/// `%out`; returns `count` of them.
pub(crate) fn run(body: &str, threads: u32, count: usize) -> Result<Vec<u32>, Fault> {
    let device = Device::default();
    let out = device.put_u32(&vec![0xDEAD_BEEF; count]);
    launch(&kernel(body), 1, threads, 0, &[Arg::U64(out)], &device)?;
    Ok(device.u32s(out))
}
