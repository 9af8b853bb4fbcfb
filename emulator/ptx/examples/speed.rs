//! Prints how many simple instructions a second the interpreter runs here:
//! `cargo run --release -p millpond-ptx --example speed`.

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use millpond_ptx::Fault;

const BODY: &str = "mov.u32 %r1, 0; mov.f32 %f1, 0f3F800000;
    $L: add.s32 %r1, %r1, 1; mul.rn.f32 %f1, %f1, %f1;
    xor.b32 %r2, %r1, %r2; shl.b32 %r3, %r2, 1;
    setp.lt.u32 %p1, %r1, 1000000; @%p1 bra $L;
    st.global.u32 [%out], %r3;";

#[expect(clippy::disallowed_methods, reason = "measures real time")]
fn main() -> Result<(), Fault> {
    let started = Instant::now();
    support::run(BODY, 32, 1)?;
    // Six instructions a turn, a million turns, 32 threads.
    let millions = 32.0 * 6.0 / started.elapsed().as_secs_f64();
    println!("{millions:.0} million instructions per second");
    Ok(())
}
