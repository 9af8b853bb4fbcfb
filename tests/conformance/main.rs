//! The suite that every backend passes: on the backends of this crate and on
//! one of a user's, and on faulty ones that it has to catch.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

#[cfg(feature = "dense")]
mod dense;
mod engine;
mod faulty;
mod forest;
mod mutants;
#[cfg(feature = "onnx")]
mod onnx;

use std::num::NonZeroUsize;
use std::time::Duration;

use millpond::conformance;
use millpond::inference::conformance::{Clock, Skipped, Subject, Trouble, Troubled};
use millpond::inference::{InferError, Mock, Reload};
use millpond::message::Tensors;

/// A user's backend; its line stands in the example.
#[expect(dead_code, reason = "its pipeline is run as an example")]
#[path = "../../examples/backend.rs"]
mod example;

/// The mock, which can be told to do everything wrong.
struct Mocked;

fn mock() -> Mock {
    Mock::new(engine::signature(), |inputs| engine::answer(&inputs))
        .latency(Duration::from_millis(3), Duration::from_micros(500))
        .slots(NonZeroUsize::new(3).unwrap())
}

impl Subject for Mocked {
    type Backend = Mock;

    fn backend(&self) -> Mock {
        mock().life(Duration::from_millis(7), Duration::from_millis(2))
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        Some(engine::answer(batch))
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Mock>, Skipped> {
        let model = match trouble {
            Trouble::Failing => mock().fail(1, InferError::terminal("no")),
            Trouble::Panicking => mock().panic(1, "a wild index"),
            Trouble::Slow => mock().delay(1, Duration::from_millis(200)),
            _ => return Err(Skipped::because("not known here")),
        };
        Ok(Troubled::on_its_second_call(model))
    }

    fn clock(&self) -> Clock {
        Clock::Paused
    }
}

/// The same, with a model that can be replaced.
struct Reloaded;

impl Subject for Reloaded {
    type Backend = Reload<Mock>;

    fn backend(&self) -> Reload<Mock> {
        Reload::new(Mocked.backend()).0
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        Mocked.expected(batch)
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Reload<Mock>>, Skipped> {
        let troubled = Mocked.troubled(trouble)?;
        Ok(troubled.map(|model| Reload::new(model).0))
    }

    fn clock(&self) -> Clock {
        Clock::Paused
    }
}

conformance!(mocked, Mocked);
conformance!(reloaded, Reloaded);
