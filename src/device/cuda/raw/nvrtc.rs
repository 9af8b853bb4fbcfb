use std::panic::catch_unwind;

use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts, sys};

use crate::node::panic_text;

/// Compiles CUDA C++ to PTX, if the compiler is on this machine.
///
/// `None` if it is not.
pub(in crate::device::cuda) fn compile(
    text: &str,
    options: Vec<String>,
) -> Option<Result<String, String>> {
    // SAFETY: opens the library if it is there, which runs its initialisers
    // and nothing else.
    if !unsafe { sys::is_culib_present() } {
        return None;
    }
    let compiled = catch_unwind(|| {
        let options = CompileOptions {
            options,
            ..CompileOptions::default()
        };
        compile_ptx_with_opts(text, options)
            .map(|ptx| ptx.to_src())
            .map_err(|error| error.to_string())
    });
    Some(compiled.unwrap_or_else(|payload| Err(panic_text(&*payload))))
}
