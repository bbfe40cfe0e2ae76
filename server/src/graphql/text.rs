//! A document's text, measured before the parser sees it: that one recurses at every bracket.

use super::{errors::Rejection, limits::within};

/// Brackets within brackets.
const MOST_BRACKETS: usize = 64;
/// Names, numbers, strings and marks.
const MOST_TOKENS: usize = 4_000;

/// Measures a document's text, leaving the rest of its grammar to the parser.
pub(super) fn check(text: &str) -> Result<(), Rejection> {
    let (mut rest, mut depth, mut tokens) = (text.as_bytes(), 0_usize, 0_usize);
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b' ' | b',' | b'\t' | b'\r' | b'\n' => tail,
            b'#' => after(tail, |byte| !matches!(byte, b'\r' | b'\n')),
            _ => {
                tokens += 1;
                match byte {
                    b'"' => after_string(tail).ok_or_else(|| {
                        Rejection::document("Syntax error: a string does not end.")
                    })?,
                    b'{' | b'[' | b'(' => {
                        depth += 1;
                        tail
                    }
                    b'}' | b']' | b')' => {
                        depth = depth.saturating_sub(1);
                        tail
                    }
                    _ if is_word(byte) => after(tail, is_word),
                    _ => tail,
                }
            }
        };
        within("brackets within brackets", depth, MOST_BRACKETS)?;
        within("tokens", tokens, MOST_TOKENS)?;
    }
    Ok(())
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn after(text: &[u8], is_part: impl Fn(u8) -> bool) -> &[u8] {
    let end = text
        .iter()
        .position(|byte| !is_part(*byte))
        .unwrap_or(text.len());
    &text[end..]
}

/// What follows a string whose first quotation mark was taken.
fn after_string(text: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = text.strip_prefix(b"\"\"") else {
        return after_line_string(text);
    };
    loop {
        if let Some(tail) = rest.strip_prefix(b"\"\"\"") {
            return Some(tail);
        }
        rest = rest.strip_prefix(b"\\\"\"\"").or_else(|| rest.get(1..))?;
    }
}

fn after_line_string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let (byte, tail) = rest.split_first()?;
        rest = match byte {
            b'"' => return Some(tail),
            b'\r' | b'\n' => return None,
            b'\\' => tail.get(1..)?,
            _ => tail,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Empty for what is let through.
    fn refusal(text: &str) -> String {
        check(text)
            .err()
            .map(|rejection| rejection.message.into_owned())
            .unwrap_or_default()
    }

    #[test]
    fn text_nested_without_end_never_reaches_the_parser() {
        for open in ["{a", "{a(b:[", "[", "{a(b:{c:", "{...{", "query($a:["] {
            assert!(
                refusal(&open.repeat(20_000)).contains("brackets within brackets"),
                "{open}"
            );
        }
        assert!(
            refusal(&format!("{{a(b:[\"\"\"[[[[\"{}", "[".repeat(20_000)))
                .contains("a string does not end")
        );
        assert!(
            refusal(&format!("{{a(b:[\"[[[[\n\"{}", "[".repeat(20_000)))
                .contains("a string does not end")
        );
        assert!(refusal("{a(b:\"\\").contains("a string does not end"));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "[".repeat(100);
        for text in [
            format!("{{ a(b: \"{many}\\\"{many}\") }}"),
            format!("{{ a(b: \"\"\"{many}\\\"\"\" \" {many}\"\"\") }}"),
            format!("{{ a # {many}\n }}"),
        ] {
            assert_eq!(refusal(&text), "", "{text}");
        }
        assert_eq!(refusal("{ a(b: \"\") }"), "");
        assert!(
            refusal(&format!("{{ {} }}", "a ".repeat(5_000))).contains("tokens; the limit is 4000")
        );
    }
}
