//! Opening devices, and tensors that go there and come back.

use millpond::device::{CudaDevice, Device, DeviceChoice, DeviceError, OpenDevice};
use millpond::message::{Element, Tensor};

use crate::emulator::Emulator;

fn there_and_back<E: Element>(device: &CudaDevice, elements: Vec<E>) {
    let tensor = Tensor::new([elements.len() / 2, 2], elements).unwrap();
    let there = device.put(&tensor).unwrap();

    assert_eq!(there.device(), Device::Cuda(0));
    assert_eq!(there.shape(), tensor.shape());
    assert_eq!(there.into_host().unwrap(), tensor);
}

#[test]
fn a_tensor_comes_back_as_it_went() {
    let emulator = Emulator::fresh();
    let device = CudaDevice::open(0).unwrap();
    there_and_back(&device, vec![1_u8, 2, 3, 255]);
    there_and_back(&device, vec![-1, 2, i32::MAX, i32::MIN]);
    there_and_back(&device, vec![-1, i64::MAX]);
    there_and_back(&device, vec![1.5_f32, f32::INFINITY, -0.0, 3.0]);
    there_and_back(&device, vec![1.5_f64, f64::MIN_POSITIVE]);
    there_and_back::<f32>(&device, Vec::new());
    drop(device);

    emulator.assert_clean();
}

#[test]
fn a_tensor_keeps_its_device_open() {
    let emulator = Emulator::fresh();
    let tensor = Tensor::new([2], vec![1_u8, 2]).unwrap();
    let there = CudaDevice::open(0).unwrap().put(&tensor).unwrap();

    assert_eq!(emulator.count("contexts"), 1);
    assert_eq!(there.into_host().unwrap(), tensor);
    emulator.assert_clean();
}

#[test]
fn a_tensor_on_a_device_is_not_read_in_host_memory() {
    let _emulator = Emulator::fresh();
    let device = OpenDevice::open(DeviceChoice::Auto).unwrap();
    assert_eq!(device.device(), Device::Cuda(0));
    let there = device.put(Tensor::new([1], vec![1_u8]).unwrap()).unwrap();

    assert_eq!(
        there.as_slice::<u8>().unwrap_err().to_string(),
        "the tensor lives on cuda:0, not in host memory; \
         add `.to_host()`, in a file `to-host`, before it is read",
    );
}

#[test]
fn a_driver_without_a_device_says_so() {
    let _emulator = Emulator::with(r#"{"devices": 0}"#);

    assert_eq!(CudaDevice::open(0).unwrap_err(), DeviceError::NoDevice);
    let auto = OpenDevice::open(DeviceChoice::Auto).unwrap();
    assert_eq!(auto.device(), Device::Cpu);
}

#[test]
fn a_device_beyond_the_last_is_refused_with_the_last() {
    let _emulator = Emulator::with(r#"{"devices": 2}"#);
    let open = OpenDevice::all(DeviceChoice::AnyCuda).unwrap();
    let devices: Vec<_> = open.iter().map(OpenDevice::device).collect();

    assert_eq!(devices, [Device::Cuda(0), Device::Cuda(1)]);
    assert_eq!(
        CudaDevice::open(2).unwrap_err().to_string(),
        "there is no device cuda:2, the last is cuda:1",
    );
}

#[test]
fn a_driver_that_is_too_old_is_refused_with_both_versions() {
    let _emulator = Emulator::with(r#"{"driver_version": 11040}"#);

    assert_eq!(
        CudaDevice::open(0).unwrap_err().to_string(),
        "the driver speaks CUDA 11.4, 12.0 is needed; install a newer driver, or choose `cpu`",
    );
}

#[test]
fn a_tensor_that_does_not_fit_is_out_of_memory() {
    let emulator = Emulator::with(r#"{"memory_bytes": 4096}"#);
    let device = CudaDevice::open(0).unwrap();
    let error = device.put(&Tensor::zeros::<f32>(2048, &[]).unwrap());

    let bytes = Some(8192);
    assert_eq!(error.unwrap_err(), DeviceError::OutOfMemory { bytes });
    assert!(device.put(&Tensor::zeros::<f32>(16, &[]).unwrap()).is_ok());
    drop(device);
    emulator.assert_clean();
}

#[tokio::test]
async fn memory_that_tensors_have_left_is_kept_for_the_next() {
    let emulator = Emulator::with(r#"{"memory_bytes": 8192}"#);
    let device = CudaDevice::open(0).unwrap();
    let there = device
        .put(&Tensor::zeros::<u8>(6000, &[]).unwrap())
        .unwrap();
    assert_eq!(device.free_bytes(), Ok(2192));
    there.into_host().unwrap();
    // It is freed once its stream comes to that.
    emulator.becomes("allocations", |count| count == 0).await;

    assert_eq!(emulator.count("reserved_bytes"), 6000);
    assert_eq!(device.free_bytes(), Ok(8192));
    drop(device);
    emulator.assert_clean();
}

#[test]
fn a_device_that_is_lost_says_so_and_nothing_hangs() {
    let emulator = Emulator::fresh();
    let device = CudaDevice::open(0).unwrap();
    let there = device.put(&Tensor::new([1], vec![1_u8]).unwrap()).unwrap();
    emulator.control(
        r#"{"faults": [{"on": "copy", "error": "CUDA_ERROR_ILLEGAL_ADDRESS", "sticky": true}]}"#,
    );

    let error = there.into_host().unwrap_err();
    assert!(matches!(error, DeviceError::Lost { .. }), "{error}");
    let error = device.put(&Tensor::new([1], vec![1_u8]).unwrap());
    assert!(matches!(error.unwrap_err(), DeviceError::Lost { .. }));
}
