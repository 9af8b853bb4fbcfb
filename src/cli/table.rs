/// Rows in columns as wide as they have to be.
///
/// The last column has no padding, so that no line ends in blanks. Cells may
/// be coloured: widths are those of what is seen.
pub(super) fn table(rows: &[Vec<Cell>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&cell.text);
            line.push_str(&" ".repeat(width - cell.width + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A cell of a [`table`].
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    width: usize,
}

impl Cell {
    /// What is seen, and the same with its colour.
    pub(super) fn painted(seen: &str, painted: String) -> Self {
        Self {
            text: painted,
            width: seen.chars().count(),
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        let text = text.into();
        let width = text.chars().count();
        Self { text, width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks() {
        let rows = [
            vec![Cell::from("a"), Cell::from("long"), Cell::from("")],
            vec![
                Cell::painted("wide", "\x1b[1mwide\x1b[0m".into()),
                Cell::from("b"),
            ],
        ];
        assert_eq!(table(&rows), "a     long\n\x1b[1mwide\x1b[0m  b\n");
    }
}
