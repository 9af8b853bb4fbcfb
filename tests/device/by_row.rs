use millpond::device::ops;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::{elements, near, tensor};

fn table() -> impl Strategy<Value = (usize, usize, Vec<f32>)> {
    (0..6_usize, 1..140_usize).prop_flat_map(|(rows, columns)| {
        vec(-50.0..50.0_f32, rows * columns).prop_map(move |x| (rows, columns, x))
    })
}

/// Any float, the awkward ones often.
fn awkward() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<f32>(),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(0.0),
        Just(-0.0),
    ]
}

proptest! {
    #[test]
    fn softmax_is_a_share_of_the_row((rows, columns, x) in table()) {
        let made = elements::<f32>(&ops::softmax(&tensor(&[rows, columns], &x)).unwrap());
        for (y, x) in made.chunks(columns).zip(x.chunks(columns)) {
            let most = x.iter().copied().fold(f32::MIN, f32::max);
            let powers: Vec<_> = x.iter().map(|x| f64::from(x - most).exp()).collect();
            let sum: f64 = powers.iter().sum();
            for (&y, power) in y.iter().zip(powers) {
                prop_assert!(near(y, power / sum, 1e-35, 2e-6), "{} is not {}", y, power / sum);
            }
        }
    }

    #[test]
    fn reconstruction_error_is_the_mean_of_squares((rows, columns, x) in table()) {
        let rebuilt: Vec<_> = x.iter().map(|x| (x * 4.0).round() / 4.0).collect();
        let shape = [rows, columns];
        let made = ops::reconstruction_error(&tensor(&shape, &x), &tensor(&shape, &rebuilt));
        let made = elements::<f32>(&made.unwrap());

        prop_assert_eq!(made.len(), rows);
        for (row, y) in made.into_iter().enumerate() {
            let range = row * columns..(row + 1) * columns;
            let squares = x[range.clone()].iter().zip(&rebuilt[range]);
            let sum: f64 = squares.map(|(a, b)| f64::from(a - b).powi(2)).sum();
            let exact = sum / columns as f64;
            prop_assert!(near(y, exact, 1e-30, 2e-6), "{} is not {}", y, exact);
        }
    }

    #[test]
    fn masked_mean_reads_only_what_counts(
        (rows, tokens, width) in (0..4_usize, 0..9_usize, 1..7_usize),
        mask in vec(0..3_i64, 4 * 9),
    ) {
        let mask = &mask[..rows * tokens];
        let x: Vec<_> = (0..rows * tokens * width)
            .map(|i| if mask[i / width] == 0 { f32::NAN } else { (i % 11) as f32 - 5.0 })
            .collect();
        let x = tensor(&[rows, tokens, width], &x);
        let shape = [rows, tokens];
        let bytes: Vec<_> = mask.iter().map(|&one| u8::try_from(one).unwrap()).collect();
        let words: Vec<_> = mask.iter().map(|&one| i32::try_from(one).unwrap()).collect();
        let made = elements::<f32>(&ops::masked_mean(&x, &tensor(&shape, mask)).unwrap());

        for same in [tensor(&shape, &bytes), tensor(&shape, &words)] {
            prop_assert_eq!(&elements::<f32>(&ops::masked_mean(&x, &same).unwrap()), &made);
        }
        let x = elements::<f32>(&x);
        for (i, y) in made.into_iter().enumerate() {
            let (row, place) = (i / width, i % width);
            let counted: Vec<_> = (row * tokens..(row + 1) * tokens)
                .filter(|&token| mask[token] != 0)
                .map(|token| f64::from(x[token * width + place]))
                .collect();
            let mean = counted.iter().sum::<f64>() / (counted.len().max(1) as f64);
            prop_assert!(near(y, mean, 1.0, 1e-6), "{} is not {}", y, mean);
        }
    }

    #[test]
    fn row_max_is_the_largest_of_each_message(
        rows in vec((-1..5_i32, vec(awkward(), 3)), 0..20),
        messages in 0..4_usize,
    ) {
        let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
        let x = rows.iter().flat_map(|(_, row)| row.clone()).collect::<Vec<_>>();
        let made = ops::row_max(&tensor(&[ids.len(), 3], &x), &tensor(&[ids.len()], &ids), messages);
        let made = made.unwrap();

        prop_assert_eq!(made.shape(), [messages, 3]);
        for (i, y) in elements::<f32>(&made).into_iter().enumerate() {
            let of_message = rows.iter().filter(|(id, _)| usize::try_from(*id) == Ok(i / 3));
            let column: Vec<_> = of_message.map(|(_, row)| row[i % 3]).collect();
            if column.iter().any(|x| x.is_nan()) {
                prop_assert!(y.is_nan());
            } else {
                let most = column.into_iter().fold(f32::NEG_INFINITY, f32::max);
                prop_assert_eq!(y, most);
            }
        }
    }
}

#[test]
fn nan_makes_its_row_of_a_softmax_nan_and_no_other() {
    let x = tensor(&[2, 2], &[f32::NAN, 1.0, 1.0, 1.0]);
    let made = elements::<f32>(&ops::softmax(&x).unwrap());
    assert!(made[0].is_nan() && made[1].is_nan());
    assert_eq!(made[2..], [0.5, 0.5]);
}

#[test]
fn rows_of_no_elements_have_no_error_to_speak_of() {
    let empty = tensor::<f32>(&[2, 0], &[]);
    let error = ops::reconstruction_error(&empty, &empty).unwrap();
    assert!(elements::<f32>(&error).iter().all(|error| error.is_nan()));
}

#[test]
fn shapes_that_do_not_fit_are_told() {
    let x = tensor(&[2, 2], &[0.0_f32; 4]);
    let error = ops::masked_mean(&x, &x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`masked-mean` cannot take a tensor of shape [2, 2]: it takes [rows, tokens, width]",
    );
    let error = ops::row_max(&x, &tensor(&[3], &[0, 0, 0]), 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`row-max` cannot take a tensor of shape [2, 2]: there must be one message number for \
         each row, there are [3]",
    );
}
