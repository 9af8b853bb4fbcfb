//! `cuGetError*`: what a number means.

use super::{driver_functions, pointer::Out};
use crate::code::{self, Code};

driver_functions! {
    fn cuGetErrorName(number: u32, name: Out<*const u8>) Ask {
        name.put(code::name(number).ok_or(Code::INVALID_VALUE)?.as_ptr())
    }

    fn cuGetErrorString(number: u32, text: Out<*const u8>) Ask {
        text.put(code::text(number).ok_or(Code::INVALID_VALUE)?.as_ptr())
    }
}
