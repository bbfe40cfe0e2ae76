//! Rows as aligned text.

use std::fmt::Write as _;

/// Columns as wide as their widest cell, two spaces between them, and none at the end of a line.
pub(crate) fn aligned<const N: usize>(
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let lines: Vec<[String; N]> = std::iter::once(head.map(ToOwned::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|cells| cells[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for cells in &lines {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_with_text() {
        let rows = [
            ["ada".to_owned(), String::new()],
            ["Ångström".to_owned(), "yes".to_owned()],
        ];
        assert_eq!(
            aligned(["NAME", "STAFF"], rows.into_iter()),
            "NAME      STAFF\nada\nÅngström  yes\n"
        );
    }
}
