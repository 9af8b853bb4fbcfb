use super::placed::OPERATION;
use super::{Model, Precision};
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{CudaDevice, Device, DeviceError, DeviceTensor};
use crate::message::{Element, ElementType, Tensor};

/// The arrays of a forest on a CUDA device.
#[derive(Debug)]
pub(super) struct Loaded {
    nodes: DeviceTensor,
    trees: DeviceTensor,
    leaves: DeviceTensor,
    categories: DeviceTensor,
    base: DeviceTensor,
    sizes: Sizes,
}

/// What the kernel is told beside the arrays.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    features: u32,
    trees: u32,
    groups: u32,
    divisor: u32,
    precision: Precision,
}

impl Loaded {
    pub(super) fn of(model: &Model, device: &CudaDevice) -> Result<Self, DeviceError> {
        let nodes = model
            .nodes()
            .iter()
            .flat_map(|node| [node.split, node.value, node.left, node.right]);
        let trees = model
            .trees()
            .iter()
            .flat_map(|tree| [tree.root, tree.nodes, tree.depth, tree.group]);
        let categories = model.categories().iter().copied();
        Ok(Self {
            nodes: put(device, nodes.map(u32::cast_signed).collect())?,
            trees: put(device, trees.map(u32::cast_signed).collect())?,
            leaves: put(device, model.leaves().to_vec())?,
            categories: put(device, categories.map(u32::cast_signed).collect())?,
            base: put(device, model.base().to_vec())?,
            sizes: Sizes {
                features: narrow(model.features())?,
                trees: narrow(model.trees().len())?,
                groups: narrow(model.groups())?,
                divisor: model.divisor(),
                precision: model.precision(),
            },
        })
    }

    pub(super) fn device(&self) -> Device {
        self.nodes.device()
    }

    /// Queues the walk of all rows of a tensor that is on the same device.
    pub(super) fn margins(&self, x: &CudaTensor) -> Result<CudaTensor, DeviceError> {
        let sizes = self.sizes;
        let (kernel, element) = match sizes.precision {
            Precision::F32 => ("forest_f32", ElementType::F32),
            Precision::F64 => ("forest_f64", ElementType::F64),
        };
        let rows = x.shape().first().copied().unwrap_or(0);
        let shape = vec![rows, sizes.groups as usize];
        let mut y = x.beside(element, shape)?;
        let threads = Threads::Elements(y.len());
        let beside = |tensor| there(x, tensor);
        let arguments = [
            x.argument(),
            beside(&self.nodes)?.argument(),
            beside(&self.trees)?.argument(),
            beside(&self.leaves)?.argument(),
            beside(&self.categories)?.argument(),
            beside(&self.base)?.argument(),
            y.output(),
            Argument::U32(narrow(rows)?),
            Argument::U32(sizes.features),
            Argument::U32(sizes.trees),
            Argument::U32(sizes.groups),
            Argument::U32(sizes.divisor),
        ];
        x.launch(kernel, threads, &arguments)?;
        Ok(y)
    }
}

fn put<E: Element>(device: &CudaDevice, elements: Vec<E>) -> Result<DeviceTensor, DeviceError> {
    device.put(&Tensor::new([elements.len()], elements)?)
}

fn there<'a>(x: &CudaTensor, tensor: &'a DeviceTensor) -> Result<&'a CudaTensor, DeviceError> {
    tensor.as_cuda().ok_or_else(|| DeviceError::Apart {
        operation: OPERATION,
        first: x.device(),
        second: tensor.device(),
    })
}

fn narrow(count: usize) -> Result<u32, DeviceError> {
    u32::try_from(count).map_err(|_| DeviceError::Kernel {
        kernel: OPERATION.into(),
        reason: format!("{count} rows or features are more than it counts").into(),
    })
}
