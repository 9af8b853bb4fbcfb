use millpond::inference::{Column, Dim, Signature, TensorSpec};
use millpond::message::{ElementType, Tensor, Tensors};

fn encoder() -> Signature {
    Signature {
        inputs: vec![
            TensorSpec {
                name: "tokens".to_owned(),
                element: ElementType::I64,
                shape: vec![Dim::Rows, Dim::Free],
            },
            TensorSpec::of::<u8>("mask", [128]),
        ],
        outputs: vec![
            TensorSpec::of::<f32>("embedding", [384]),
            TensorSpec::of::<f32>("pooled", [4, 96]),
        ],
    }
}

fn tokens() -> Column {
    Column::of::<i64>("tokens").with_row_shape([128])
}

fn mask() -> Column {
    Column::of::<u8>("mask").with_row_shape([128])
}

#[track_caller]
fn expect(inputs: &[Column], outputs: &[Column], sentences: &[&str]) {
    let mismatches = encoder().check(inputs, outputs);
    let found: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(found, sentences, "what does not fit");
}

#[test]
fn a_signature_reads_like_a_function() {
    assert_eq!(
        encoder().to_string(),
        "(tokens: i64[rows, any], mask: u8[rows, 128]) \
         -> (embedding: f32[rows, 384], pooled: f32[rows, 4, 96])",
    );
}

#[test]
fn what_fits_is_not_mentioned() {
    let pooled = Column::of::<f32>("pooled").with_row_shape([4, 96]);

    expect(&[mask(), tokens()], &[], &[]);
    expect(
        &[mask(), tokens()],
        &[pooled, Column::of::<f32>("embedding")],
        &[],
    );
}

#[test]
fn a_wrong_name_is_told_with_the_nearest_one() {
    expect(
        &[Column::of::<i64>("Token").with_row_shape([128]), mask()],
        &[Column::of::<f32>("pool"), Column::of::<f32>("logits")],
        &[
            "the model has no input `Token` (did you mean `tokens`?); \
             it takes `tokens: i64[rows, any]`, `mask: u8[rows, 128]`",
            "the model also takes `tokens: i64[rows, any]`, which the stage does not fill: add an input for it",
            "the model has no output `pool` (did you mean `pooled`?); \
             it gives `embedding: f32[rows, 384]`, `pooled: f32[rows, 4, 96]`",
            "the model has no output `logits`; \
             it gives `embedding: f32[rows, 384]`, `pooled: f32[rows, 4, 96]`",
        ],
    );
}

#[test]
fn wrong_elements_and_shapes_are_told_with_both_types() {
    expect(
        &[
            Column::of::<i32>("tokens").with_row_shape([128]),
            Column::of::<u8>("mask").with_row_shape([1, 128]),
        ],
        &[
            Column::of::<f64>("embedding"),
            Column::of::<f32>("pooled").with_row_shape([384]),
        ],
        &[
            "input `tokens` is declared as i32[rows, 128], but the model takes i64[rows, any]: \
             declare it so, or give another model",
            "input `mask` is declared as u8[rows, 1, 128], but the model takes u8[rows, 128]: \
             declare it so, or give another model",
            "output `embedding` is read as f64, but the model gives f32[rows, 384]: \
             read it so, or give another model",
            "output `pooled` is read as f32[rows, 384], but the model gives f32[rows, 4, 96]: \
             read it so, or give another model",
        ],
    );
}

#[test]
fn an_input_is_filled_once() {
    expect(
        &[tokens(), mask(), tokens()],
        &[],
        &["input `tokens` is declared twice: take one away"],
    );
    expect(
        &[],
        &[],
        &[
            "the model also takes `tokens: i64[rows, any]`, which the stage does not fill: add an input for it",
            "the model also takes `mask: u8[rows, 128]`, which the stage does not fill: add an input for it",
        ],
    );
}

#[test]
fn a_model_without_outputs_says_so() {
    let silent = Signature::default();
    let mismatches = silent.check(&[], &[Column::of::<f32>("y")]);

    assert_eq!(
        mismatches[0].to_string(),
        "the model has no output `y`; it gives nothing"
    );
}

#[test]
fn a_batch_is_held_against_the_signature() {
    let tokens = Tensor::zeros::<i64>(2, &[7]).unwrap();
    let mask = Tensor::zeros::<u8>(2, &[128]).unwrap();
    let batch = Tensors::new().with("tokens", tokens).with("mask", mask);
    let refused = |batch: &Tensors| encoder().rows_of(batch).unwrap_err().to_string();

    assert_eq!(encoder().rows_of(&batch).unwrap(), 2);
    assert_eq!(
        refused(&Tensors::new()),
        "the batch does not fit the model: input `tokens` is missing",
    );
    let narrow = Tensor::zeros::<u8>(2, &[64]).unwrap();
    assert_eq!(
        refused(&batch.clone().with("mask", narrow)),
        "the batch does not fit the model: \
         input `mask` is u8[2, 64], but the model takes u8[rows, 128]",
    );
    let short = Tensor::zeros::<u8>(1, &[128]).unwrap();
    assert_eq!(
        refused(&batch.with("mask", short)),
        "the batch does not fit the model: \
         input `mask` has 1 rows where the inputs before it have 2",
    );
}
