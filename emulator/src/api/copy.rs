//! `cuMemcpy*` and `cuMemset*`.
//!
//! A copy is checked against the allocations when it is asked for, and again
//! when its stream comes to it. Pageable memory is copied as the API says:
//! towards the device it is read before the function returns; towards the
//! host the function returns when the bytes are there. Pinned memory is read
//! and written when the stream comes to it.

use super::{driver_functions, pointer::HostPointer, stream::finish};
use crate::{
    code::{Answer, Code},
    driver::{Driver, Scripted, State},
    host::Place,
    settings::Point,
    work::{Source, Work},
};

driver_functions! {
    fn cuMemcpyHtoDAsync_v2(to: u64, from: HostPointer, bytes: usize, stream: u64) Work {
        upload(to, &from, bytes, stream)
    }

    fn cuMemcpyHtoD_v2(to: u64, from: HostPointer, bytes: usize) Work {
        upload(to, &from, bytes, 0)?;
        finish(0)
    }

    fn cuMemcpyDtoHAsync_v2(to: HostPointer, from: u64, bytes: usize, stream: u64) Work {
        download(&to, from, bytes, stream)
    }

    fn cuMemcpyDtoH_v2(to: HostPointer, from: u64, bytes: usize) Work {
        download(&to, from, bytes, 0)?;
        finish(0)
    }

    fn cuMemcpyDtoDAsync_v2(to: u64, from: u64, bytes: usize, stream: u64) Work {
        move_on_device(to, from, bytes, stream)
    }

    fn cuMemcpyDtoD_v2(to: u64, from: u64, bytes: usize) Work {
        move_on_device(to, from, bytes, 0)
    }

    fn cuMemcpyPeerAsync(to: u64, _to_context: u64, from: u64, _from_context: u64, bytes: usize, stream: u64) Work {
        move_on_device(to, from, bytes, stream)
    }

    fn cuMemsetD8Async(to: u64, value: u8, count: usize, stream: u64) Work {
        fill(to, &[value], count, stream)
    }

    fn cuMemsetD8_v2(to: u64, value: u8, count: usize) Work {
        fill(to, &[value], count, 0)
    }

    fn cuMemsetD32Async(to: u64, value: u32, count: usize, stream: u64) Work {
        fill(to, &value.to_ne_bytes(), count, stream)
    }

    fn cuMemsetD32_v2(to: u64, value: u32, count: usize) Work {
        fill(to, &value.to_ne_bytes(), count, 0)
    }
}

fn upload(to: u64, from: &HostPointer, bytes: usize, stream: u64) -> Answer<()> {
    if bytes == 0 {
        return Ok(());
    }
    let span = from.span(bytes)?;
    let place = Driver::get().lock().host.place(span);
    let source = match place {
        Place::Pageable => Source::Staged(span.read().into()),
        _ => Source::Pinned { span, seen: None },
    };
    give(
        stream,
        &[(to, bytes)],
        place,
        Work::Upload { to, from: source },
    )
}

fn download(to: &HostPointer, from: u64, bytes: usize, stream: u64) -> Answer<()> {
    if bytes == 0 {
        return Ok(());
    }
    let span = to.span(bytes)?;
    let place = Driver::get().lock().host.place(span);
    let pinned = place != Place::Pageable;
    give(
        stream,
        &[(from, bytes)],
        place,
        Work::Download {
            to: span,
            from,
            pinned,
        },
    )?;
    if pinned { Ok(()) } else { finish(stream) }
}

fn move_on_device(to: u64, from: u64, bytes: usize, stream: u64) -> Answer<()> {
    if bytes == 0 {
        return Ok(());
    }
    give(
        stream,
        &[(to, bytes), (from, bytes)],
        Place::Pinned,
        Work::Move {
            to,
            from,
            len: bytes,
        },
    )
}

fn fill(to: u64, pattern: &[u8], count: usize, stream: u64) -> Answer<()> {
    let len = count
        .checked_mul(pattern.len())
        .ok_or(Code::INVALID_VALUE)?;
    if len == 0 {
        return Ok(());
    }
    give(
        stream,
        &[(to, len)],
        Place::Pinned,
        Work::Fill {
            to,
            len,
            pattern: pattern.into(),
        },
    )
}

/// Checks a copy's ranges and gives it to its stream.
fn give(stream: u64, ranges: &[(u64, usize)], place: Place, work: Work) -> Answer<()> {
    let driver = Driver::get();
    let mut state = driver.lock();
    let stream = state.resolve(stream)?;
    if place == Place::Pageable {
        state.refuse_in_capture(stream)?;
    }
    if place == Place::Freed {
        return Err(state.wrong(
            Code::INVALID_VALUE,
            format!("{}: its pinned host memory was freed", work.name()),
        ));
    }
    for (address, len) in ranges {
        state.inside(*address, *len, &work)?;
    }
    let device = state.open_stream(stream)?.device;
    let scripted = match work {
        Work::Fill { .. } => Scripted::default(),
        _ => state.strike(device, Point::Copy, 0)?,
    };
    let work = scripted.lose.map_or(work, Work::Lose);
    state.submit(stream, work, scripted.extra)?;
    drop(state);
    driver.changed();
    Ok(())
}

impl State {
    fn inside(&mut self, address: u64, len: usize, work: &Work) -> Answer<()> {
        if self.space.find(address, len).is_some() {
            return Ok(());
        }
        let text = format!("{}: {}", work.name(), self.space.describe(address, len));
        Err(self.wrong(Code::INVALID_VALUE, text))
    }
}
