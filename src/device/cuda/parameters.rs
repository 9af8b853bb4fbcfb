/// What one parameter of a kernel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An address, or an integer of 64 bits.
    Bits64,
    /// An integer of 32 bits.
    Bits32,
    /// A float of 32 bits.
    Float32,
}

/// Reads from PTX what a kernel takes; `None` if it is not there or takes
/// something else than numbers.
pub(super) fn parameters(ptx: &str, kernel: &str) -> Option<Vec<Kind>> {
    let head = format!(".entry {kernel}(");
    let start = ptx.find(&head)? + head.len();
    let list = ptx.get(start..)?.split(')').next()?;
    list.split(',')
        .map(str::trim)
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let mut words = parameter.split_whitespace();
            words.next().filter(|word| *word == ".param")?;
            match words.next()? {
                ".u64" | ".s64" | ".b64" => Some(Kind::Bits64),
                ".u32" | ".s32" | ".b32" => Some(Kind::Bits32),
                ".f32" => Some(Kind::Float32),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::kernels;

    #[test]
    fn parameters_are_read_in_order() {
        let ptx = ".visible .entry f(\n\t.param .u64 .ptr .align 1 f_param_0,\n\
                   \t.param .u32 f_param_1,\n\t.param .f32 f_param_2\n)\n{}";

        let kinds = parameters(ptx, "f").unwrap();
        assert_eq!(kinds, [Kind::Bits64, Kind::Bits32, Kind::Float32]);
    }

    #[test]
    fn a_kernel_of_another_name_is_not_taken() {
        assert_eq!(parameters(".entry ff(.param .u64 a)", "f"), None);
        assert_eq!(parameters(".entry f(.param .b8 a[16])", "f"), None);
    }

    #[test]
    fn every_kernel_of_ours_can_be_read() {
        for source in &kernels::ALL {
            for entry in source.entries {
                assert!(parameters(source.ptx, entry).is_some(), "{entry}");
            }
        }
    }
}
