//! What a launch reports, one fault after another.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]
#![expect(dead_code, reason = "not every test program uses every helper")]

mod support;

use millpond_ptx::{FaultKind, Launch, Module, PtxError};
use support::{Arg, Device, kernel, launch, run};

const ADDRESS_OF_THREAD: &str =
    "mov.u32 %r1, %tid.x; mul.wide.u32 %rd1, %r1, 4; add.s64 %rd2, %out, %rd1;";

fn refused(text: &str) -> PtxError {
    Module::parse(text).expect_err("the text is not PTX that is known")
}

#[test]
fn an_unknown_instruction_is_refused_by_name_and_line() {
    let error = refused(&kernel("add.s32 %r1, %r2, 1;\nwmma.load.a %r1, %r2;"));
    assert_eq!(error.line, 15);
    assert!(error.reason.contains("`wmma.load.a`"), "{error}");
}

#[test]
fn a_flag_that_is_not_known_is_refused() {
    assert!(
        refused(&kernel("add.rz.f64 %fd1, %fd2, %fd3;"))
            .reason
            .contains("`add.rz.f64`")
    );
}

#[test]
fn a_name_that_is_not_declared_is_refused() {
    assert!(
        refused(&kernel("add.s32 %r1, %nowhere, 1;"))
            .reason
            .contains("`%nowhere`")
    );
    assert!(
        refused(&kernel("bra $L_nowhere;"))
            .reason
            .contains("`$L_nowhere`")
    );
}

#[test]
fn a_write_past_the_end_names_the_place() {
    let fault = run(
        &format!("{ADDRESS_OF_THREAD}\nst.global.u32 [%rd2], %r1;"),
        5,
        4,
    )
    .expect_err("four fit");
    assert_eq!(
        (fault.line, fault.thread, fault.block),
        (15, [4, 0, 0], [0; 3])
    );
    assert!(
        matches!(
            fault.kind,
            FaultKind::Address {
                access: "write",
                bytes: 4,
                ..
            }
        ),
        "{fault}"
    );
    assert!(
        fault
            .to_string()
            .starts_with("kernel `k`, PTX line 15, block [0, 0, 0], thread [4, 0, 0]"),
        "{fault}"
    );
}

#[test]
fn an_address_that_is_not_aligned_is_a_fault() {
    let fault = run("st.global.u32 [%out+2], 1;", 1, 4).expect_err("2 is no multiple of 4");
    assert!(
        matches!(
            fault.kind,
            FaultKind::Misaligned {
                access: "write",
                bytes: 4,
                ..
            }
        ),
        "{fault}"
    );
}

#[test]
fn shared_memory_ends_where_it_was_declared_to() {
    let fault =
        run(".shared .align 4 .b8 s[8];\nst.shared.u32 [s+8], 1;", 1, 1).expect_err("8 bytes");
    assert!(
        matches!(
            fault.kind,
            FaultKind::Outside {
                space: "shared",
                offset: 8,
                size: 8,
                ..
            }
        ),
        "{fault}"
    );
}

#[test]
fn shared_memory_read_before_it_is_written_is_a_fault() {
    let body = ".shared .align 4 .b8 s[8];\nst.shared.u32 [s], 1;\nld.shared.u32 %r1, [s+4];";
    let fault = run(body, 1, 1).expect_err("nothing wrote the second word");
    assert!(
        matches!(
            fault.kind,
            FaultKind::Unwritten {
                space: "shared",
                offset: 4
            }
        ),
        "{fault}"
    );
}

#[test]
fn local_memory_read_before_it_is_written_is_a_fault() {
    let body =
        ".local .align 4 .b8 depot[8];\nst.local.u16 [depot], 1;\nld.local.u32 %r1, [depot];";
    let fault = run(body, 1, 1).expect_err("half of the word was written");
    assert!(
        matches!(
            fault.kind,
            FaultKind::Unwritten {
                space: "local",
                offset: 2
            }
        ),
        "{fault}"
    );
}

/// Every thread writes its word of shared memory and reads its neighbour's.
fn neighbours(between: &str) -> String {
    format!(
        "{ADDRESS_OF_THREAD}\n.shared .align 4 .b8 s[512];\nmov.u32 %r2, s;\nshl.b32 %r3, %r1, 2;\n\
         add.s32 %r4, %r2, %r3;\nst.shared.u32 [%r4], %r1;\n{between}\n\
         xor.b32 %r5, %r3, 4;\nadd.s32 %r6, %r2, %r5;\nld.shared.u32 %r7, [%r6];\nst.global.u32 [%rd2], %r7;"
    )
}

#[test]
fn a_missing_barrier_is_a_race() {
    let fault = run(&neighbours(""), 64, 64).expect_err("nothing orders the write and the read");
    // The first thread reads what no one wrote yet; without that check, the
    // second thread is caught reading what the first wrote.
    assert!(matches!(fault.kind, FaultKind::Unwritten { .. }), "{fault}");

    let device = Device::default();
    let out = device.put_u32(&[0; 64]);
    let module = Module::parse(&kernel(&neighbours(""))).expect("is PTX");
    let params = out.to_le_bytes();
    let launch = Launch {
        check_unwritten: false,
        ..Launch::new([1; 3], [64, 1, 1], 0, &params)
    };
    let fault = module
        .kernel("k")
        .expect("is there")
        .launch(&launch, &device)
        .expect_err("a race");
    assert!(matches!(fault.kind, FaultKind::Race { .. }), "{fault}");
    let unchecked = Launch {
        check_races: false,
        ..launch
    };
    assert!(
        module
            .kernel("k")
            .expect("is there")
            .launch(&unchecked, &device)
            .is_ok()
    );
}

#[test]
fn a_barrier_orders_what_threads_do_to_shared_memory() {
    let expected: Vec<u32> = (0..64).map(|n| n ^ 1).collect();
    assert_eq!(
        run(&neighbours("bar.sync 0;"), 64, 64),
        Ok(expected.clone())
    );
    assert_eq!(run(&neighbours("bar.warp.sync -1;"), 64, 64), Ok(expected));
}

#[test]
fn a_barrier_that_some_threads_never_reach_is_a_fault() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.s32 %p1, %r1, 3; @%p1 ret;\nbar.sync 0;";
    let fault = run(body, 32, 1).expect_err("the third thread has ended");
    assert_eq!(fault.line, 15);
    assert!(
        matches!(&fault.kind, FaultKind::Barrier(text) if text.contains("31 threads wait")),
        "{fault}"
    );
}

#[test]
fn a_barrier_reached_from_two_places_of_one_warp_is_a_fault() {
    let body = "mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 7;\n@%p1 bra $A;\nbar.sync 0;\nbra $B;\n$A: bar.sync 0;\n$B:";
    let fault = run(body, 32, 1).expect_err("the warp is divided");
    assert!(
        matches!(&fault.kind, FaultKind::Barrier(text) if text.contains("from line")),
        "{fault}"
    );
}

#[test]
fn a_shuffle_whose_mask_names_a_lane_that_waits_elsewhere_is_a_fault() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.s32 %p1, %r1, 0;\n@%p1 bra $A;\n\
                shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;\n$A: bar.sync 0;";
    let fault = run(body, 32, 1).expect_err("lane 0 waits at the barrier");
    assert!(matches!(fault.kind, FaultKind::Warp(_)), "{fault}");
}

#[test]
fn a_shuffle_that_reads_a_lane_which_has_ended_is_a_fault() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.s32 %p1, %r1, 0;\n@%p1 ret;\nshfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;";
    let fault = run(body, 32, 1).expect_err("lane 1 reads lane 0");
    assert_eq!(fault.thread, [1, 0, 0]);
    assert!(
        matches!(&fault.kind, FaultKind::Warp(text) if text.contains("lane 1 reads lane 0")),
        "{fault}"
    );
}

#[test]
fn a_thread_outside_of_its_own_mask_is_a_fault() {
    let fault = run("bar.warp.sync 2;", 2, 1).expect_err("lane 0 is not in the mask");
    assert!(
        matches!(&fault.kind, FaultKind::Warp(text) if text.contains("not in its own mask")),
        "{fault}"
    );
}

#[test]
fn an_endless_loop_ends_with_the_budget() {
    let device = Device::default();
    let module = Module::parse(&kernel("$L: bra $L;")).expect("is PTX");
    let params = [0; 8];
    let launch = Launch {
        budget: 1_000_000,
        ..Launch::new([1; 3], [32, 1, 1], 0, &params)
    };
    let fault = module
        .kernel("k")
        .expect("is there")
        .launch(&launch, &device)
        .expect_err("it never ends");
    assert_eq!(fault.kind, FaultKind::Budget(1_000_000));
}

#[test]
fn a_thread_that_spins_lets_the_others_run() {
    let body = ".shared .align 4 .b8 flag[4];\nmov.u32 %r1, %tid.x; setp.eq.s32 %p1, %r1, 0;\n\
                @%p1 st.shared.u32 [flag], 0;\nbar.sync 0;\nsetp.eq.s32 %p2, %r1, 63;\n@%p2 bra $SET;\n\
                $SPIN: atom.shared.add.u32 %r2, [flag], 0; setp.eq.s32 %p3, %r2, 0; @%p3 bra $SPIN;\nbra $END;\n\
                $SET: atom.shared.exch.b32 %r2, [flag], 1;\n$END:";
    assert!(run(body, 64, 1).is_ok());
}

#[test]
fn a_launch_that_no_device_can_do_is_refused() {
    let refused = |grid, block, shared| {
        let device = Device::default();
        let fault = launch(&kernel(""), grid, block, shared, &[Arg::U64(0)], &device)
            .expect_err("is refused");
        matches!(fault.kind, FaultKind::Refused(_))
    };
    assert!(refused(0, 1, 0));
    assert!(refused(1, 1025, 0));
    assert!(refused(1, 1, 1 << 20));
}

#[test]
fn trap_is_a_fault() {
    assert_eq!(
        run("trap;", 1, 1).expect_err("it traps").kind,
        FaultKind::Trap
    );
}

#[test]
fn a_copy_that_is_not_waited_for_has_not_happened() {
    let copy = |wait: &str| {
        let body = format!(
            ".shared .align 16 .b8 s[16];\nmov.u32 %r1, s;\n\
             cp.async.ca.shared.global [%r1], [%out], 4;\ncp.async.commit_group;\n{wait}\n\
             ld.shared.u32 %r2, [s];\nst.global.u32 [%out+4], %r2;"
        );
        run(&body, 1, 2)
    };
    assert_eq!(copy("cp.async.wait_group 0;"), Ok(vec![0xDEAD_BEEF; 2]));
    assert_eq!(copy("cp.async.wait_all;"), Ok(vec![0xDEAD_BEEF; 2]));
    assert!(matches!(
        copy("").expect_err("no wait").kind,
        FaultKind::Unwritten { .. }
    ));
    assert!(matches!(
        copy("cp.async.wait_group 1;").expect_err("one left").kind,
        FaultKind::Unwritten { .. }
    ));
}
