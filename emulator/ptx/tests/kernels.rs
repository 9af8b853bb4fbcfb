//! Whole kernels, as NVRTC 12.9 compiles the sources beside them.

#![expect(dead_code, reason = "not every test program uses every helper")]

mod support;

use millpond_ptx::{Launch, Module};
use support::{Arg, Device, launch, layout};

fn noise(count: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn vectors_are_added_exactly() {
    let (a, b) = (noise(1000), noise(2000)[1000..].to_vec());
    let device = Device::default();
    let [at_a, at_b, at_c] = [
        device.put_f32(&a),
        device.put_f32(&b),
        device.put_f32(&[0.0; 1000]),
    ];
    let args = [
        Arg::U64(at_a),
        Arg::U64(at_b),
        Arg::U64(at_c),
        Arg::U32(1000),
    ];
    launch(
        include_str!("kernels/vec_add.ptx"),
        4,
        256,
        0,
        &args,
        &device,
    )
    .expect("the kernel ends");
    let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    assert_eq!(device.f32s(at_c), expected);
}

#[test]
fn a_kernel_that_writes_past_its_end_is_told_where() {
    let device = Device::default();
    let values = device.put_f32(&[1.0; 100]);
    // The caller says that there are more than there are.
    let args = [
        Arg::U64(values),
        Arg::U64(values),
        Arg::U64(values),
        Arg::U32(101),
    ];
    let fault = launch(
        include_str!("kernels/vec_add.ptx"),
        1,
        128,
        0,
        &args,
        &device,
    )
    .expect_err("100 fit");
    assert_eq!((fault.thread, &*fault.kernel), ([100, 0, 0], "vec_add"));
}

#[test]
fn blocks_sum_by_shuffles_and_shared_memory() {
    let values: Vec<f32> = (0..1000).map(|n| (n % 7) as f32).collect();
    let device = Device::default();
    let (at, sums) = (device.put_f32(&values), device.put_f32(&[0.0; 4]));
    let args = [Arg::U64(at), Arg::U64(sums), Arg::U32(1000)];
    launch(
        include_str!("kernels/block_sum.ptx"),
        4,
        256,
        0,
        &args,
        &device,
    )
    .expect("the kernel ends");
    let expected: Vec<f32> = values.chunks(256).map(|chunk| chunk.iter().sum()).collect();
    assert_eq!(device.f32s(sums), expected);
}

#[test]
fn matrices_are_multiplied_by_tiles() {
    let n = 37_usize;
    let (a, b) = (noise(n * n), noise(2 * n * n)[n * n..].to_vec());
    let device = Device::default();
    let [at_a, at_b, at_c] = [
        device.put_f32(&a),
        device.put_f32(&b),
        device.put_f32(&vec![9.0; n * n]),
    ];
    let module = Module::parse(include_str!("kernels/matmul.ptx")).expect("is PTX");
    let kernel = module.kernel("matmul").expect("is there");
    let params = layout(
        &kernel,
        &[
            Arg::U64(at_a),
            Arg::U64(at_b),
            Arg::U64(at_c),
            Arg::U32(n as u32),
        ],
    );
    kernel
        .launch(&Launch::new([3, 3, 1], [16, 16, 1], 0, &params), &device)
        .expect("the kernel ends");
    let product = device.f32s(at_c);
    for row in 0..n {
        for column in 0..n {
            // NVRTC fuses, and the kernel adds in this order.
            let exact = (0..n).fold(0.0_f32, |sum, k| {
                a[row * n + k].mul_add(b[k * n + column], sum)
            });
            assert_eq!(
                product[row * n + column].to_bits(),
                exact.to_bits(),
                "row {row}, column {column}"
            );
        }
    }
}

#[test]
fn bytes_are_counted_by_atomics() {
    let bytes: Vec<u8> = noise(5000)
        .iter()
        .map(|value| (value * 100.0) as i8 as u8)
        .collect();
    let device = Device::default();
    let (at, counts) = (
        device.put(&bytes, |byte| vec![byte]),
        device.put_u32(&[0; 256]),
    );
    let args = [Arg::U64(at), Arg::U64(counts), Arg::U32(5000)];
    launch(
        include_str!("kernels/histogram.ptx"),
        3,
        128,
        1024,
        &args,
        &device,
    )
    .expect("the kernel ends");
    let mut expected = vec![0; 256];
    for byte in &bytes {
        expected[usize::from(*byte)] += 1;
    }
    assert_eq!(device.u32s(counts), expected);
}

#[test]
fn rows_become_probabilities() {
    let (rows, columns) = (3_usize, 200_usize);
    let values = noise(rows * columns);
    let device = Device::default();
    let at = device.put_f32(&values);
    let module = Module::parse(include_str!("kernels/softmax.ptx")).expect("is PTX");
    let kernel = module.kernel("softmax").expect("is there");
    // The structure's fields lie as in C.
    let mut params = at.to_le_bytes().to_vec();
    params.extend((columns as u32).to_le_bytes());
    params.extend(3.0_f32.to_le_bytes());
    assert_eq!(kernel.param_bytes(), params.len());
    kernel
        .launch(
            &Launch::new([rows as u32, 1, 1], [128, 1, 1], 0, &params),
            &device,
        )
        .expect("the kernel ends");
    for (row, found) in values.chunks(columns).zip(device.f32s(at).chunks(columns)) {
        let powers: Vec<f64> = row
            .iter()
            .map(|value| (f64::from(*value) * 3.0).exp())
            .collect();
        let sum: f64 = powers.iter().sum();
        for (power, found) in powers.iter().zip(found) {
            assert!(
                (power / sum - f64::from(*found)).abs() < 1e-6,
                "{found} is not {}",
                power / sum
            );
        }
    }
}

fn fibonacci(n: i32) -> i32 {
    if n < 2 {
        n
    } else {
        fibonacci(n - 1) + fibonacci(n - 2)
    }
}

#[test]
fn calls_tables_local_arrays_and_the_libraries_functions_agree_with_rust() {
    let input: Vec<i32> = (0..50).map(|n| n * 37 % 50).collect();
    let device = Device::default();
    let module = Module::parse(include_str!("kernels/calls.ptx")).expect("is PTX");
    let globals = device.put(module.globals(), |byte| vec![byte]);
    let out = device.put_u64(&[0; 64]);
    let at = device.put(&input, |value| value.to_le_bytes().to_vec());
    let kernel = module.kernel("calls").expect("is there");
    let params = layout(&kernel, &[Arg::U64(out), Arg::U64(at), Arg::U32(50)]);
    let launch = Launch {
        globals,
        ..Launch::new([1; 3], [64, 1, 1], 0, &params)
    };
    kernel.launch(&launch, &device).expect("the kernel ends");
    for (i, found) in (0_i32..64).zip(device.u64s(out).into_iter().map(f64::from_bits)) {
        let at = |n: i32| input[(n % 50) as usize];
        let mut order: Vec<i32> = (0..8).map(|k| at(i + k)).collect();
        order.sort_unstable();
        let value = f64::from(fibonacci(i % 10))
            + f64::from(order[(at(i) & 7) as usize]) * 0.5
            + f64::from([3, 1, 4, 1][(i & 3) as usize]);
        let bits = i.count_ones() + i.leading_zeros();
        let expected = match i % 6 {
            0 => value + f64::from(i).sin(),
            1 => value + f64::from((i as f32).sin()),
            2 => value + (i64::from(i) * 1_000_003 / i64::from(at(i) + 7)) as f64,
            3 => value + f64::from(bits + i.cast_unsigned().reverse_bits() % 7),
            4 => value.sqrt(),
            _ => value + f64::from((i as f32 / 100.0).exp() + (i as f32).ln()),
        };
        assert!(
            (found - expected).abs() <= 2e-6 * expected.abs().max(1.0),
            "thread {i}: {found} is not {expected}"
        );
    }
}
