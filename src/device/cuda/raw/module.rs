use std::ffi::CString;
use std::sync::Arc;

use cudarc::driver::result;
use cudarc::driver::sys::{CUfunction, CUmodule};

use super::Context;
use crate::device::DeviceError;
use crate::device::cuda::parameters::{Kind, parameters};

/// PTX that the driver has compiled for its device.
#[derive(Debug)]
pub(in crate::device::cuda) struct Module {
    raw: CUmodule,
    context: Arc<Context>,
    ptx: String,
}

/// One function of a module.
#[derive(Debug)]
pub(in crate::device::cuda) struct Kernel {
    raw: CUfunction,
    name: &'static str,
    parameters: Vec<Kind>,
    /// The function is gone with its module.
    _module: Arc<Module>,
}

// SAFETY: the driver takes a module from any thread; the fields never change.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}
// SAFETY: as above.
unsafe impl Send for Kernel {}
// SAFETY: as above.
unsafe impl Sync for Kernel {}

impl Module {
    pub(in crate::device::cuda) fn load(
        context: &Arc<Context>,
        ptx: String,
    ) -> Result<Arc<Self>, DeviceError> {
        let image = CString::new(ptx.as_str()).map_err(|_| DeviceError::Driver {
            call: "cuModuleLoadData",
            code: "the PTX has a zero byte in it".into(),
        })?;
        let raw = context.call("cuModuleLoadData", || {
            // SAFETY: PTX text that ends with a zero, alive during the call.
            unsafe { result::module::load_data(image.as_ptr().cast()) }
        })?;
        let context = Arc::clone(context);
        Ok(Arc::new(Self { raw, context, ptx }))
    }

    /// Finds a kernel, and what it takes.
    pub(in crate::device::cuda) fn kernel(
        self: &Arc<Self>,
        name: &'static str,
    ) -> Result<Kernel, DeviceError> {
        let parameters = parameters(&self.ptx, name).ok_or_else(|| DeviceError::Kernel {
            kernel: name.into(),
            reason: "its parameters cannot be read from the PTX".into(),
        })?;
        let symbol = CString::new(name).map_err(|_| DeviceError::Kernel {
            kernel: name.into(),
            reason: "the name has a zero byte in it".into(),
        })?;
        let raw = self.context.call("cuModuleGetFunction", || {
            // SAFETY: the module is loaded.
            unsafe { result::module::get_function(self.raw, symbol) }
        })?;
        Ok(Kernel {
            raw,
            name,
            parameters,
            _module: Arc::clone(self),
        })
    }
}

impl Kernel {
    pub(super) fn raw(&self) -> CUfunction {
        self.raw
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn parameters(&self) -> &[Kind] {
        &self.parameters
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        self.context.release("cuModuleUnload", || {
            // SAFETY: loaded by `load`, and each kernel of it holds it. The
            // driver lets launches end that are under way.
            unsafe { result::module::unload(self.raw) }
        });
    }
}
