//! Programs drawn by chance, on several streams: with every wait in place
//! they give what one stream after another gives, without they are named.
#![expect(
    unsafe_code,
    reason = "loading the library, and ordering the streams by hand"
)]

mod support;

use std::sync::Arc;

use cudarc::driver::{CudaSlice, CudaStream, DriverError};
use support::{Emulator, bare_context};

const BUFFERS: usize = 4;
const STREAMS: usize = 3;

/// One step of a program, on a stream.
#[derive(Clone, Copy)]
enum Step {
    Upload { value: u32, to: usize },
    Copy { from: usize, to: usize },
}

/// A small generator, so that a seed means the same program always.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn program(seed: u64) -> Vec<(usize, Step)> {
        let mut draw = Self(seed);
        let steps = 0..24_u32;
        let mut step = |value| {
            let (from, to) = (draw.below(BUFFERS), draw.below(BUFFERS));
            let upload = from == to || draw.below(3) == 0;
            (
                draw.below(STREAMS),
                if upload {
                    Step::Upload { value, to }
                } else {
                    Step::Copy { from, to }
                },
            )
        };
        steps.map(&mut step).collect()
    }
}

/// What the program leaves in the buffers if its steps come one by one.
fn expected(program: &[(usize, Step)]) -> [u32; BUFFERS] {
    let mut buffers = [0; BUFFERS];
    for (_, step) in program {
        match *step {
            Step::Upload { value, to } => buffers[to] = value,
            Step::Copy { from, to } => buffers[to] = buffers[from],
        }
    }
    buffers
}

fn run(program: &[(usize, Step)], wait: bool) -> Result<Vec<u32>, DriverError> {
    let context = bare_context()?;
    let streams: Vec<Arc<CudaStream>> = (0..STREAMS)
        .map(|_| context.new_stream())
        .collect::<Result<_, _>>()?;
    let mut buffers: Vec<CudaSlice<u32>> = (0..BUFFERS)
        .map(|_| streams[0].alloc_zeros(16))
        .collect::<Result<_, _>>()?;
    context.synchronize()?;
    let mut last = None;
    for (on, step) in program {
        if let (Some(event), true) = (&last, wait) {
            streams[*on].wait(event)?;
        }
        match *step {
            Step::Upload { value, to } => {
                streams[*on].memcpy_htod(&[value; 16], &mut buffers[to])?;
            }
            Step::Copy { from, to } => {
                let Ok([source, target]) = buffers.get_disjoint_mut([from, to]) else {
                    unreachable!("a step copies from one buffer to another");
                };
                streams[*on].memcpy_dtod(source, target)?;
            }
        }
        last = Some(streams[*on].record_event(None)?);
    }
    context.synchronize()?;
    let read = |buffer| Ok(streams[0].clone_dtoh(buffer)?[0]);
    buffers.iter().map(read).collect()
}

#[test]
fn ordered_programs_give_what_their_order_says() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"delay": {"jitter_us": 300, "seed": 1}}"#);
    for seed in 0..40 {
        let program = Draw::program(seed);
        assert_eq!(run(&program, true)?, expected(&program), "program {seed}");
    }
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn programs_without_waits_are_named_every_one() -> Result<(), DriverError> {
    for seed in 0..10 {
        let emulator = Emulator::with(r#"{"delay": {"jitter_us": 100, "seed": 1}}"#);
        run(&Draw::program(seed), false)?;
        assert!(
            emulator
                .violations()
                .iter()
                .any(|text| text.contains("missing wait")),
            "program {seed}"
        );
    }
    Ok(())
}
