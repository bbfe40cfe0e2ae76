//! Names of which there may be one each.

use std::collections::{HashMap, HashSet};

/// Gives out each name once, with a number where it is taken.
pub(super) struct Unique {
    taken: HashSet<String>,
    /// The number that is tried next, by name.
    next: HashMap<String, u32>,
    separator: &'static str,
    /// Bytes of the name itself; leaves room for a number.
    longest: usize,
    is_good: fn(&str) -> bool,
}

impl Unique {
    pub(super) fn new(
        taken: HashSet<String>,
        separator: &'static str,
        longest: usize,
        is_good: fn(&str) -> bool,
    ) -> Self {
        Self {
            taken,
            next: HashMap::new(),
            separator,
            longest,
            is_good,
        }
    }

    /// The name, or with the least number from 2 on with which it is good and free. `base` is ASCII.
    pub(super) fn take(&mut self, base: &str) -> String {
        let cut = &base[..base.len().min(self.longest)];
        let base = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let next = self.next.entry(base.to_owned()).or_insert(1);
        loop {
            let name = match *next {
                1 => base.to_owned(),
                number => format!("{base}{}{number}", self.separator),
            };
            *next += 1;
            if (self.is_good)(&name) && !self.taken.contains(&name) {
                self.taken.insert(name.clone());
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_out_once() {
        let taken = HashSet::from(["acme-2".to_owned()]);
        let mut names = Unique::new(taken, "-", 6, |name| name != "new");
        let given: Vec<_> = ["acme", "acme", "new", "acme-and-sons", "acme-a"]
            .map(|name| names.take(name))
            .into();
        assert_eq!(given, ["acme", "acme-3", "new-2", "acme-a", "acme-a-2"]);
    }
}
