//! What was found, as text and as JSON.

use std::fmt::Write as _;

use domain::Result;
use serde_json::{Value, json};

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ok,
    /// It works, and could work better or will not work for long.
    Warning,
    /// It does not work, or something would be lost.
    Problem,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub about: &'static str,
    pub level: Level,
    /// What is so.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
}

impl Finding {
    fn new(about: &'static str, level: Level, text: impl Into<String>) -> Self {
        Self {
            about,
            level,
            text: text.into(),
            advice: None,
        }
    }

    pub fn ok(about: &'static str, text: impl Into<String>) -> Self {
        Self::new(about, Level::Ok, text)
    }

    pub fn warning(about: &'static str, text: impl Into<String>) -> Self {
        Self::new(about, Level::Warning, text)
    }

    pub fn problem(about: &'static str, text: impl Into<String>) -> Self {
        Self::new(about, Level::Problem, text)
    }

    /// With what to do.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What a look at the database gave, or that it failed.
    pub(super) fn of(about: &'static str, found: Result<Vec<Self>>) -> Vec<Self> {
        found.unwrap_or_else(|error| {
            vec![Self::problem(
                about,
                format!("This cannot be checked: {error}."),
            )]
        })
    }
}

/// All findings in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(pub Vec<Finding>);

impl Report {
    pub fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|one| one.level == level).count()
    }

    /// Whether there is no problem; warnings may be.
    pub fn is_well(&self) -> bool {
        self.count(Level::Problem) == 0
    }

    /// Aligned, each advice below its finding.
    pub fn as_text(&self) -> String {
        let widest = self.0.iter().map(|one| one.about.len()).max().unwrap_or(0);
        let mut text = String::new();
        for one in &self.0 {
            let level = one.level.as_str();
            let _ = writeln!(text, "{level:<7}  {:<widest$}  {}", one.about, one.text);
            if let Some(advice) = &one.advice {
                let _ = writeln!(text, "{:<7}  {:<widest$}  → {advice}", "", "");
            }
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    fn summary(&self) -> String {
        let told = |count: usize, word: &str| match count {
            0 => format!("no {word}s"),
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        let problems = told(self.count(Level::Problem), "problem");
        let warnings = told(self.count(Level::Warning), "warning");
        let mut text = format!("{problems}, {warnings}.");
        text[..1].make_ascii_uppercase();
        text
    }

    pub fn as_json(&self) -> String {
        let one = |finding: &Finding| {
            json!({
                "about": finding.about,
                "level": finding.level.as_str(),
                "text": finding.text,
                "advice": finding.advice,
            })
        };
        let findings: Vec<Value> = self.0.iter().map(one).collect();
        format!(
            "{:#}\n",
            json!({ "isWell": self.is_well(), "findings": findings })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_aligned_and_says_what_to_do() {
        let mut report = Report::default();
        report.add([
            Finding::ok("clock", "It is right."),
            Finding::warning("backups", "There are none.").advising("Take one."),
        ]);
        assert!(report.is_well());
        assert_eq!(
            report.as_text(),
            "ok       clock    It is right.\n\
             warning  backups  There are none.\n\
             \x20                 → Take one.\n\
             \n\
             No problems, 1 warning.\n"
        );
        report.add([Finding::problem("mail", "It is gone.")]);
        assert!(!report.is_well());
        let json: Value = serde_json::from_str(&report.as_json()).expect("it is JSON");
        assert_eq!(json["isWell"], false);
        assert_eq!(json["findings"][1]["advice"], "Take one.");
    }
}
