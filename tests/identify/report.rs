//! The report that the program prints, read back.

use std::collections::BTreeMap;

/// What a run says that it has done.
#[derive(Debug)]
pub(crate) struct Report {
    /// How it ended, in a word.
    pub(crate) ending: String,
    discarded: u64,
    rows: BTreeMap<String, Row>,
    /// Which nodes are named as those that a thread is stuck in.
    pub(crate) stuck_in: Vec<String>,
}

/// What one node has done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) received: u64,
    pub(crate) emitted: u64,
    pub(crate) dead: u64,
}

impl Report {
    /// Finds the report in what the program printed.
    #[track_caller]
    pub(crate) fn of(printed: &str) -> Self {
        let mut lines = printed.lines().skip_while(|line| !is_head(line));
        let head = lines.next();
        let head = head.unwrap_or_else(|| unreachable!("no report in {printed:?}"));
        let number_before = |what: &str| {
            let words = head.split(what).next().unwrap();
            words.split(' ').next_back().unwrap().parse().unwrap()
        };
        let mut report = Self {
            ending: head.split(' ').nth(1).unwrap().to_owned(),
            discarded: number_before(" discarded on edges"),
            rows: BTreeMap::new(),
            stuck_in: Vec::new(),
        };
        for line in lines.skip(1) {
            if let Some((_, node)) = line.split_once("stuck in ") {
                report.stuck_in.push(node.to_owned());
            } else if !line.trim_start().starts_with("bottleneck: ") {
                report.add_row(line);
            }
        }
        report
    }

    fn add_row(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse().unwrap();
        let row = Row {
            received: number(1),
            emitted: number(2),
            dead: number(4),
        };
        self.rows.insert(words[0].to_owned(), row);
    }

    /// The row of one node.
    #[track_caller]
    pub(crate) fn row(&self, node: &str) -> Row {
        let row = self.rows.get(node);
        *row.unwrap_or_else(|| unreachable!("no node {node} in {self:?}"))
    }

    /// Makes sure that what each node sent was received by the next, or
    /// discarded on the way.
    #[track_caller]
    pub(crate) fn conserves(&self) {
        let chain = [
            "walk-files",
            "read",
            "infer",
            "monitor/map",
            "count",
            "to-file",
        ];
        let mut lost = 0;
        let mut edge = |sent: u64, received: u64| {
            let missing = sent.checked_sub(received);
            lost += missing.unwrap_or_else(|| unreachable!("more came than was sent: {self:?}"));
        };
        for pair in chain.windows(2) {
            edge(self.row(pair[0]).emitted, self.row(pair[1]).received);
        }
        edge(self.row("walk-files").dead, self.row("unwalkable").received);
        edge(self.row("read").dead, self.row("unreadable").received);
        assert_eq!(lost, self.discarded, "{self:?}");
        if self.ending != "aborted" {
            assert_eq!(lost, 0, "{self:?}");
            // One verdict for each file that could be read.
            let infer = self.row("infer");
            assert_eq!(infer.received, infer.emitted + infer.dead, "{self:?}");
        }
    }
}

fn is_head(line: &str) -> bool {
    line.starts_with("identify ") && line.contains(" discarded on edges, ")
}
