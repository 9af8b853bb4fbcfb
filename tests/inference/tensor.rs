use millpond::message::{ElementType, Tensor, TensorError, Tensors};

#[test]
fn shape_and_elements_must_agree() {
    let error = Tensor::new([2, 2], vec![1_u8, 2, 3]).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the shape [2, 2] does not hold 3 elements"
    );
    assert_eq!(
        Tensor::new([usize::MAX, 2], vec![1_u8]).unwrap_err(),
        TensorError::Length {
            shape: vec![usize::MAX, 2],
            found: 1
        },
    );
}

#[test]
fn a_scalar_has_no_rows() {
    let error = Tensor::new([], vec![1.0_f64]).unwrap_err();

    assert_eq!(
        error.to_string(),
        "a tensor needs a row dimension, the shape [] has none"
    );
}

#[test]
fn every_element_type_goes_in_and_out() {
    fn round_trip<E: millpond::message::Element>(elements: &[E]) -> ElementType {
        let tensor = Tensor::new([elements.len()], elements.to_vec()).unwrap();
        assert_eq!(tensor.as_slice::<E>().unwrap(), elements);
        let element = tensor.element();
        assert_eq!(tensor.into_vec::<E>().unwrap(), elements);
        element
    }

    let elements = [
        round_trip(&[1_u8]),
        round_trip(&[-1_i32, 2]),
        round_trip(&[-1_i64, 2]),
        round_trip(&[0.5_f32]),
        round_trip(&[0.5_f64]),
    ];
    assert_eq!(
        elements.map(|element| element.to_string()),
        ["u8", "i32", "i64", "f32", "f64"]
    );
}

#[test]
fn a_tensor_of_other_elements_comes_back() {
    let tensor = Tensor::new([2], vec![1_i64, 2]).unwrap();

    assert_eq!(tensor.clone().into_vec::<i32>().unwrap_err(), tensor);
}

#[test]
fn rows_are_slices() {
    let mut tensor = Tensor::zeros::<i32>(3, &[2, 2]).unwrap();
    tensor.as_mut_slice::<i32>().unwrap()[4..8].copy_from_slice(&[1, 2, 3, 4]);

    assert_eq!(tensor.row::<i32>(1).unwrap(), [1, 2, 3, 4]);
    assert_eq!(
        tensor.row::<i32>(3).unwrap_err().to_string(),
        "row 3 of a tensor of 3 rows"
    );
    assert_eq!(format!("{tensor:?}"), "i32[3, 2, 2]");
}

#[test]
fn rows_may_be_empty_or_absent() {
    let empty = Tensor::new([2, 0], Vec::<f32>::new()).unwrap();
    assert!(empty.row::<f32>(1).unwrap().is_empty());
    assert!(empty.row::<f32>(2).is_err());

    let absent = Tensor::new([0, 7], Vec::<f32>::new()).unwrap();
    assert_eq!((absent.rows(), absent.row_len()), (0, 7));
    assert!(absent.row::<f32>(0).is_err());
}

#[test]
fn named_tensors_keep_their_order_and_replace_by_name() {
    let one = Tensor::new([1], vec![1_u8]).unwrap();
    let two = Tensor::new([2], vec![2_u8, 2]).unwrap();
    let mut tensors: Tensors = [("b", one.clone()), ("a", one.clone())]
        .into_iter()
        .collect();

    assert_eq!(tensors.rows(), Some(1));
    assert_eq!(tensors.insert("b", two.clone()), Some(one));
    assert_eq!(
        tensors.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["b", "a"]
    );
    assert_eq!(tensors.rows(), None);
    assert_eq!(tensors.remove("b"), Some(two));
    assert_eq!(tensors.len(), 1);
    assert_eq!(Tensors::new().rows(), None);
}
