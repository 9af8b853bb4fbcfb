//! The kernels: what each is compiled from, and the PTX that was made of it.
//!
//! The table of their parameters is in `README.md` beside this file.

/// One `.cu` file and its PTX.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name of the file, without its ending.
    pub(crate) name: &'static str,
    /// The kernels in it.
    pub(crate) entries: &'static [&'static str],
    /// The PTX for `sm_80`, which any newer device takes too.
    pub(crate) ptx: &'static str,
    own: &'static str,
}

/// What NVRTC is told when it compiles a kernel, the architecture aside.
///
/// Without contracted products, since the twins have none.
pub(crate) const OPTIONS: [&str; 3] = ["--fmad=false", "--std=c++17", "-default-device"];

impl Source {
    /// Returns what is compiled: the shared arithmetic, then the file.
    pub(crate) fn text(&self) -> String {
        [include_str!("math.cuh"), self.own].concat()
    }
}

macro_rules! source {
    ($name:literal: $($entry:literal),+) => {
        Source {
            name: $name,
            entries: &[$($entry),+],
            ptx: include_str!(concat!($name, ".ptx")),
            own: include_str!(concat!($name, ".cu")),
        }
    };
}

/// Every kernel file.
pub(crate) static ALL: [Source; 10] = [
    source!("dense": "dense"),
    source!("forest": "forest_f32", "forest_f64"),
    source!("masked_mean": "masked_mean_u8", "masked_mean_i32", "masked_mean_i64"),
    source!("normalise": "normalise"),
    source!("one_hot": "one_hot_i32", "one_hot_i64"),
    source!("reconstruction_error": "reconstruction_error"),
    source!("row_max": "row_max_begin", "row_max", "row_max_end"),
    source!("sigmoid": "sigmoid"),
    source!("softmax": "softmax"),
    source!("threshold": "threshold"),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_listed_with_all_its_kernels() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/device/kernels");
        let mut files = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "cu") {
                continue;
            }
            files += 1;
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let source = ALL.iter().find(|source| source.name == stem).unwrap();
            let in_ptx = source.ptx.matches(".entry ").count();
            assert_eq!(in_ptx, source.entries.len(), "{stem}");
            for entry in source.entries {
                assert!(source.ptx.contains(&format!(".entry {entry}(")), "{entry}");
                assert!(
                    source.text().contains(&format!("KERNEL {entry}(")),
                    "{entry}"
                );
            }
        }
        assert_eq!(files, ALL.len());
    }

    #[test]
    fn a_table_row_describes_every_kernel() {
        let table = include_str!("README.md");
        for entry in ALL.iter().flat_map(|source| source.entries) {
            assert!(table.contains(&format!("`{entry}`")), "{entry} has no row");
        }
    }
}
