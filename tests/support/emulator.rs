//! The CUDA driver for tests, an emulator: built, and loaded under the name of
//! the driver before anything asks for that.

#![expect(unsafe_code, reason = "a library is loaded and called")]
#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test uses its part of it, and one that fails says where"
)]

#[path = "../../emulator/tests/support/library.rs"]
mod library;

use std::time::Duration;

use libloading::os::unix::{Library, RTLD_NOW};

pub(crate) use library::{Emulator, load, without};

impl Emulator {
    /// Returns one counter.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let report = self.report();
        report[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} in {report}"))
    }

    /// Waits until a counter has come to `count`.
    pub(crate) async fn reaches(&self, counter: &str, count: u64) {
        self.becomes(counter, |found| found >= count).await;
    }

    /// Waits until a counter is as it is wanted.
    pub(crate) async fn becomes(&self, counter: &str, wanted: impl Fn(u64) -> bool) {
        let reached = async {
            while !wanted(self.count(counter)) {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), reached).await;
        assert!(waited.is_ok(), "{counter} in {}", self.report());
    }

    /// Asserts that nothing was done wrong, and that all was given back.
    pub(crate) fn assert_clean(&self) {
        self.assert_given_back();
        let violations = &self.report()["violations"];
        assert!(violations.as_array().unwrap().is_empty(), "{violations}");
    }

    /// Asserts that all was given back.
    pub(crate) fn assert_given_back(&self) {
        let held = || {
            let report = self.report();
            let names = [
                "allocations",
                "pinned",
                "streams",
                "events",
                "modules",
                "graphs",
                "contexts",
            ];
            let held = names.map(|name| report[name].as_u64().unwrap());
            (held != [0; 7]).then(|| format!("{names:?}: {held:?}"))
        };
        // What is freed on a stream is gone once the stream comes to it.
        let waits = (0..200).take_while(|_| held().is_some());
        waits.for_each(|_| std::thread::sleep(Duration::from_millis(5)));
        assert_eq!(held(), None);
    }
}

/// Tells whether this machine has a driver of its own.
pub(crate) fn machine_has_driver() -> bool {
    // SAFETY: the initialisers of a driver may run anywhere.
    unsafe { Library::open(Some("libcuda.so.1"), RTLD_NOW) }.is_ok()
}
