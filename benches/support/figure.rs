use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

/// What a measurement came to round by round, as it is published.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(super) median: f64,
    pub(super) q25: f64,
    pub(super) q75: f64,
    pub(super) unit: &'static str,
    pub(super) peer: &'static str,
}

impl Figure {
    pub(crate) fn new(rounds: &[f64], unit: &'static str, peer: &'static str) -> Self {
        Self {
            median: quartile(rounds, 2),
            q25: quartile(rounds, 1),
            q75: quartile(rounds, 3),
            unit,
            peer,
        }
    }
}

/// The sample below which so many quarters of the others lie.
pub(super) fn quartile(samples: &[f64], quarters: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[quarters * (sorted.len() - 1) / 4]
}

/// Writes the figures of a bench where others read them; if the file is
/// shared, beside those that are there already.
pub(super) fn write(
    bench: &str,
    figures: &BTreeMap<&str, &Figure>,
    is_shared: bool,
) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures");
    fs::create_dir_all(&folder)?;
    let path = folder.join(bench).with_extension("json");
    let mut all = match fs::read(&path) {
        Ok(others) if is_shared => serde_json::from_slice(&others)?,
        _ => BTreeMap::<String, Value>::new(),
    };
    for (name, figure) in figures {
        all.insert((*name).to_owned(), serde_json::to_value(figure)?);
    }
    fs::write(&path, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(path)
}
