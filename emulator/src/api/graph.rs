//! `cuStream*Capture*` and `cuGraph*`.

use std::sync::Arc;

use super::{driver_functions, pointer::Out, stream::submit};
use crate::{
    code::{Answer, Code},
    driver::{Driver, State},
    graph::Forbids,
    settings::Point,
    work::Work,
};

/// A flag that only graphs launched by kernels have; they are not emulated.
const DEVICE_LAUNCH: u64 = 4;

driver_functions! {
    fn cuStreamBeginCapture_v2(stream: u64, mode: u32) Work {
        let forbids = Forbids::from_mode(mode)?;
        let mut state = Driver::get().lock();
        let resolved = state.resolve(stream)?;
        if state.is_default(resolved) {
            return Err(Code::STREAM_CAPTURE_UNSUPPORTED);
        }
        state.begin_capture(resolved, forbids)
    }

    fn cuStreamEndCapture(stream: u64, graph: Out<u64>) Work {
        let mut state = Driver::get().lock();
        let stream = state.resolve(stream)?;
        let captured = state.end_capture(stream)?;
        let id = state.handle();
        state.graphs.insert(id, captured);
        graph.put(id)
    }

    fn cuStreamIsCapturing(stream: u64, status: Out<u32>) Work {
        let mut state = Driver::get().lock();
        let stream = state.resolve(stream)?;
        status.put(state.capture_status(stream)?)
    }

    fn cuGraphInstantiateWithFlags(executable: Out<u64>, graph: u64, flags: u64) Work {
        if flags & DEVICE_LAUNCH != 0 {
            return Err(Code::INVALID_VALUE);
        }
        let mut state = Driver::get().lock();
        let ready = state.graphs.get(&graph).cloned().ok_or(Code::INVALID_VALUE)?;
        let id = state.handle();
        state.graphs.insert(id, ready);
        executable.put(id)
    }

    fn cuGraphUpload(executable: u64, stream: u64) Work {
        let mut state = Driver::get().lock();
        state.resolve(stream)?;
        state.graphs.contains_key(&executable).then_some(()).ok_or(Code::INVALID_VALUE)
    }

    fn cuGraphLaunch(executable: u64, stream: u64) Work {
        let mut state = Driver::get().lock();
        let resolved = state.resolve(stream)?;
        let device = state.open_stream(resolved)?.device;
        let graph = state.graphs.get(&executable).ok_or(Code::INVALID_VALUE)?;
        let works = Arc::clone(&graph.works);
        let scripted = state.strike(device, Point::Graph, 0)?;
        drop(state);
        submit(stream, scripted.lose.map_or(Work::Graph(works), Work::Lose))
    }

    fn cuGraphExecDestroy(executable: u64) Release {
        Driver::get().lock().destroy_graph(executable)
    }

    fn cuGraphDestroy(graph: u64) Release {
        Driver::get().lock().destroy_graph(graph)
    }
}

impl State {
    fn destroy_graph(&mut self, graph: u64) -> Answer<()> {
        if self.graphs.remove(&graph).is_none() {
            return Err(self.wrong(
                Code::INVALID_VALUE,
                format!("graph {graph:#x} is destroyed, and is not there"),
            ));
        }
        Ok(())
    }
}
