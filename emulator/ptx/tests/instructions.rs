//! Instructions against the semantics of the PTX manual.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]
#![expect(clippy::float_cmp, reason = "results are exact, or wrong")]
#![expect(dead_code, reason = "not every test program uses every helper")]

mod support;

use proptest::prelude::*;
use support::{Arg, Device, kernel, launch, run};

/// The bits that an instruction gives, of operands given as literals.
fn one(instruction: &str) -> u32 {
    // `d` is the result, of 32 bits.
    let body = format!(
        "{};\nst.global.u32 [%out], %r1;",
        instruction.replace("$d", "%r1")
    );
    run(&body, 1, 1).expect("the kernel ends")[0]
}

/// The same for a result of 64 bits.
fn long(instruction: &str) -> u64 {
    let device = Device::default();
    let out = device.put_u64(&[0]);
    let body = format!(
        "{};\nst.global.u64 [%out], %rd1;",
        instruction.replace("$d", "%rd1")
    );
    launch(&kernel(&body), 1, 1, 0, &[Arg::U64(out)], &device).expect("the kernel ends");
    device.u64s(out)[0]
}

fn float(value: f32) -> String {
    format!("0f{:08X}", value.to_bits())
}

fn double(value: f64) -> String {
    format!("0d{:016X}", value.to_bits())
}

/// An instruction of two operands of `f32`.
fn f32_of(op: &str, a: f32, b: f32) -> f32 {
    f32::from_bits(one(&format!("{op} $d, {}, {}", float(a), float(b))))
}

const NAN_BITS: u32 = 0x7FFF_FFFF;

#[test]
fn whole_numbers_wrap_around() {
    assert_eq!(one("add.s32 $d, 2147483647, 1"), 0x8000_0000);
    assert_eq!(one("sub.u32 $d, 0, 1"), u32::MAX);
    assert_eq!(one("mul.lo.s32 $d, 65536, 65536"), 0);
    assert_eq!(one("mul.hi.u32 $d, 0xFFFFFFFF, 0xFFFFFFFF"), 0xFFFF_FFFE);
    assert_eq!(one("mul.hi.s32 $d, -1, -1"), 0);
    assert_eq!(
        long("mul.hi.u64 $d, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF"),
        u64::MAX - 1
    );
    assert_eq!(long("mul.wide.s32 $d, -2, 3"), (-6_i64) as u64);
    assert_eq!(long("mad.wide.u32 $d, 0xFFFFFFFF, 2, 5"), 0x2_0000_0003);
    assert_eq!(one("neg.s32 $d, -2147483648"), 0x8000_0000);
    assert_eq!(one("abs.s32 $d, -5"), 5);
    assert_eq!(one("sad.s32 $d, -3, 4, 10"), 17);
    assert_eq!(one("mul24.lo.u32 $d, 0xFF000003, 5"), 15);
}

#[test]
fn saturation_stops_at_the_ends() {
    assert_eq!(one("add.sat.s32 $d, 2147483647, 1"), 0x7FFF_FFFF);
    assert_eq!(one("sub.sat.s32 $d, -2147483648, 1"), 0x8000_0000);
    assert_eq!(f32_of("add.sat.f32", 2.0, 3.0).to_bits(), 1.0_f32.to_bits());
    assert_eq!(f32_of("add.sat.f32", f32::NAN, 3.0).to_bits(), 0);
    assert_eq!(f32_of("mul.sat.f32", -2.0, 3.0).to_bits(), 0);
}

#[test]
fn division_by_zero_gives_all_ones_and_the_dividend() {
    assert_eq!(one("div.u32 $d, 7, 0"), u32::MAX);
    assert_eq!(one("div.s32 $d, 7, 0"), u32::MAX);
    assert_eq!(one("rem.u32 $d, 7, 0"), 7);
    assert_eq!(one("div.s32 $d, -2147483648, -1"), 0x8000_0000);
    assert_eq!(one("rem.s32 $d, -7, 3"), (-1_i32) as u32);
    assert_eq!(
        f32_of("div.rn.f32", 1.0, 0.0).to_bits(),
        f32::INFINITY.to_bits()
    );
}

#[test]
fn shifts_beyond_the_width_are_clamped() {
    assert_eq!(one("shl.b32 $d, 1, 31"), 0x8000_0000);
    assert_eq!(one("shl.b32 $d, 1, 32"), 0);
    assert_eq!(one("shr.u32 $d, 0x80000000, 32"), 0);
    assert_eq!(one("shr.s32 $d, 0x80000000, 99"), u32::MAX);
    assert_eq!(long("shl.b64 $d, 1, 64"), 0);
    assert_eq!(long("shr.s64 $d, -8, 64"), u64::MAX);
    assert_eq!(long("shr.u64 $d, -1, 63"), 1);
    assert_eq!(one("shf.l.wrap.b32 $d, 0x80000000, 1, 1"), 3);
    assert_eq!(one("shf.r.wrap.b32 $d, 2, 1, 33"), 0x8000_0001);
    assert_eq!(one("shf.r.clamp.b32 $d, 2, 1, 33"), 1);
}

#[test]
fn fields_and_bytes_are_taken_and_put() {
    assert_eq!(one("bfe.u32 $d, 0xABCD1234, 8, 8"), 0x12);
    assert_eq!(one("bfe.s32 $d, 0x00000800, 8, 4"), (-8_i32) as u32);
    assert_eq!(one("bfe.s32 $d, 0x80000000, 28, 20"), (-8_i32) as u32);
    assert_eq!(one("bfe.u32 $d, 0xFFFFFFFF, 40, 4"), 0);
    assert_eq!(one("bfe.s32 $d, 5, 3, 0"), 0);
    assert_eq!(one("bfi.b32 $d, 0xFF, 0, 4, 8"), 0xFF0);
    assert_eq!(one("bfi.b32 $d, 0xFF, 7, 32, 8"), 7);
    assert_eq!(
        one("prmt.b32 $d, 0x33221100, 0x77665544, 0x7531"),
        0x7755_3311
    );
    assert_eq!(one("prmt.b32 $d, 0x00008000, 0, 0x0009"), 0xFF);
    assert_eq!(one("popc.b32 $d, 0xF0F0"), 8);
    assert_eq!(one("clz.b32 $d, 0"), 32);
    assert_eq!(one("clz.b32 $d, 1"), 31);
    assert_eq!(one("brev.b32 $d, 1"), 0x8000_0000);
    assert_eq!(one("bfind.u32 $d, 0x100"), 8);
    assert_eq!(one("bfind.s32 $d, -1"), u32::MAX);
    assert_eq!(one("bfind.shiftamt.u32 $d, 1"), 31);
    // a AND b, OR c: the table's rows are abc from 000 up.
    assert_eq!(one("lop3.b32 $d, 0b1100, 0b1010, 0b0001, 0xEA"), 0b1001);
    assert_eq!(
        one("dp4a.s32.u32 $d, 0x01010180, 0x02020202, 10"),
        (10 - 256 + 6_i32) as u32
    );
}

#[test]
fn carries_chain_two_words() {
    let body = "add.cc.u32 %r1, 0xFFFFFFFF, 1; addc.u32 %r2, 5, 0;\nsub.cc.u32 %r3, 0, 1; subc.u32 %r4, 5, 0;\n\
                st.global.v4.u32 [%out], {%r1, %r2, %r3, %r4};";
    // Vectors are stored from an address that is a multiple of their size.
    assert_eq!(run(body, 1, 4), Ok(vec![0, 6, u32::MAX, 4]));
    let body = "mad.lo.cc.u32 %r1, 0xFFFFFFFF, 3, 5; madc.hi.u32 %r2, 0xFFFFFFFF, 3, 1;\n\
                st.global.v2.u32 [%out], {%r1, %r2};";
    let product = 0xFFFF_FFFF_u64 * 3 + 5 + (1 << 32);
    assert_eq!(
        run(body, 1, 2),
        Ok(vec![product as u32, (product >> 32) as u32])
    );
}

#[test]
fn the_lesser_of_a_number_and_no_number_is_the_number() {
    assert_eq!(
        f32_of("min.f32", f32::NAN, 2.0).to_bits(),
        2.0_f32.to_bits()
    );
    assert_eq!(
        f32_of("max.f32", 2.0, f32::NAN).to_bits(),
        2.0_f32.to_bits()
    );
    assert_eq!(f32_of("min.f32", f32::NAN, f32::NAN).to_bits(), NAN_BITS);
    assert_eq!(f32_of("min.NaN.f32", f32::NAN, 2.0).to_bits(), NAN_BITS);
    assert_eq!(f32_of("min.f32", 0.0, -0.0).to_bits(), (-0.0_f32).to_bits());
    assert_eq!(f32_of("max.f32", -0.0, 0.0).to_bits(), 0);
}

#[test]
fn results_round_as_the_mode_says() {
    let third = |mode: &str| f32_of(&format!("div.{mode}.f32"), 1.0, 3.0);
    assert_eq!(third("rn"), third("rp"));
    assert_eq!(third("rz"), third("rm"));
    assert_eq!(third("rp"), third("rm").next_up());
    assert_eq!(f32_of("add.rp.f32", 1.0, 1e-30), 1.0_f32.next_up());
    assert_eq!(
        f32_of("add.rm.f32", 1.0, 1e-30).to_bits(),
        1.0_f32.to_bits()
    );
    assert_eq!(f32_of("add.rz.f32", 1.0, -1e-30), 1.0_f32.next_down());
    assert_eq!(
        f32_of("add.rm.f32", 1.0, -1.0).to_bits(),
        (-0.0_f32).to_bits()
    );
    assert_eq!(f32_of("mul.rz.f32", f32::MAX, 2.0), f32::MAX);
    assert_eq!(
        f32_of("mul.rp.f32", f32::MAX, 2.0).to_bits(),
        f32::INFINITY.to_bits()
    );
}

#[test]
fn subnormal_numbers_are_flushed_where_that_is_said() {
    let tiny = f32::MIN_POSITIVE / 4.0;
    assert_eq!(f32_of("add.f32", tiny, tiny), tiny * 2.0);
    assert_eq!(
        f32_of("add.ftz.f32", -tiny, -tiny).to_bits(),
        (-0.0_f32).to_bits()
    );
}

#[test]
fn conversions_clamp_and_round() {
    let to = |cvt: &str, value: f32| one(&format!("{cvt} $d, {}", float(value)));
    assert_eq!(to("cvt.rzi.s32.f32", 3e9), i32::MAX as u32);
    assert_eq!(to("cvt.rzi.u32.f32", -5.0), 0);
    assert_eq!(to("cvt.rzi.s32.f32", f32::NAN), 0);
    assert_eq!(to("cvt.rni.s32.f32", 2.5), 2);
    assert_eq!(to("cvt.rpi.s32.f32", 2.1), 3);
    assert_eq!(to("cvt.rmi.s32.f32", -2.1), (-3_i32) as u32);
    assert_eq!(to("cvt.rmi.f32.f32", -2.1), (-3.0_f32).to_bits());
    assert_eq!(to("cvt.sat.f32.f32", 7.0), 1.0_f32.to_bits());
    assert_eq!(one("cvt.rn.f32.s32 $d, -1"), (-1.0_f32).to_bits());
    assert_eq!(
        one("cvt.rz.f32.u32 $d, 0xFFFFFFFF"),
        4_294_967_040.0_f32.to_bits()
    );
    assert_eq!(
        one("cvt.rp.f32.u32 $d, 0xFFFFFFFF"),
        4_294_967_296.0_f32.to_bits()
    );
    assert_eq!(one("cvt.sat.u8.s32 $d, 300"), 255);
    assert_eq!(one("cvt.u32.u8 $d, 0x1FF"), 0xFF);
    assert_eq!(one("cvt.s32.s8 $d, 0x80"), 0xFFFF_FF80);
    assert_eq!(long("cvt.s64.s32 $d, -1"), u64::MAX);
    assert_eq!(long("cvt.u64.u32 $d, -1"), 0xFFFF_FFFF);
    assert_eq!(
        long(&format!("cvt.f64.f32 $d, {}", float(1.5))),
        1.5_f64.to_bits()
    );
    assert_eq!(
        one(&format!("cvt.rm.f32.f64 $d, {}", double(0.1))),
        0.1_f32.next_down().to_bits()
    );
    // A register wider than the type gets the sign as well.
    assert_eq!(one("cvt.s8.s32 $d, 0x180"), 0xFFFF_FF80);
}

#[test]
fn sixteen_bits_round_to_even() {
    let half = |value: f32| {
        one(&format!(
            "cvt.rn.f16.f32 %rs1, {}; cvt.u32.u16 $d, %rs1",
            float(value)
        ))
    };
    let brain = |value: f32| {
        one(&format!(
            "cvt.rn.bf16.f32 %rs1, {}; cvt.u32.u16 $d, %rs1",
            float(value)
        ))
    };
    assert_eq!(
        [half(1.0), half(65504.0), half(65520.0), half(-0.0)],
        [0x3C00, 0x7BFF, 0x7C00, 0x8000]
    );
    assert_eq!(
        [
            half(2.0_f32.powi(-24)),
            half(2.0_f32.powi(-25)),
            half(f32::NAN)
        ],
        [1, 0, 0x7FFF]
    );
    assert_eq!(
        [
            half(1.0 + 2.0_f32.powi(-11)),
            half(1.0 + 3.0 * 2.0_f32.powi(-11))
        ],
        [0x3C00, 0x3C02]
    );
    assert_eq!(
        [
            brain(1.0),
            brain(f32::from_bits(0x3F80_8000)),
            brain(f32::from_bits(0x3F81_8000))
        ],
        [0x3F80, 0x3F80, 0x3F82]
    );
    assert_eq!(
        one("mov.u16 %rs1, 0x3555; cvt.f32.f16 $d, %rs1"),
        0.333_251_95_f32.to_bits()
    );
    assert_eq!(
        one("mov.u16 %rs1, 1; cvt.f32.f16 $d, %rs1"),
        2.0_f32.powi(-24).to_bits()
    );
}

#[test]
fn comparisons_know_what_is_not_a_number() {
    let compare = |op: &str, a: f32, b: f32| {
        one(&format!(
            "setp.{op}.f32 %p1, {}, {}; selp.b32 $d, 1, 0, %p1",
            float(a),
            float(b)
        ))
    };
    for (ordered, unordered) in [("eq", "equ"), ("lt", "ltu"), ("ge", "geu"), ("ne", "neu")] {
        assert_eq!(
            [
                compare(ordered, f32::NAN, 1.0),
                compare(unordered, f32::NAN, 1.0)
            ],
            [0, 1],
            "{ordered}"
        );
    }
    assert_eq!(
        [
            compare("num", 1.0, 2.0),
            compare("nan", 1.0, 2.0),
            compare("nan", f32::NAN, 2.0)
        ],
        [1, 0, 1]
    );
    let whole = |op: &str| one(&format!("setp.{op} %p1, -1, 1; selp.b32 $d, 1, 0, %p1"));
    assert_eq!(
        [
            whole("lt.s32"),
            whole("lt.u32"),
            whole("hi.u32"),
            whole("le.s64")
        ],
        [1, 0, 1, 1]
    );
    let both = "setp.lt.and.s32 %p1|%p2, 1, 2, !%p3; selp.b32 %r2, 2, 0, %p2; selp.b32 %r3, 1, 0, %p1; \
                or.b32 $d, %r2, %r3";
    assert_eq!(one(both), 1);
    assert_eq!(one("set.lt.u32.s32 $d, 1, 2"), u32::MAX);
}

#[test]
fn a_guard_decides_whether_an_instruction_is_done() {
    let body = "mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 2;\nmov.u32 %r2, 7; @%p1 mov.u32 %r2, 1;\n\
                @!%p1 add.s32 %r2, %r2, %r1;\nmul.wide.u32 %rd1, %r1, 4; add.s64 %rd2, %out, %rd1;\n\
                st.global.u32 [%rd2], %r2;";
    assert_eq!(run(body, 4, 4), Ok(vec![1, 1, 9, 10]));
}

#[test]
fn an_indexed_branch_goes_to_the_label_of_its_number() {
    let body = "mov.u32 %r1, %tid.x;\n$T: .branchtargets $A, $B, $C;\nbrx.idx %r1, $T;\n\
                $A: mov.u32 %r2, 10; bra $E;\n$B: mov.u32 %r2, 20; bra $E;\n$C: mov.u32 %r2, 30;\n\
                $E: mul.wide.u32 %rd1, %r1, 4; add.s64 %rd2, %out, %rd1; st.global.u32 [%rd2], %r2;";
    assert_eq!(run(body, 3, 3), Ok(vec![10, 20, 30]));
}

#[test]
fn warps_shuffle_vote_and_match() {
    let all = |body: &str| {
        let body = format!(
            "mov.u32 %r1, %laneid;\n{body}\nmul.wide.u32 %rd1, %r1, 4; add.s64 %rd2, %out, %rd1;\n\
             st.global.u32 [%rd2], %r2;"
        );
        run(&body, 32, 32).expect("the kernel ends")
    };
    let lanes = |f: fn(u32) -> u32| (0..32).map(f).collect::<Vec<_>>();
    assert_eq!(
        all("shfl.sync.up.b32 %r2, %r1, 3, 0, -1;"),
        lanes(|n| if n < 3 { n } else { n - 3 })
    );
    assert_eq!(
        all("shfl.sync.down.b32 %r2, %r1, 3, 31, -1;"),
        lanes(|n| if n > 28 { n } else { n + 3 })
    );
    assert_eq!(
        all("shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1;"),
        lanes(|n| n ^ 16)
    );
    assert_eq!(all("shfl.sync.idx.b32 %r2, %r1, 5, 31, -1;"), lanes(|_| 5));
    // Segments of 8 lanes: the upper bits of the lane stay.
    assert_eq!(
        all("shfl.sync.idx.b32 %r2, %r1, 5, 0x181F, -1;"),
        lanes(|n| (n & 0x18) | 5)
    );
    assert_eq!(
        all("shfl.sync.down.b32 %r3|%p1, %r1, 1, 31, -1; selp.b32 %r2, 1, 0, %p1;"),
        lanes(|n| u32::from(n < 31))
    );
    let vote = |kind: &str| {
        format!(
            "setp.lt.u32 %p1, %r1, 4; vote.sync.{kind}.pred %p2, %p1, -1; selp.b32 %r2, 1, 0, %p2;"
        )
    };
    assert_eq!(
        [
            all(&vote("any"))[9],
            all(&vote("all"))[9],
            all(&vote("uni"))[9]
        ],
        [1, 0, 0]
    );
    assert_eq!(
        all("setp.lt.u32 %p1, %r1, 4; vote.sync.ballot.b32 %r2, %p1, -1;"),
        vec![15; 32]
    );
    assert_eq!(
        all("and.b32 %r3, %r1, 1; match.any.sync.b32 %r2, %r3, -1;")[1],
        0xAAAA_AAAA
    );
    assert_eq!(
        all("and.b32 %r3, %r1, 1; match.all.sync.b32 %r2|%p1, %r3, -1;")[1],
        0
    );
    assert_eq!(all("redux.sync.add.s32 %r2, %r1, -1;"), vec![496; 32]);
    assert_eq!(all("redux.sync.max.s32 %r2, %r1, -1;"), vec![31; 32]);
    let active = "mov.u32 %r2, 0; setp.gt.u32 %p1, %r1, 7; @%p1 bra $L; activemask.b32 %r2;\n$L:";
    assert_eq!(all(active), lanes(|n| if n > 7 { 0 } else { 0xFF }));
}

#[test]
fn barriers_reduce_predicates() {
    let body = "mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 40;\nbar.red.popc.u32 %r2, 0, %p1;\n\
                bar.red.or.pred %p2, 0, %p1; selp.b32 %r3, 1, 0, %p2;\nbar.red.and.pred %p3, 0, %p1; selp.b32 %r4, 1, 0, %p3;\n\
                @%p1 st.global.u32 [%out], %r2; st.global.u32 [%out+4], %r3; st.global.u32 [%out+8], %r4;";
    assert_eq!(run(body, 64, 3), Ok(vec![40, 1, 0]));
}

#[test]
fn atomics_change_one_after_another() {
    let body = "mov.u32 %r1, %tid.x;\n@%p1 bra $L;\n$L: atom.global.add.u32 %r2, [%out+4], 2;\n\
                red.global.max.u32 [%out+8], %r1; red.global.add.f32 [%out+12], 0f3F000000;\n\
                atom.global.cas.b32 %r3, [%out+16], 0, 9; atom.global.inc.u32 %r4, [%out+20], 4;\n\
                red.global.xor.b32 [%out+24], %r1; atom.global.min.s32 %r5, [%out+28], -3;";
    let device = Device::default();
    let out = device.put_u32(&[0; 8]);
    launch(&kernel(body), 1, 64, 0, &[Arg::U64(out)], &device).expect("the kernel ends");
    let expected = [
        0,
        128,
        63,
        32.0_f32.to_bits(),
        9,
        64 % 5,
        0,
        (-3_i32) as u32,
    ];
    assert_eq!(device.u32s(out), expected);
}

#[test]
fn functions_are_called_with_parameters_and_give_back() {
    let text = ".version 8.8\n.target sm_80\n.address_size 64\n\
        .func (.param .b32 func_retval0) twice(.param .b32 twice_param_0)\n{\n.reg .b32 %r<4>;\n\
        .local .align 4 .b8 depot[4];\nld.param.u32 %r1, [twice_param_0]; st.local.u32 [depot], %r1;\n\
        ld.local.u32 %r3, [depot]; add.s32 %r2, %r3, %r1;\nst.param.b32 [func_retval0+0], %r2; ret;\n}\n\
        .visible .entry k(.param .u64 k_param_0)\n{\n.reg .b32 %r<4>; .reg .b64 %rd<4>;\n\
        ld.param.u64 %rd1, [k_param_0];\nmov.u32 %r1, 21;\n\
        { .reg .b32 temp; .param .b32 param0; st.param.b32 [param0+0], %r1; .param .b32 retval0;\n\
        call.uni (retval0), twice, (param0);\nld.param.b32 %r2, [retval0+0]; }\n\
        st.global.u32 [%rd1], %r2; ret;\n}\n";
    let device = Device::default();
    let out = device.put_u32(&[0]);
    launch(text, 1, 2, 0, &[Arg::U64(out)], &device).expect("the kernel ends");
    assert_eq!(device.u32s(out), [42]);
}

#[test]
fn a_call_with_too_small_parameters_is_refused() {
    let text = ".version 8.8\n.target sm_80\n.address_size 64\n\
        .func f(.param .b64 f_param_0)\n{\nret;\n}\n\
        .visible .entry k()\n{\n.param .b32 param0; call.uni f, (param0); ret;\n}\n";
    let error = millpond_ptx::Module::parse(text).expect_err("4 bytes are no 8");
    assert_eq!(error.line, 10);
}

#[test]
fn generic_addresses_reach_every_space() {
    let body = ".shared .align 8 .b8 s[8]; .local .align 8 .b8 l[8];\n\
                mov.u64 %rd1, s; cvta.shared.u64 %rd2, %rd1; st.u32 [%rd2], 5; ld.shared.u32 %r1, [s];\n\
                mov.u64 %rd3, l; cvta.local.u64 %rd4, %rd3; st.u32 [%rd4+4], 6; ld.local.u32 %r2, [l+4];\n\
                cvta.to.shared.u64 %rd5, %rd2; ld.shared.u32 %r3, [%rd5]; add.s32 %r4, %r1, %r2; add.s32 %r4, %r4, %r3;\n\
                isspacep.shared %p1, %rd2; selp.b32 %r5, 100, 0, %p1; add.s32 %r4, %r4, %r5; st.u32 [%out], %r4;";
    assert_eq!(run(body, 1, 1), Ok(vec![116]));
}

#[test]
fn loads_extend_by_the_type_and_vectors_are_taken_apart() {
    let body = "st.global.u32 [%out], 0x80FF7F01; ld.global.s8 %r1, [%out+3]; ld.global.u8 %r2, [%out+2];\n\
                ld.global.v2.u16 {%rs1, %rs2}, [%out]; cvt.u32.u16 %r3, %rs2; mov.b32 %r4, {%rs2, %rs1};\n\
                mov.b64 %rd1, {%r1, %r2}; mov.b64 {%r5, %r6}, %rd1;\n\
                st.global.u32 [%out+4], %r1; st.global.u32 [%out+8], %r2; st.global.u32 [%out+12], %r3;\n\
                st.global.u32 [%out+16], %r4; st.global.u32 [%out+20], %r5;";
    let expected = vec![
        0x80FF_7F01,
        0xFFFF_FF80,
        0xFF,
        0x80FF,
        0x7F01_80FF,
        0xFFFF_FF80,
    ];
    assert_eq!(run(body, 1, 6), Ok(expected));
}

#[test]
fn variables_of_the_module_begin_as_they_are_initialised() {
    let text = ".version 8.8\n.target sm_80\n.address_size 64\n.const .align 4 .f32 half = 0f3F000000;\n\
                .global .align 4 .b8 table[8] = {1, 2, 3, 4, 5};\n.visible .entry k(.param .u64 k_param_0) { ret; }";
    let module = millpond_ptx::Module::parse(text).expect("is PTX");
    assert_eq!(module.global("half"), Some((0, 4)));
    assert_eq!(module.global("table"), Some((4, 8)));
    assert_eq!(module.globals(), [0, 0, 0, 0x3F, 1, 2, 3, 4, 5, 0, 0, 0]);
}

#[test]
fn special_functions_are_computed_exactly() {
    let of = |op: &str, value: f32| f32::from_bits(one(&format!("{op} $d, {}", float(value))));
    assert_eq!(of("ex2.approx.ftz.f32", 0.5), (0.5_f64.exp2()) as f32);
    assert_eq!(of("lg2.approx.f32", 10.0), (10.0_f64.log2()) as f32);
    assert_eq!(of("sin.approx.f32", 1.0), (1.0_f64.sin()) as f32);
    assert_eq!(of("rsqrt.approx.f32", 2.0), (2.0_f64.sqrt().recip()) as f32);
    assert_eq!(of("rcp.rn.f32", 3.0), 1.0 / 3.0);
    assert_eq!(of("sqrt.rn.f32", -1.0).to_bits(), NAN_BITS);
}

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![any::<u32>().prop_map(f32::from_bits), -1e3_f32..1e3]
}

fn same(got: u32, expected: f32) -> bool {
    got == expected.to_bits() || (got == NAN_BITS && expected.is_nan())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn f32_arithmetic_is_that_of_rust(a in number(), b in number()) {
        let bits = |op: &str| one(&format!("{op} $d, {}, {}", float(a), float(b)));
        prop_assert!(same(bits("add.rn.f32"), a + b));
        prop_assert!(same(bits("sub.f32"), a - b));
        prop_assert!(same(bits("mul.rn.f32"), a * b));
        prop_assert!(same(bits("div.rn.f32"), a / b));
        let fused = one(&format!("fma.rn.f32 $d, {0}, {1}, {0}", float(a), float(b)));
        prop_assert!(same(fused, a.mul_add(b, a)));
    }

    #[test]
    fn directed_rounding_encloses_the_exact_result(a in -1e6_f32..1e6, b in 1e-6_f32..1e6) {
        for (op, exact) in [("add", f64::from(a) + f64::from(b)), ("mul", f64::from(a) * f64::from(b))] {
            let by = |mode: &str| f32_of(&format!("{op}.{mode}.f32"), a, b);
            let (down, up, zero, nearest) = (by("rm"), by("rp"), by("rz"), by("rn"));
            prop_assert!(f64::from(down) <= exact && exact <= f64::from(up));
            prop_assert!(up == down || up == down.next_up());
            prop_assert!(nearest == down || nearest == up);
            prop_assert_eq!(zero, if exact < 0.0 { up } else { down });
        }
    }

    #[test]
    fn whole_numbers_are_those_of_rust(a in any::<u32>(), b in any::<u32>()) {
        let of = |op: &str| one(&format!("{op} $d, {a}, {b}"));
        prop_assert_eq!(of("add.u32"), a.wrapping_add(b));
        prop_assert_eq!(of("mul.lo.s32"), a.wrapping_mul(b));
        prop_assert_eq!(of("mul.hi.u32"), ((u64::from(a) * u64::from(b)) >> 32) as u32);
        prop_assert_eq!(of("mul.hi.s32"), ((i64::from(a as i32) * i64::from(b as i32)) >> 32) as u32);
        prop_assert_eq!(of("min.s32"), (a as i32).min(b as i32) as u32);
        prop_assert_eq!(of("max.u32"), a.max(b));
        prop_assert_eq!(of("div.u32"), a.checked_div(b).unwrap_or(u32::MAX));
        prop_assert_eq!(of("xor.b32"), a ^ b);
    }

    #[test]
    fn long_numbers_are_those_of_rust(a in any::<u64>(), b in any::<u64>()) {
        let of = |op: &str| long(&format!("{op} $d, {a}, {b}"));
        prop_assert_eq!(of("sub.s64"), a.wrapping_sub(b));
        prop_assert_eq!(of("mul.hi.u64"), ((u128::from(a) * u128::from(b)) >> 64) as u64);
        prop_assert_eq!(of("mul.hi.s64"), ((i128::from(a as i64) * i128::from(b as i64)) >> 64) as u64);
        prop_assert_eq!(of("rem.u64"), a.checked_rem(b).unwrap_or(a));
    }

    #[test]
    fn conversions_are_those_of_rust(value in number(), whole in any::<i64>()) {
        prop_assert_eq!(one(&format!("cvt.rzi.s32.f32 $d, {}", float(value))), value as i32 as u32);
        prop_assert_eq!(long(&format!("cvt.rzi.u64.f32 $d, {}", float(value))), value as u64);
        prop_assert_eq!(one(&format!("cvt.rn.f32.s64 $d, {whole}")), (whole as f32).to_bits());
        prop_assert_eq!(long(&format!("cvt.rn.f64.s64 $d, {whole}")), (whole as f64).to_bits());
        prop_assert_eq!(one(&format!("cvt.rn.f32.f64 $d, {}", double(whole as f64 / 3.0))), ((whole as f64 / 3.0) as f32).to_bits());
    }
}
