use std::error::Error;
use std::num::NonZeroU32;

use millpond::device::ops::{self, DenseLayer};
use millpond::device::{Activation, CudaDevice, DeviceTensor, OpenDevice};
use millpond::inference::forest::{Model, PlacedForest};
use millpond::message::{Element, ElementType, Tensor};

use crate::model::{self, WIDTH, numbers};
use crate::report::Report;
use crate::trees;

/// Rows that fill no block of threads, so that the edges are seen too.
const ROWS: usize = 67;
/// Tokens of a row, where rows have tokens.
const TOKENS: usize = 5;

type Made = Result<Tensor, Box<dyn Error>>;
type Operation = fn(&OpenDevice) -> Made;

const OPERATIONS: [(&str, Operation); 14] = [
    ("normalise", normalise),
    ("one-hot", one_hot),
    ("softmax", softmax),
    ("sigmoid", sigmoid),
    ("threshold", threshold),
    ("masked-mean", masked_mean),
    ("reconstruction-error", reconstruction_error),
    ("row-max", row_max),
    ("dense, tanh", |device| dense(device, Activation::Tanh)),
    ("dense, gelu", |device| dense(device, Activation::Gelu)),
    ("dense, elu", |device| dense(device, Activation::Elu(1.0))),
    ("dense network", network),
    ("forest, f32", |device| forest(device, trees::of_xgboost()?)),
    ("forest, f64", |device| {
        forest(device, trees::of_lightgbm()?)
    }),
];

/// Runs each operation on the processor and on the device, and compares the
/// bits.
pub(crate) fn check(device: &CudaDevice, report: &mut Report) {
    let device = OpenDevice::Cuda(device.clone());
    for (name, operation) in OPERATIONS {
        let check = format!("numerics: {name}");
        let both = operation(&OpenDevice::Cpu).and_then(|cpu| Ok((cpu, operation(&device)?)));
        match both.and_then(|(cpu, device)| different(&cpu, &device)) {
            Ok(0) => report.passed(&check, "each bit as on the processor"),
            Ok(some) => report.failed(
                &check,
                &format!("{some} elements differ from the processor's"),
            ),
            Err(error) => report.failed(&check, &error.to_string()),
        }
    }
}

/// How many elements are not the same, to the last bit.
fn different(one: &Tensor, other: &Tensor) -> Result<usize, Box<dyn Error>> {
    if one.shape() != other.shape() || one.element() != other.element() {
        return Err(format!("the processor gives {one:?}, the device {other:?}").into());
    }
    match one.element() {
        ElementType::U8 => pairs(one, other, |one: u8, other| one == other),
        ElementType::F64 => pairs(one, other, |one: f64, other| {
            one.to_bits() == other.to_bits()
        }),
        _ => pairs(one, other, |one: f32, other| {
            one.to_bits() == other.to_bits()
        }),
    }
}

fn pairs<E: Element + Copy>(
    one: &Tensor,
    other: &Tensor,
    same: impl Fn(E, E) -> bool,
) -> Result<usize, Box<dyn Error>> {
    let pairs = one.as_slice::<E>()?.iter().zip(other.as_slice::<E>()?);
    Ok(pairs.filter(|(one, other)| !same(**one, **other)).count())
}

fn put<E: Element>(
    device: &OpenDevice,
    shape: &[usize],
    numbers: Vec<E>,
) -> Result<DeviceTensor, Box<dyn Error>> {
    Ok(device.put(Tensor::new(shape, numbers)?)?)
}

fn rows(device: &OpenDevice, seed: u32) -> Result<DeviceTensor, Box<dyn Error>> {
    let numbers = numbers(ROWS * WIDTH, seed).into_iter().map(|n| n * 6.0);
    put(device, &[ROWS, WIDTH], numbers.collect())
}

fn normalise(device: &OpenDevice) -> Made {
    let mean = put(device, &[WIDTH], numbers(WIDTH, 11))?;
    let deviations = numbers(WIDTH, 12).into_iter().map(|n| n.abs() + 0.5);
    let deviation = put(device, &[WIDTH], deviations.collect())?;
    Ok(ops::normalise(&rows(device, 13)?, &mean, &deviation)?.into_host()?)
}

fn one_hot(device: &OpenDevice) -> Made {
    // Some of them are no class.
    let codes = put(device, &[ROWS], (-2..).take(ROWS).collect::<Vec<i32>>())?;
    let classes = NonZeroU32::MIN.saturating_add(40);
    Ok(ops::one_hot(&codes, classes)?.into_host()?)
}

fn softmax(device: &OpenDevice) -> Made {
    Ok(ops::softmax(&rows(device, 21)?)?.into_host()?)
}

fn sigmoid(device: &OpenDevice) -> Made {
    Ok(ops::sigmoid(&rows(device, 22)?)?.into_host()?)
}

fn threshold(device: &OpenDevice) -> Made {
    Ok(ops::threshold(&rows(device, 23)?, 0.5)?.into_host()?)
}

fn masked_mean(device: &OpenDevice) -> Made {
    let shape = [ROWS, TOKENS, WIDTH];
    let x = put(device, &shape, numbers(ROWS * TOKENS * WIDTH, 24))?;
    let mask = (0..ROWS * TOKENS).map(|token| u8::from(token % 3 > 0));
    let mask = put(device, &[ROWS, TOKENS], mask.collect())?;
    Ok(ops::masked_mean(&x, &mask)?.into_host()?)
}

fn reconstruction_error(device: &OpenDevice) -> Made {
    let (x, rebuilt) = (rows(device, 25)?, rows(device, 26)?);
    Ok(ops::reconstruction_error(&x, &rebuilt)?.into_host()?)
}

fn row_max(device: &OpenDevice) -> Made {
    let messages = 20;
    let seq_ids = (0..messages).cycle().take(ROWS).collect::<Vec<i32>>();
    let seq_ids = put(device, &[ROWS], seq_ids)?;
    let messages = usize::try_from(messages)?;
    Ok(ops::row_max(&rows(device, 27)?, &seq_ids, messages)?.into_host()?)
}

fn dense(device: &OpenDevice, activation: Activation) -> Made {
    let weights = put(device, &[WIDTH, WIDTH], numbers(WIDTH * WIDTH, 28))?;
    let bias = put(device, &[WIDTH], numbers(WIDTH, 29))?;
    let layer = DenseLayer::new(weights, bias, activation)?;
    Ok(ops::dense(&rows(device, 30)?, &layer)?.into_host()?)
}

fn network(device: &OpenDevice) -> Made {
    Ok(model::net()?
        .on(device)?
        .run(&rows(device, 31)?)?
        .into_host()?)
}

fn forest(device: &OpenDevice, model: Model) -> Made {
    let forest = PlacedForest::new(model).on(device)?;
    let x = device.put(trees::rows(ROWS, 32)?)?;
    Ok(forest.margins(&x)?.into_host()?)
}
