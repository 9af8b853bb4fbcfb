//! The functions that programs call: the driver's C interface.
//!
//! Each is a few lines over the safe parts, in the files named after what the
//! functions are about. What is unsafe about pointers is in [`pointer`].
#![expect(
    unsafe_code,
    reason = "exported names and C pointers are what this layer is for"
)]

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    code::{Answer, Code},
    driver::Driver,
    settings::Point,
};

mod context;
mod control;
mod copy;
mod device;
mod error;
mod event;
mod graph;
mod host;
mod launch;
mod memory;
mod module;
pub(crate) mod pointer;
mod pool;
mod stream;

/// When a driver function answers that the device is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    /// Only the driver itself is asked: never.
    Ask,
    /// Before it does anything.
    Work,
    /// After it has given back what it was to give back.
    Release,
}

/// Exports driver functions. The word before the body is their [`Class`].
macro_rules! driver_functions {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),* $(,)?) $class:ident $body:block)*) => {$(
        $(#[$doc])*
        #[unsafe(no_mangle)]
        extern "C" fn $name($($arg: $kind),*) -> u32 {
            $crate::api::answer($crate::api::Class::$class, || $body)
        }
    )*};
}
use driver_functions;

thread_local! {
    static IN_HOST_FUNCTION: Cell<bool> = const { Cell::new(false) };
}

/// Calls a function of the program from a stream. It must not call the driver.
pub(crate) fn call_host(function: pointer::HostCall) {
    IN_HOST_FUNCTION.set(true);
    function.call();
    IN_HOST_FUNCTION.set(false);
}

/// Runs the body of a driver function and returns its number.
fn answer(class: Class, body: impl FnOnce() -> Answer<()>) -> u32 {
    let contained = catch_unwind(AssertUnwindSafe(|| {
        admit(class)?;
        body()?;
        if class == Class::Release {
            lost()
        } else {
            Ok(())
        }
    }));
    match contained {
        Ok(Ok(())) => 0,
        Ok(Err(code)) => code.number(),
        Err(_) => {
            Driver::get().lock().violation(
                "the emulator itself panicked in a driver function; see standard error".into(),
            );
            Code::UNKNOWN.number()
        }
    }
}

/// Counts the call, and refuses it where it is to fail.
fn admit(class: Class) -> Answer<()> {
    let mut state = Driver::get().lock();
    state.counters.calls += 1;
    if class == Class::Ask {
        return Ok(());
    }
    if IN_HOST_FUNCTION.get() {
        return Err(state.wrong(
            Code::NOT_PERMITTED,
            "a host function on a stream calls the driver, which may hang a real one".into(),
        ));
    }
    if !state.initialised {
        return Err(Code::NOT_INITIALIZED);
    }
    // What gives something back must not fail before it has.
    if class == Class::Release {
        return Ok(());
    }
    let device = context::current_device().unwrap_or(0);
    state.strike(device, Point::Call, 0)?;
    drop(state);
    lost()
}

/// Fails if the device of this thread's context was lost.
fn lost() -> Answer<()> {
    match context::current_device() {
        Some(device) => Driver::get().lock().check(device),
        None => Ok(()),
    }
}
