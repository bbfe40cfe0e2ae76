//! Languages that a person can prefer. Products read the choice over the API; Latchkey itself speaks English.

use crate::problem::{Code, Problem};

/// A language under its BCP 47 tag, and its name in itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    pub tag: &'static str,
    pub name: &'static str,
}

impl Language {
    /// Finds a language by its tag, in any case.
    pub fn parse(tag: &str) -> Result<&'static Self, Problem> {
        LANGUAGES
            .iter()
            .find(|language| language.tag.eq_ignore_ascii_case(tag))
            .ok_or(Problem::new(Code::InvalidLanguage))
    }
}

const fn language(tag: &'static str, name: &'static str) -> Language {
    Language { tag, name }
}

/// The list to choose from, by tag.
pub const LANGUAGES: &[Language] = &[
    language("ar", "العربية"),
    language("bg", "Български"),
    language("bn", "বাংলা"),
    language("cs", "Čeština"),
    language("da", "Dansk"),
    language("de", "Deutsch"),
    language("el", "Ελληνικά"),
    language("en", "English"),
    language("en-GB", "English (United Kingdom)"),
    language("en-US", "English (United States)"),
    language("es", "Español"),
    language("et", "Eesti"),
    language("fa", "فارسی"),
    language("fi", "Suomi"),
    language("fr", "Français"),
    language("he", "עברית"),
    language("hi", "हिन्दी"),
    language("hr", "Hrvatski"),
    language("hu", "Magyar"),
    language("id", "Bahasa Indonesia"),
    language("it", "Italiano"),
    language("ja", "日本語"),
    language("ko", "한국어"),
    language("lt", "Lietuvių"),
    language("lv", "Latviešu"),
    language("nb", "Norsk bokmål"),
    language("nl", "Nederlands"),
    language("pl", "Polski"),
    language("pt", "Português"),
    language("pt-BR", "Português (Brasil)"),
    language("ro", "Română"),
    language("ru", "Русский"),
    language("sk", "Slovenčina"),
    language("sl", "Slovenščina"),
    language("sr", "Српски"),
    language("sv", "Svenska"),
    language("sw", "Kiswahili"),
    language("th", "ไทย"),
    language("tr", "Türkçe"),
    language("uk", "Українська"),
    language("ur", "اردو"),
    language("vi", "Tiếng Việt"),
    language("zh-Hans", "简体中文"),
    language("zh-Hant", "繁體中文"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_any_case_and_others_refused() {
        assert_eq!(Language::parse("PT-br").map(|l| l.tag), Ok("pt-BR"));
        assert_eq!(
            Language::parse("xx").map_err(|p| p.code),
            Err(Code::InvalidLanguage)
        );
    }
}
