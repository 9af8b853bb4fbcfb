//! A driver without a function: `library::without` makes one of any library.
#![expect(unsafe_code, reason = "loading the library, and a call into it")]

#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "the tests that use it whole say more"
)]
#[path = "support/library.rs"]
mod library;

use std::panic::catch_unwind;

use cudarc::driver::sys;

#[test]
fn a_function_that_the_library_lacks_is_not_found_and_the_others_are() {
    let folder = std::env::temp_dir().join(format!("millpond-emulator-{}", std::process::id()));
    let library = library::load(&library::without("cuGraphLaunch", &folder));
    std::fs::remove_dir_all(&folder).unwrap();
    // SAFETY: nothing is launched; looking for the function is what fails.
    let absent =
        catch_unwind(|| unsafe { sys::cuGraphLaunch(std::ptr::null_mut(), std::ptr::null_mut()) });
    let text = absent.unwrap_err();
    let text = text.downcast_ref::<String>().unwrap();
    assert!(text.contains("cuGraphLaunch"), "{text}");
    // SAFETY: it takes no pointer.
    assert_eq!(unsafe { sys::cuInit(0) }, sys::CUresult::CUDA_SUCCESS);
    drop(library);
}
