use std::fmt;

use super::DeviceModel;
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{CudaDevice, DeviceError, DeviceTensor, DeviceTensors};
use crate::inference::forest::{Model, Precision};
use crate::inference::{InferError, Signature};
use crate::message::{Element, ElementType, Tensor, Tensors};

/// A forest of `XGBoost` or `LightGBM` for a CUDA device.
///
/// It gives what [`Forest`](crate::inference::Forest) gives, to the last bit: the device walks the trees
/// and adds the leaves in the same order, the host makes probabilities of the
/// sums.
#[derive(Debug)]
pub struct DeviceForest {
    model: Model,
    signature: Signature,
}

/// The arrays of a forest on a device.
pub struct LoadedForest {
    nodes: DeviceTensor,
    trees: DeviceTensor,
    leaves: DeviceTensor,
    categories: DeviceTensor,
    base: DeviceTensor,
    sizes: Sizes,
}

/// What the kernel is told beside the arrays.
#[derive(Clone, Copy)]
struct Sizes {
    features: u32,
    trees: u32,
    groups: u32,
    divisor: u32,
    precision: Precision,
}

const MARGIN: &str = "margin";

impl DeviceForest {
    /// Makes a model for a device of one that was read from a file.
    pub fn new(model: Model) -> Self {
        let signature = model.signature();
        Self { model, signature }
    }
}

impl DeviceModel for DeviceForest {
    type Loaded = LoadedForest;

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn bytes(&self) -> usize {
        let model = &self.model;
        16 * (model.nodes().len() + model.trees().len())
            + 8 * (model.leaves().len() + model.base().len())
            + 4 * model.categories().len()
    }

    fn load(&self, device: &CudaDevice) -> Result<LoadedForest, DeviceError> {
        let model = &self.model;
        let nodes = model
            .nodes()
            .iter()
            .flat_map(|node| [node.split, node.value, node.left, node.right]);
        let trees = model
            .trees()
            .iter()
            .flat_map(|tree| [tree.root, tree.nodes, tree.depth, tree.group]);
        let categories = model.categories().iter().copied();
        Ok(LoadedForest {
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

    fn run(
        &self,
        loaded: &LoadedForest,
        inputs: DeviceTensors,
    ) -> Result<DeviceTensors, DeviceError> {
        let names = &self.signature().inputs;
        let features = names.first().map_or("", |spec| spec.name.as_str());
        let margins = loaded.margins(inputs.get(features)?)?;
        Ok(DeviceTensors::new().with(MARGIN, margins.into()))
    }

    fn finish(&self, mut outputs: Tensors) -> Result<Tensors, InferError> {
        let Some(margins) = outputs.remove(MARGIN) else {
            return Err(InferError::Output {
                reason: "the margins are missing".into(),
            });
        };
        let rows = margins.rows();
        let answer = match margins.into_vec::<f32>() {
            Ok(margins) => self.model.answer(rows, margins),
            Err(margins) => {
                let margins = margins.into_vec::<f64>().unwrap_or_default();
                self.model.answer(rows, margins)
            }
        };
        answer.map_err(InferError::terminal)
    }
}

impl LoadedForest {
    fn margins(&self, x: &DeviceTensor) -> Result<CudaTensor, DeviceError> {
        let sizes = self.sizes;
        let (kernel, element) = match sizes.precision {
            Precision::F32 => ("forest_f32", ElementType::F32),
            Precision::F64 => ("forest_f64", ElementType::F64),
        };
        let rows = x.rows();
        let x = there(x)?;
        let shape = vec![rows, sizes.groups as usize];
        let mut y = x.beside(element, shape)?;
        let threads = Threads::Elements(y.len());
        let arguments = [
            x.argument(),
            there(&self.nodes)?.argument(),
            there(&self.trees)?.argument(),
            there(&self.leaves)?.argument(),
            there(&self.categories)?.argument(),
            there(&self.base)?.argument(),
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

fn there(tensor: &DeviceTensor) -> Result<&CudaTensor, DeviceError> {
    tensor.as_cuda().ok_or_else(|| DeviceError::Kernel {
        kernel: "forest".into(),
        reason: "a tensor of it is in host memory".into(),
    })
}

fn narrow(count: usize) -> Result<u32, DeviceError> {
    u32::try_from(count).map_err(|_| DeviceError::Kernel {
        kernel: "forest".into(),
        reason: format!("{count} rows or features are more than it counts").into(),
    })
}

impl fmt::Debug for LoadedForest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedForest")
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}
