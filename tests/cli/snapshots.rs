//! `TRYCMD=overwrite cargo test --test cli snapshots` writes the snapshots
//! anew; what depends on the machine or the moment is elided in them by hand.

#[test]
fn commands_print_what_their_snapshots_show() {
    trycmd::TestCases::new()
        .default_bin_path(env!("CARGO_BIN_EXE_millpond"))
        .case("tests/cli/*.trycmd");
}
