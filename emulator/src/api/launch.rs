//! `cuLaunch*Kernel`.

use std::sync::Arc;

use super::{driver_functions, pointer::Parameters};
use crate::{
    code::{Answer, Code},
    driver::Driver,
    module::{Function, Launch},
    settings::Point,
    work::Work,
};

driver_functions! {
    fn cuLaunchKernel(
        function: u64, grid_x: u32, grid_y: u32, grid_z: u32, block_x: u32, block_y: u32, block_z: u32,
        shared_bytes: u32, stream: u64, parameters: Parameters, extra: u64,
    ) Work {
        if extra != 0 {
            return Err(Code::NOT_SUPPORTED);
        }
        launch(function, [[grid_x, grid_y, grid_z], [block_x, block_y, block_z]], shared_bytes, stream, &parameters)
    }

    fn cuLaunchCooperativeKernel(
        _function: u64, _grid_x: u32, _grid_y: u32, _grid_z: u32, _block_x: u32, _block_y: u32, _block_z: u32,
        _shared_bytes: u32, _stream: u64, _parameters: Parameters,
    ) Work {
        Err(Code::NOT_SUPPORTED)
    }
}

fn launch(
    function: u64,
    [grid, block]: [[u32; 3]; 2],
    shared_bytes: u32,
    stream: u64,
    parameters: &Parameters,
) -> Answer<()> {
    let driver = Driver::get();
    let function = driver
        .lock()
        .functions
        .get(&function)
        .cloned()
        .ok_or(Code::INVALID_HANDLE)?;
    let params = pack(&function, parameters)?;
    let launch = Launch::new(function, grid, block, shared_bytes, params)?;
    let mut state = driver.lock();
    let resolved = state.resolve(stream)?;
    let device = state.open_stream(resolved)?.device;
    let scripted = state.strike(device, Point::Launch, 0)?;
    let work = scripted
        .lose
        .map_or_else(|| Work::Launch(Arc::new(launch)), Work::Lose);
    state.submit(resolved, work, scripted.extra)?;
    drop(state);
    driver.changed();
    Ok(())
}

/// Copies the parameters to where the kernel expects them.
fn pack(function: &Function, parameters: &Parameters) -> Answer<Vec<u8>> {
    let mut packed = vec![0; function.kernel.param_bytes()];
    for (index, param) in function.kernel.params().iter().enumerate() {
        let value = parameters.read(index, param.bytes)?;
        packed[param.offset..param.offset + param.bytes].copy_from_slice(&value);
    }
    Ok(packed)
}
