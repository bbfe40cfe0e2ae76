//! Rules for text that people type, and words for what they read.

use std::fmt::Display;

use crate::problem::{Code, Problem};

/// Characters that hide, reorder or cut what stands around them: controls (NUL, CR, LF, …), line and paragraph
/// separators, and the bidirectional embeddings, overrides and isolates of Unicode Technical Report 36.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// One line of text without surrounding white space, at most `longest` code points; may be empty.
pub fn one_line(text: &str, longest: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().any(is_deceptive) {
        return Err(Problem::new(Code::InvalidCharacters));
    }
    if text.chars().count() > longest {
        return Err(Problem::too_long(longest));
    }
    Ok(text.to_owned())
}

/// The path of `next`, when it is one of ours, else `/`: other hosts, other schemes, and what browsers would read as such are
/// not followed.
pub fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 500
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_own { next } else { "/" }
}

/// A number with its noun: "1 letter", "0 letters", or with more: "1 letter waits", "2 letters wait".
pub fn counted<Number>(count: Number, one: &str, many: &str) -> String
where
    Number: Copy + Display + PartialEq + From<u8>,
{
    let noun = if count == Number::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_otherwise_than_none_and_many() {
        let told = [0_u64, 1, 2].map(|count| counted(count, "letter waits", "letters wait"));
        assert_eq!(told, ["0 letters wait", "1 letter waits", "2 letters wait"]);
        assert_eq!(counted(1_i64, "hour", "hours"), "1 hour");
    }

    fn code(text: &str) -> Option<Code> {
        one_line(text, 5).err().map(|p| p.code)
    }

    #[test]
    fn keeps_words_of_any_language_and_trims_them() {
        assert_eq!(one_line("  Ада ", 5), Ok("Ада".to_owned()));
        assert_eq!(one_line("👩‍💻", 5), Ok("👩‍💻".to_owned()));
        assert_eq!(one_line(" ", 5), Ok(String::new()));
    }

    #[test]
    fn refuses_controls_overrides_and_what_is_too_long() {
        assert_eq!(code("a\0b"), Some(Code::InvalidCharacters));
        assert_eq!(code("a\nb"), Some(Code::InvalidCharacters));
        assert_eq!(code("a\u{202e}b"), Some(Code::InvalidCharacters));
        assert_eq!(code("abcdef"), Some(Code::TooLong));
    }

    #[test]
    fn only_paths_of_this_host_are_followed() {
        for next in ["/", "/account/profile?tab=1", "/o/acme/members"] {
            assert_eq!(own_path(next), next);
        }
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https:evil",
            "https://evil.example",
            "javascript:alert(1)",
            "",
            "evil",
            "/a\nb",
            "/a b",
            "/%0d\r",
        ] {
            assert_eq!(own_path(next), "/", "{next:?}");
        }
    }
}
