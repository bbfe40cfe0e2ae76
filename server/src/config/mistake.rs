//! What is wrong with a configuration.

use std::fmt;

/// One mistake. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting, or the unknown name.
    pub name: String,
    /// Where it was given: a file, a variable, a flag.
    pub source: String,
    /// What is wrong, as a sentence without its full stop.
    pub problem: String,
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            source,
            problem,
            expected,
        } = self;
        write!(f, "{name} ({source}): {problem}. Expected: {expected}.")
    }
}

/// All mistakes of a configuration, told at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "There is a mistake in the configuration:")?,
            count => write!(f, "There are {count} mistakes in the configuration:")?,
        }
        self.0
            .iter()
            .try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for Mistakes {}
