use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

/// What a comparison came to, as it is published.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) median: f64,
    pub(super) q25: f64,
    pub(super) q75: f64,
    pub(super) unit: &'static str,
    pub(super) peer: &'static str,
}

/// Writes the figures of a bench where others read them.
pub(super) fn write(bench: &str, figures: &BTreeMap<&str, &Figure>) -> io::Result<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/figures"));
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{bench}.json"));
    let mut text = serde_json::to_string_pretty(figures)?;
    text.push('\n');
    fs::write(&path, text)?;
    Ok(path)
}

/// The value below which `share` of the samples lie, between two of them if need be.
pub(super) fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    below + (above - below) * place.fract()
}
