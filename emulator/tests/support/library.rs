//! The library of the emulator, built and loaded, and the calls that control
//! it. The tests of the backend use it too.

use std::env;
use std::ffi::{CString, c_char, c_int};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

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
        let emulator = Self::as_it_is();
        emulator.control(r#"{"reset": true}"#);
        emulator.control(control);
        emulator
    }

    /// Returns the emulator with all that was done to it before.
    pub(crate) fn as_it_is() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self {
            library: LIBRARY.get_or_init(|| load(&built())),
            _turn: turn,
        }
    }

    /// Returns the emulator with one device and no fault.
    pub(crate) fn fresh() -> Self {
        Self::with("{}")
    }

    /// Does what the JSON asks.
    pub(crate) fn control(&self, json: &str) {
        assert_eq!(
            self.answer_of(json),
            0,
            "{json}: {}",
            self.report()["violations"]
        );
    }

    /// Asks for what the JSON says, and returns the answer.
    pub(crate) fn answer_of(&self, json: &str) -> c_int {
        let json = CString::new(json).unwrap();
        // SAFETY: the symbol has this type in `api/control.rs`.
        let control = unsafe {
            self.library
                .get::<extern "C" fn(*const c_char) -> c_int>(b"millpond_emulator_control\0")
        };
        control.unwrap()(json.as_ptr())
    }

    /// Returns the counters and the violations.
    pub(crate) fn report(&self) -> Value {
        // SAFETY: the symbol has this type in `api/control.rs`.
        let report = unsafe {
            self.library
                .get::<extern "C" fn(*mut c_char, usize) -> usize>(b"millpond_emulator_report\0")
                .unwrap()
        };
        let mut text = vec![0_u8; 1 << 20];
        let len = report(text.as_mut_ptr().cast(), text.len());
        serde_json::from_slice(&text[..len]).unwrap()
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
        // The table of hashes still leads here, and the name then differs.
        bytes[place + 1] = b'_';
    }
    fs::create_dir_all(folder).unwrap();
    let copy = folder.join("libmillpond_cuda_emulator.so");
    fs::write(&copy, bytes).unwrap();
    copy
}
