//! `cuEvent*`.

use super::{context::required_device, driver_functions, pointer::Out};
use crate::{
    code::{Answer, Code},
    driver::Driver,
    event::Recorded,
    settings::Point,
    stream::Moment,
};

driver_functions! {
    fn cuEventCreate(event: Out<u64>, flags: u32) Work {
        let device = required_device()?;
        let mut state = Driver::get().lock();
        state.strike(device, Point::Event, 0)?;
        event.put(state.add_event(flags))
    }

    fn cuEventDestroy_v2(event: u64) Release {
        let mut state = Driver::get().lock();
        if state.events.remove(&event).is_none() {
            return Err(state.wrong(Code::INVALID_HANDLE, format!("event {event:#x} is destroyed, and is not there")));
        }
        Ok(())
    }

    fn cuEventRecord(event: u64, stream: u64) Work {
        let driver = Driver::get();
        let mut state = driver.lock();
        let stream = state.resolve(stream)?;
        state.record(event, stream)?;
        drop(state);
        driver.changed();
        Ok(())
    }

    fn cuEventQuery(event: u64) Work {
        let Some(moment) = recorded(event)? else {
            return Ok(());
        };
        let mut state = Driver::get().lock();
        if !state.is_done(moment.ticket) {
            return Err(Code::NOT_READY);
        }
        state.host_saw(&[moment]);
        Ok(())
    }

    fn cuEventSynchronize(event: u64) Work {
        let device = required_device()?;
        Driver::get().lock().strike(device, Point::Synchronise, 0)?;
        match recorded(event)? {
            Some(moment) => Driver::get().wait_until(device, &[moment]),
            None => Ok(()),
        }
    }

    fn cuEventElapsedTime(ms: Out<f32>, start: u64, end: u64) Work {
        ms.put(Driver::get().lock().elapsed_ms(start, end)?)
    }

    fn cuEventElapsedTime_v2(ms: Out<f32>, start: u64, end: u64) Work {
        ms.put(Driver::get().lock().elapsed_ms(start, end)?)
    }
}

/// What the host may wait for: nothing, if the event was never recorded.
fn recorded(event: u64) -> Answer<Option<Moment>> {
    match Driver::get().lock().recorded(event)? {
        Recorded::Nothing => Ok(None),
        Recorded::Run(moment) => Ok(Some(moment)),
        Recorded::Captured { .. } => Err(Code::CAPTURED_EVENT),
    }
}
