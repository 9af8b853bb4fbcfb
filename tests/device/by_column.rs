use std::num::NonZeroU32;

use millpond::device::ops;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use crate::{elements, near, tensor};

fn table() -> impl Strategy<Value = (usize, usize, Vec<f32>)> {
    (0..9_usize, 1..70_usize).prop_flat_map(|(rows, columns)| {
        vec(-50.0..50.0_f32, rows * columns).prop_map(move |x| (rows, columns, x))
    })
}

proptest! {
    #[test]
    fn normalise_takes_the_mean_and_divides((rows, columns, x) in table(), seed in 1..100_u16) {
        let mean: Vec<_> = (0..columns).map(|c| f32::from(seed) - (c % 7) as f32).collect();
        let deviation: Vec<_> = (0..columns).map(|c| 0.25 + (c % 5) as f32).collect();
        let made = ops::normalise(
            &tensor(&[rows, columns], &x),
            &tensor(&[columns], &mean),
            &tensor(&[columns], &deviation),
        )
        .unwrap();

        prop_assert_eq!(made.shape(), [rows, columns]);
        for (i, y) in elements::<f32>(&made).into_iter().enumerate() {
            let (mean, deviation) = (mean[i % columns], deviation[i % columns]);
            let exact = f64::from(x[i] - mean) / f64::from(deviation);
            prop_assert!(near(y, exact, 1e-30, 1e-7), "{} is not {}", y, exact);
        }
    }

    #[test]
    fn sigmoid_is_near_and_between_zero_and_one((rows, columns, x) in table()) {
        let made = elements::<f32>(&ops::sigmoid(&tensor(&[rows, columns], &x)).unwrap());
        for (y, x) in made.into_iter().zip(x) {
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            prop_assert!(near(y, exact, 0.0, 5e-7), "{} is not {}", y, exact);
            prop_assert!((0.0..=1.0).contains(&y));
        }
    }

    #[test]
    fn threshold_marks_what_is_above(x in vec(any::<f32>(), 0..40), limit in any::<f32>()) {
        let made = ops::threshold(&tensor(&[x.len()], &x), limit).unwrap();
        let above: Vec<_> = x.iter().map(|&x| u8::from(x > limit)).collect();
        prop_assert_eq!(elements::<u8>(&made), above);
    }

    #[test]
    fn one_hot_has_one_where_the_code_is_a_class(
        codes in vec(-2..9_i32, 0..30),
        classes in 1..7_u32,
    ) {
        let width = classes as usize;
        let classes = NonZeroU32::new(classes).unwrap();
        let narrow = ops::one_hot(&tensor(&[codes.len()], &codes), classes).unwrap();
        let wide: Vec<_> = codes.iter().map(|&code| i64::from(code)).collect();
        let wide = ops::one_hot(&tensor(&[codes.len()], &wide), classes).unwrap();

        prop_assert_eq!(narrow.shape(), [codes.len(), width]);
        prop_assert_eq!(elements::<f32>(&narrow), elements::<f32>(&wide));
        for (row, code) in elements::<f32>(&narrow).chunks(width).zip(codes) {
            for (class, &mark) in (0_i32..).zip(row) {
                prop_assert_eq!(mark, if class == code { 1.0 } else { 0.0 });
            }
        }
    }
}

#[test]
fn a_mean_for_each_column_is_asked_for() {
    let x = tensor(&[1, 3], &[0.0_f32; 3]);
    let short = tensor(&[2], &[1.0_f32; 2]);
    let error = ops::normalise(&x, &short, &short).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`normalise` cannot take a tensor of shape [1, 3]: a row holds 3 elements, the means or \
         deviations 2",
    );
}

#[test]
fn other_element_types_are_refused_by_name() {
    let x = tensor(&[1], &[1_u8]);
    let text = |error: millpond::device::DeviceError| error.to_string();
    assert_eq!(
        text(ops::sigmoid(&x).unwrap_err()),
        "`sigmoid` takes f32 elements, the tensor holds u8; convert them in host memory first",
    );
    assert_eq!(
        text(ops::one_hot(&x, NonZeroU32::MIN).unwrap_err()),
        "`one-hot` takes i32 elements, the tensor holds u8; convert them in host memory first",
    );
}
