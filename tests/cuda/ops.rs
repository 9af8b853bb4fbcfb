//! Every operation gives the same bits on the device as on the processor.

use std::num::NonZeroU32;

use millpond::device::ops::{self, DenseLayer};
use millpond::device::{Activation, CudaDevice, DeviceError, DeviceTensor, OpenDevice};
use millpond::message::{Element, ElementType, Tensor};

use crate::emulator::Emulator;

/// Numbers that look like chance and are not: some awkward, the rest moderate.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    let awkward = [
        0.0,
        -0.0,
        1e-40,
        -1e-40,
        88.7,
        89.0,
        -104.0,
        -87.5,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::MAX,
    ];
    let number = |i: usize| match (i * 7919 + seed * 104_729) % 2003 {
        at if at < awkward.len() => awkward[at],
        at => f32::from(u16::try_from(at).unwrap()) / 100.0 - 10.0,
    };
    (0..count).map(number).collect()
}

fn tensor<E: Element>(shape: &[usize], elements: Vec<E>) -> Tensor {
    Tensor::new(shape, elements).unwrap()
}

/// The bits of all elements; those of NaN are one, whichever it is.
fn bits(tensor: &Tensor) -> Vec<u32> {
    if tensor.element() == ElementType::U8 {
        let marks = tensor.as_slice::<u8>().unwrap().iter();
        return marks.map(|&mark| mark.into()).collect();
    }
    let one_nan = |x: &f32| if x.is_nan() { f32::NAN } else { *x }.to_bits();
    let elements = tensor.as_slice::<f32>().unwrap().iter();
    elements.map(one_nan).collect()
}

/// Runs an operation on the processor and on the device, and compares.
fn same<const N: usize>(
    what: &str,
    inputs: &[Tensor; N],
    run: impl Fn(&OpenDevice, &[DeviceTensor]) -> Result<DeviceTensor, DeviceError>,
) {
    let device = OpenDevice::Cuda(CudaDevice::open(0).unwrap());
    let on = |place: &OpenDevice| {
        let put = inputs.iter().map(|input| place.put(input.clone()).unwrap());
        let made = run(place, &put.collect::<Vec<_>>()).unwrap();
        assert_eq!(made.device(), place.device(), "{what}");
        made.into_host().unwrap()
    };
    let (here, there) = (on(&OpenDevice::Cpu), on(&device));
    assert_eq!(
        (here.shape(), here.element()),
        (there.shape(), there.element()),
        "{what}"
    );
    assert_eq!(bits(&here), bits(&there), "{what}");
}

/// Rows and columns: none, one, about a warp, about a block.
const SHAPES: [[usize; 2]; 8] = [
    [0, 3],
    [1, 1],
    [3, 31],
    [2, 32],
    [5, 33],
    [9, 64],
    [2, 300],
    [40, 7],
];

#[test]
fn normalise_is_equal() {
    let emulator = Emulator::fresh();
    for [rows, columns] in SHAPES {
        let inputs = [
            tensor(&[rows, columns], numbers(rows * columns, 1)),
            tensor(&[columns], numbers(columns, 2)),
            tensor(&[columns], numbers(columns, 3)),
        ];
        same("normalise", &inputs, |_, x| {
            ops::normalise(&x[0], &x[1], &x[2])
        });
    }
    emulator.assert_clean();
}

#[test]
fn one_hot_is_equal() {
    let emulator = Emulator::fresh();
    let classes = NonZeroU32::new(5).unwrap();
    let codes = || -2..70_i32;
    let narrow = tensor(&[72], codes().collect());
    same("i32", &[narrow], |_, x| ops::one_hot(&x[0], classes));
    let wide = codes().map(|code| i64::from(code) << 31).collect();
    same("i64", &[tensor(&[72], wide)], |_, x| {
        ops::one_hot(&x[0], classes)
    });
    emulator.assert_clean();
}

#[test]
fn softmax_sigmoid_and_threshold_are_equal() {
    let emulator = Emulator::fresh();
    for [rows, columns] in SHAPES {
        for seed in 0..3 {
            let x = || [tensor(&[rows, columns], numbers(rows * columns, seed))];
            same("softmax", &x(), |_, x| ops::softmax(&x[0]));
            same("sigmoid", &x(), |_, x| ops::sigmoid(&x[0]));
            same("threshold", &x(), |_, x| ops::threshold(&x[0], 0.25));
        }
    }
    emulator.assert_clean();
}

#[test]
fn masked_mean_is_equal() {
    let emulator = Emulator::fresh();
    for [rows, tokens, width] in [[0, 2, 2], [1, 1, 1], [3, 7, 5], [2, 40, 33], [2, 0, 3]] {
        let x = || tensor(&[rows, tokens, width], numbers(rows * tokens * width, 4));
        let mask = (0..rows * tokens).map(|i| u8::from(i % 3 == 1));
        let shape = [rows, tokens];
        let masks = [
            tensor(&shape, mask.clone().collect::<Vec<_>>()),
            tensor(&shape, mask.clone().map(i32::from).collect()),
            tensor(&shape, mask.map(|one| i64::from(one) << 40).collect()),
        ];
        for mask in masks {
            same("masked mean", &[x(), mask], |_, x| {
                ops::masked_mean(&x[0], &x[1])
            });
        }
    }
    emulator.assert_clean();
}

#[test]
fn reconstruction_error_is_equal() {
    let emulator = Emulator::fresh();
    for [rows, columns] in SHAPES {
        let x = |seed| tensor(&[rows, columns], numbers(rows * columns, seed));
        same("error", &[x(1), x(2)], |_, x| {
            ops::reconstruction_error(&x[0], &x[1])
        });
    }
    emulator.assert_clean();
}

#[test]
fn row_max_is_equal() {
    let emulator = Emulator::fresh();
    for [rows, columns] in SHAPES {
        for messages in [0, 1, 6] {
            let ids = (0..rows).map(|row| i32::try_from(row * 5 % 9).unwrap() - 1);
            let inputs = [
                tensor(&[rows, columns], numbers(rows * columns, 5)),
                tensor(&[rows], ids.collect()),
            ];
            same("row max", &inputs, |_, x| {
                ops::row_max(&x[0], &x[1], messages)
            });
        }
    }
    emulator.assert_clean();
}

#[test]
fn dense_is_equal_with_every_activation() {
    let emulator = Emulator::fresh();
    let activations = [
        Activation::Identity,
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Elu(1.5),
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Gelu,
        Activation::Softmax,
    ];
    // Below, at and above the 16 rows, 16 inputs and 64 outputs of a tile.
    let sizes = [[1, 1, 1], [16, 16, 64], [17, 33, 65], [3, 5, 2], [0, 4, 4]];
    for activation in activations {
        for [rows, inputs, outputs] in sizes {
            // Moderate, or else nearly every sum would be NaN.
            let tame = |count, seed| {
                let numbers = numbers(count, seed).into_iter();
                let tame = |x: f32| if x.abs() < 20.0 { x / 4.0 } else { 0.5 };
                numbers.map(tame).collect::<Vec<_>>()
            };
            let mut x = tame(rows * inputs, 6);
            if let Some(last) = x.last_mut() {
                *last = f32::NAN;
            }
            let x = tensor(&[rows, inputs], x);
            same(&activation.to_string(), &[x], |place, x| {
                let weights = tensor(&[inputs, outputs], tame(inputs * outputs, 7));
                let bias = tensor(&[outputs], tame(outputs, 8));
                let layer = DenseLayer::new(place.put(weights)?, place.put(bias)?, activation)?;
                ops::dense(&x[0], &layer)
            });
        }
    }
    emulator.assert_clean();
}

#[test]
fn exp_tanh_and_erf_are_equal_all_along() {
    let emulator = Emulator::fresh();
    // Every exponent and sign, with some digits of each.
    let all = (0..4096_u32)
        .map(|i| f32::from_bits((i << 20) | (i.wrapping_mul(2_654_435) & 0x000f_ffff)));
    let x = [tensor(&[4096, 1], all.collect::<Vec<_>>())];
    for activation in [
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Gelu,
        Activation::Elu(1.0),
    ] {
        same(&activation.to_string(), &x, |place, x| {
            let one = || place.put(tensor(&[1, 1], vec![1.0_f32]));
            let layer =
                DenseLayer::new(one()?, place.put(tensor(&[1], vec![0.0_f32]))?, activation)?;
            ops::dense(&x[0], &layer)
        });
    }
    emulator.assert_clean();
}

#[test]
fn tensors_in_two_places_are_told_apart() {
    let _emulator = Emulator::fresh();
    let device = CudaDevice::open(0).unwrap();
    let x = tensor(&[1, 2], vec![1.0_f32, 2.0]);
    let (there, here) = (device.put(&x).unwrap(), DeviceTensor::from(x));

    assert_eq!(
        ops::reconstruction_error(&there, &here)
            .unwrap_err()
            .to_string(),
        "`reconstruction-error` was given tensors on cuda:0 and on cpu; bring them to one device \
         first",
    );
}
