use super::bench::Measured;
use super::figure::quartile;

/// Prints what was measured, a line for each claim.
pub(super) fn print(bench: &str, results: &[Measured]) {
    println!(
        "\n{bench:<32} {:>7} {:>15} {:>7} {:>11} {:>11}",
        "ratio", "quartiles", "limit", "ours", "peer's",
    );
    for Measured {
        claim,
        figure,
        ours,
        theirs,
    } in results
    {
        println!(
            "{:<32} {:>7.3} {:>15} {:>7} {:>11} {:>11}  per {}, {}",
            claim.name,
            figure.median,
            format!("{:.3}..{:.3}", figure.q25, figure.q75),
            format!("<= {}", claim.at_most),
            readable(quartile(ours, 2)),
            readable(quartile(theirs, 2)),
            claim.unit,
            claim.peer,
        );
    }
    println!();
}

fn readable(seconds: f64) -> String {
    if seconds < 1e-6 {
        format!("{:.2} ns", seconds * 1e9)
    } else if seconds < 1e-3 {
        format!("{:.2} µs", seconds * 1e6)
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}
