use std::ops::RangeInclusive;

use super::bench::Measured;

/// Prints what was measured, a line for each figure.
pub(super) fn print(bench: &str, results: &[Measured]) {
    println!(
        "\n{bench:<32} {:>7} {:>15} {:>7} {:>11} {:>11}",
        "figure", "quartiles", "limit", "ours", "peer's",
    );
    for Measured {
        name,
        figure,
        limit,
        remark,
    } in results
    {
        println!(
            "{name:<32} {:>7.3} {:>15} {:>7} {remark}",
            figure.median,
            format!("{:.3}..{:.3}", figure.q25, figure.q75),
            limit.as_ref().map_or_else(String::new, bound),
        );
    }
    println!();
}

fn bound(limit: &RangeInclusive<f64>) -> String {
    if limit.end().is_finite() {
        format!("<= {}", limit.end())
    } else {
        format!(">= {}", limit.start())
    }
}

pub(super) fn readable(seconds: f64) -> String {
    if seconds < 1e-6 {
        format!("{:.2} ns", seconds * 1e9)
    } else if seconds < 1e-3 {
        format!("{:.2} µs", seconds * 1e6)
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}
