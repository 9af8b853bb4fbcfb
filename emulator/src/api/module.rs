//! `cuModule*` and `cuFunc*`.

use super::{
    context::required_device,
    driver_functions,
    pointer::{Out, Text},
};
use crate::{
    code::{Answer, Code},
    device::{MAX_THREADS, SHARED_BYTES_ASKED},
    driver::Driver,
    settings::Point,
};

/// Attributes of functions, by their numbers in the driver's header.
const MAX_THREADS_PER_BLOCK: u32 = 0;
const PTX_VERSION: u32 = 5;
const MAX_DYNAMIC_SHARED: u32 = 8;

driver_functions! {
    fn cuModuleLoadData(module: Out<u64>, image: Text) Work {
        module.put(load(&image.read()?)?)
    }

    /// The options are about a compiler that is not here.
    fn cuModuleLoadDataEx(module: Out<u64>, image: Text, _count: u32, _options: u64, _values: u64) Work {
        module.put(load(&image.read()?)?)
    }

    fn cuModuleLoad(module: Out<u64>, path: Text) Work {
        let text = std::fs::read_to_string(path.read()?).map_err(|_| Code::FILE_NOT_FOUND)?;
        module.put(load(&text)?)
    }

    fn cuModuleUnload(module: u64) Release {
        Driver::get().lock().unload(module)
    }

    fn cuModuleGetFunction(function: Out<u64>, module: u64, name: Text) Work {
        function.put(Driver::get().lock().function(module, &name.read()?)?)
    }

    fn cuModuleGetGlobal_v2(address: Out<u64>, bytes: Out<usize>, module: u64, name: Text) Work {
        let (at, len) = Driver::get().lock().global(module, &name.read()?)?;
        // Null means that the caller does not want it.
        let _ = (address.put_if_asked(at), bytes.put_if_asked(len));
        Ok(())
    }

    fn cuFuncGetAttribute(value: Out<i32>, attribute: u32, function: u64) Work {
        let state = Driver::get().lock();
        let function = state.functions.get(&function).ok_or(Code::INVALID_HANDLE)?;
        let answer = match attribute {
            MAX_THREADS_PER_BLOCK => MAX_THREADS,
            PTX_VERSION => 80,
            MAX_DYNAMIC_SHARED => function.shared_limit,
            _ => 0,
        };
        value.put(i32::try_from(answer).map_err(|_| Code::INVALID_VALUE)?)
    }

    fn cuFuncSetAttribute(function: u64, attribute: u32, value: i32) Work {
        let mut state = Driver::get().lock();
        let function = state.functions.get_mut(&function).ok_or(Code::INVALID_HANDLE)?;
        let value = u32::try_from(value).map_err(|_| Code::INVALID_VALUE)?;
        if attribute == MAX_DYNAMIC_SHARED {
            if value > SHARED_BYTES_ASKED {
                return Err(Code::INVALID_VALUE);
            }
            function.shared_limit = value;
        }
        Ok(())
    }

    fn cuFuncSetCacheConfig(function: u64, _config: u32) Work {
        let state = Driver::get().lock();
        state.functions.contains_key(&function).then_some(()).ok_or(Code::INVALID_HANDLE)
    }

    fn cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks: Out<i32>, function: u64, threads: i32, _shared: usize) Work {
        occupancy(&blocks, function, threads)
    }

    fn cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
        blocks: Out<i32>, function: u64, threads: i32, _shared: usize, _flags: u32,
    ) Work {
        occupancy(&blocks, function, threads)
    }
}

/// Loads what may be PTX; compiled code, which begins with these bytes, is
/// for no device that is here.
fn load(image: &str) -> Answer<u64> {
    let device = required_device()?;
    let mut state = Driver::get().lock();
    state.refuse_while_capturing()?;
    state.strike(device, Point::Module, 0)?;
    if image.starts_with("\u{7f}ELF") || !image.contains(".version") {
        return Err(Code::INVALID_IMAGE);
    }
    state.load(device, image)
}

/// As many blocks as the threads of a multiprocessor allow.
fn occupancy(blocks: &Out<i32>, function: u64, threads: i32) -> Answer<()> {
    let state = Driver::get().lock();
    state.functions.get(&function).ok_or(Code::INVALID_HANDLE)?;
    blocks.put(2048 / threads.max(1))
}
