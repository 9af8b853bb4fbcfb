use std::collections::HashSet;
use std::time::Duration;

use super::text::{add, cut};
use crate::runtime::RunReport;

/// What a run has done up to some moment, in a few numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Totals {
    /// Messages that its sources have emitted.
    emitted: u64,
    /// Messages that its sinks have taken.
    taken: u64,
    dead_letters: u64,
    elapsed: Duration,
}

/// The line that tells how a run goes on.
#[derive(Debug, Default)]
pub(super) struct Progress {
    before: Totals,
}

impl Progress {
    /// The line for now. Rates are those since the line before.
    pub(super) fn line(&mut self, report: &RunReport, width: usize) -> String {
        let now = Totals::of(report);
        let seconds = now
            .elapsed
            .saturating_sub(self.before.elapsed)
            .as_secs_f64();
        let rate = |now: u64, before: u64| {
            #[expect(clippy::cast_precision_loss, reason = "it is rounded for people")]
            let rate = now.saturating_sub(before) as f64 / seconds.max(1e-3);
            format!("{}/s", short(rate))
        };
        let mut line = format!(
            "{} {}s  in {} ({})  out {} ({})",
            report.pipeline,
            now.elapsed.as_secs(),
            whole(now.emitted),
            rate(now.emitted, self.before.emitted),
            whole(now.taken),
            rate(now.taken, self.before.taken),
        );
        if now.dead_letters > 0 {
            add(
                &mut line,
                format_args!("  dead letters {}", whole(now.dead_letters)),
            );
        }
        self.before = now;
        // A line that wraps could not be taken back.
        cut(&line, width.saturating_sub(1))
    }
}

impl Totals {
    fn of(report: &RunReport) -> Self {
        let edges = report.edges.iter().filter(|edge| !edge.dead_letters);
        let senders: HashSet<_> = edges.clone().map(|edge| &edge.from).collect();
        let receivers: HashSet<_> = edges.filter_map(|edge| edge.to.as_ref()).collect();
        let nodes = report.nodes.iter();
        Self {
            emitted: nodes
                .clone()
                .filter(|node| !receivers.contains(&node.node))
                .map(|node| node.emitted)
                .sum(),
            taken: nodes
                .filter(|node| !senders.contains(&node.node))
                .map(|node| node.received)
                .sum(),
            dead_letters: report.dead_lettered(),
            elapsed: report.elapsed,
        }
    }
}

/// A count with a comma after each three digits.
fn whole(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A rate to about three digits.
fn short(rate: f64) -> String {
    match rate {
        rate if rate >= 1e6 => format!("{:.2}M", rate / 1e6),
        rate if rate >= 1e4 => format!("{:.1}k", rate / 1e3),
        rate if rate >= 100.0 => format!("{rate:.0}"),
        rate => format!("{rate:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::FromIter;
    use crate::{Pipeline, RunOptions};

    async fn report() -> RunReport {
        let pipeline = Pipeline::named("count")
            .source(FromIter::new(0..1200_u32))
            .node("even", |numbers| numbers.filter(|n| n % 2 == 0))
            .for_each("print", drop);
        pipeline.run_local(RunOptions::new()).await.unwrap()
    }

    #[tokio::test]
    async fn a_line_tells_what_went_in_and_out_and_how_fast() {
        let mut report = report().await;
        let mut progress = Progress::default();
        report.elapsed = Duration::from_secs(2);
        let line = progress.line(&report, 100);
        assert_eq!(line, "count 2s  in 1,200 (600/s)  out 600 (300/s)");
        report.elapsed = Duration::from_secs(4);
        let line = progress.line(&report, 100);
        assert_eq!(line, "count 4s  in 1,200 (0.0/s)  out 600 (0.0/s)");
        assert_eq!(progress.line(&report, 10), "count 4s…");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(whole(1_234_567), "1,234,567");
        assert_eq!(whole(12), "12");
        let rates = [0.5, 250.4, 12_345.0, 2_500_000.0].map(short);
        assert_eq!(rates, ["0.5", "250", "12.3k", "2.50M"]);
    }
}
