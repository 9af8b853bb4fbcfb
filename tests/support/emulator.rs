//! The CUDA driver for tests, an emulator: built, and loaded under the name of
//! the driver before anything asks for that.

#![expect(unsafe_code, reason = "a library is loaded and called")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test uses its part of it, and one that fails says where"
)]

use std::env;
use std::ffi::{CString, c_char, c_int};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use serde_json::Value;

static TURN: Mutex<()> = Mutex::new(());
static LIBRARY: OnceLock<Library> = OnceLock::new();

/// The emulator, for one test at a time.
pub(crate) struct Emulator {
    library: &'static Library,
    _turn: MutexGuard<'static, ()>,
}

impl Emulator {
    /// Returns the emulator as `control` sets it up, with all else forgotten.
    pub(crate) fn with(control: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let emulator = Self {
            library: LIBRARY.get_or_init(|| load(&built())),
            _turn: turn,
        };
        emulator.control(r#"{"reset": true}"#);
        emulator.control(control);
        emulator
    }

    /// Returns the emulator with one device and no fault.
    pub(crate) fn fresh() -> Self {
        Self::with("{}")
    }

    /// Does what the JSON asks.
    pub(crate) fn control(&self, json: &str) {
        let text = CString::new(json).unwrap();
        // SAFETY: the symbol has this type in the emulator's `api/control.rs`.
        let answer = unsafe {
            let control = self
                .library
                .get::<extern "C" fn(*const c_char) -> c_int>(b"millpond_emulator_control\0")
                .unwrap();
            control(text.as_ptr())
        };
        assert_eq!(answer, 0, "{json}: {}", self.report()["violations"]);
    }

    /// Returns the counters and the violations.
    pub(crate) fn report(&self) -> Value {
        // SAFETY: the symbol has this type in the emulator's `api/control.rs`.
        let report = unsafe {
            self.library
                .get::<extern "C" fn(*mut c_char, usize) -> usize>(b"millpond_emulator_report\0")
                .unwrap()
        };
        let mut text = vec![0_u8; 1 << 20];
        let len = report(text.as_mut_ptr().cast(), text.len());
        serde_json::from_slice(&text[..len]).unwrap()
    }

    /// Returns one counter.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let report = self.report();
        report[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} in {report}"))
    }

    /// Waits until a counter has come to `count`.
    pub(crate) async fn reaches(&self, counter: &str, count: u64) {
        let reached = async {
            while self.count(counter) < count {
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
                "contexts",
            ];
            let held = names.map(|name| report[name].as_u64().unwrap());
            (held != [0; 6]).then(|| format!("{names:?}: {held:?}"))
        };
        // What is freed on a stream is gone once the stream comes to it.
        let waits = (0..200).take_while(|_| held().is_some());
        waits.for_each(|_| std::thread::sleep(Duration::from_millis(5)));
        assert_eq!(held(), None);
    }
}

/// Builds the library, and returns where it lies.
pub(crate) fn built() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "-p", "millpond-cuda-emulator"])
        .status()
        .unwrap();
    assert!(built.success(), "the emulator does not build");
    // This test lies in `deps` beside the library's folder.
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    profile.join("libmillpond_cuda_emulator.so")
}

/// Loads the library, so that whoever asks for `libcuda.so` later gets it.
pub(crate) fn load(path: &Path) -> Library {
    // SAFETY: the library has no code that runs when it is loaded.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }.unwrap()
}

/// Copies the library to `folder` with one function's name made unfindable,
/// as in a driver that does not have it yet.
pub(crate) fn without(function: &str, folder: &Path) -> PathBuf {
    let mut bytes = fs::read(built()).unwrap();
    let name: Vec<u8> = [b"\0", function.as_bytes(), b"\0"].concat();
    let places: Vec<usize> = (0..bytes.len() - name.len())
        .filter(|at| bytes[*at..].starts_with(&name))
        .collect();
    assert!(!places.is_empty(), "the library has no {function}");
    for place in places {
        bytes[place + 1] = b'_';
    }
    let copy = folder.join("libmillpond_cuda_emulator.so");
    fs::write(&copy, bytes).unwrap();
    copy
}

/// Tells whether this machine has a driver of its own.
pub(crate) fn machine_has_driver() -> bool {
    // SAFETY: the initialisers of a driver may run anywhere.
    unsafe { Library::open(Some("libcuda.so.1"), RTLD_NOW) }.is_ok()
}
