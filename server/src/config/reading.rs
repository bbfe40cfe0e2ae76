//! Where values come from: defaults, below one TOML file, below the environment, below the command line.

use std::{
    collections::BTreeMap,
    fmt,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    addresses::without_password,
    definition::{self, Secrecy, Setting, Standard},
    flags::Flags,
    mistake::Mistake,
    traces,
    values::Value,
};

/// The file that is read when it is there and no other is named.
pub(super) const FILE: &str = "latchkey.toml";

/// The file of the whole machine, which is read when neither this nor a named one is.
pub const SYSTEM_FILE: &str = "/etc/latchkey/latchkey.toml";

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Default,
    File(PathBuf),
    /// The whole name of the variable.
    Environment(String),
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A setting for a reader.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) name: &'static str,
    /// Secrets hidden; `None` where the default is found out at start.
    pub(super) text: Option<String>,
    pub(super) source: Source,
}

struct Entry {
    text: String,
    source: Source,
}

/// What was given, as text, and what is wrong with it so far.
pub(super) struct Given {
    entries: BTreeMap<&'static str, Entry>,
    file: Option<PathBuf>,
    secret_files: Vec<PathBuf>,
    mistakes: Vec<Mistake>,
}

/// What is left of all sources once the values are taken.
pub(super) struct Gathered {
    /// Each setting for a reader.
    pub(super) shown: Vec<Shown>,
    /// The TOML file, if one was read.
    pub(super) file: Option<PathBuf>,
    /// The files that single secrets were read from.
    pub(super) secret_files: Vec<PathBuf>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Given {
    /// Reads all sources, the lowest first.
    pub(super) fn gather(
        flags: &Flags,
        environment: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
        system_file: &Path,
    ) -> Self {
        let mut given = Self {
            entries: BTreeMap::new(),
            file: None,
            secret_files: Vec::new(),
            mistakes: Vec::new(),
        };
        let (environment, others): (BTreeMap<String, String>, BTreeMap<String, String>) =
            (environment.into_iter())
                .filter(|(_, value)| !value.is_empty())
                .partition(|(name, _)| name.starts_with("LATCHKEY_"));
        given.add_defaults();
        given.add_file(flags, &environment, folder, system_file);
        given.add_standard(&others);
        given.add_environment(&environment, folder);
        for (setting, text) in flags.given() {
            given.put(setting, text.to_owned(), Source::Flag(setting.flag()));
        }
        given
    }

    fn put(&mut self, setting: &'static Setting, text: String, source: Source) {
        self.entries.insert(setting.name, Entry { text, source });
    }

    pub(super) fn note(
        &mut self,
        name: &str,
        source: impl fmt::Display,
        problem: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let mistake = Mistake {
            name: name.to_owned(),
            source: source.to_string(),
            problem: problem.into(),
            expected: expected.into(),
        };
        self.mistakes.push(mistake);
    }

    fn add_defaults(&mut self) {
        for setting in definition::all() {
            if let Standard::Text(text) = setting.default {
                self.put(setting, text.to_owned(), Source::Default);
            }
        }
    }

    fn add_file(
        &mut self,
        flags: &Flags,
        environment: &BTreeMap<String, String>,
        folder: &Path,
        system_file: &Path,
    ) {
        let named = flags
            .config
            .clone()
            .or_else(|| environment.get("LATCHKEY_CONFIG").map(PathBuf::from))
            .or_else(|| found(folder, system_file));
        let Some(named) = named else {
            return;
        };
        let path = folder.join(&named);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.file = Some(path);
                self.add_toml(&text, &named);
            }
            Err(error) => {
                let expected = if error.kind() == ErrorKind::PermissionDenied {
                    "a file that whoever runs this may read; run it as root or as the user of the server, or name another file with --config"
                } else {
                    "a TOML file"
                };
                let problem = format!("cannot be read ({error})");
                self.note("config", path.display(), problem, expected);
            }
        }
    }

    /// Of a mistake in the file the place is told and not the line, which may hold a secret.
    fn add_toml(&mut self, text: &str, path: &Path) {
        match text.parse::<toml::Table>() {
            Ok(table) => table
                .iter()
                .for_each(|(key, value)| self.add_entry(key, value, path)),
            Err(error) => {
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                self.note(
                    "config",
                    format!("{}, line {line}", path.display()),
                    error.message().replace('\n', "; "),
                    "a TOML file",
                );
            }
        }
    }

    fn add_entry(&mut self, key: &str, value: &toml::Value, path: &Path) {
        let source = Source::File(path.to_owned());
        let Some(setting) = definition::all().find(|setting| setting.name == key) else {
            let (problem, expected) = unknown(
                key,
                definition::all().map(|setting| setting.name.to_owned()),
            );
            return self.note(key, source, problem, expected);
        };
        match text(value) {
            Some(text) => self.put(setting, text, source),
            None => self.note(key, source, "is a table", (setting.expected)()),
        }
    }

    /// What has a variable that is the same in every program.
    fn add_standard(&mut self, environment: &BTreeMap<String, String>) {
        for (variable, name) in traces::STANDARD {
            let setting = definition::all().find(|setting| setting.name == name);
            if let (Some(setting), Some(value)) = (setting, environment.get(variable)) {
                self.put(
                    setting,
                    value.clone(),
                    Source::Environment(variable.to_owned()),
                );
            }
        }
    }

    fn add_environment(&mut self, environment: &BTreeMap<String, String>, folder: &Path) {
        for (variable, value) in environment {
            let source = Source::Environment(variable.clone());
            let file_of = |setting: &&Setting| {
                setting.can_be_a_file() && *variable == setting.variable() + "_FILE"
            };
            if let Some(setting) = definition::all().find(|setting| *variable == setting.variable())
            {
                self.put(setting, value.clone(), source);
            } else if let Some(setting) = definition::all().find(file_of) {
                let is_twice = environment.contains_key(&setting.variable());
                self.add_secret_file(setting, source, &folder.join(value), is_twice);
            } else if !is_of_others(variable, value) {
                let (problem, expected) = unknown(variable, variables());
                self.note(variable, "environment", problem, expected);
            }
        }
    }

    /// Takes a secret from a file, without the line's end that editors and `echo` put there.
    fn add_secret_file(
        &mut self,
        setting: &'static Setting,
        source: Source,
        path: &Path,
        is_twice: bool,
    ) {
        if is_twice {
            return self.note(
                setting.name,
                source,
                format!("{} is also given", setting.variable()),
                "only one of them",
            );
        }
        match std::fs::read_to_string(path) {
            Ok(text) => {
                self.secret_files.push(path.to_owned());
                let text = text.trim_end_matches(['\r', '\n']).to_owned();
                self.put(setting, text, source);
            }
            Err(error) => self.note(
                setting.name,
                source,
                format!("{} cannot be read ({error})", path.display()),
                "a file of text",
            ),
        }
    }

    /// The value of a setting; a mistake in it is noted.
    pub(super) fn take<T: Value>(&mut self, name: &'static str) -> Option<T> {
        let Some(entry) = self.entries.get(name) else {
            return T::absent();
        };
        match T::parse(&entry.text) {
            Ok(value) => Some(value),
            Err(reason) => {
                let setting = definition::all()
                    .find(|setting| setting.name == name)
                    .expect("the table has every field");
                let subject = if setting.secrecy == Secrecy::Public {
                    format!("{:?}", entry.text)
                } else {
                    "the value".to_owned()
                };
                let source = entry.source.clone();
                self.note(name, source, format!("{subject} {reason}"), T::expected());
                None
            }
        }
    }

    /// The value of a setting for a rule that looks at several; `None` where there is none or it has a mistake.
    pub(super) fn get<T: Value>(&self, name: &'static str) -> Option<T> {
        self.entries
            .get(name)
            .and_then(|entry| T::parse(&entry.text).ok())
    }

    pub(super) fn is_given(&self, name: &'static str) -> bool {
        self.entries.contains_key(name)
    }

    pub(super) fn source(&self, name: &'static str) -> Source {
        self.entries
            .get(name)
            .map_or(Source::Default, |entry| entry.source.clone())
    }

    pub(super) fn finish(self) -> Gathered {
        let show = |setting: &'static Setting| Shown {
            name: setting.name,
            text: self
                .entries
                .get(setting.name)
                .map(|entry| shown(setting.secrecy, &entry.text)),
            source: self.source(setting.name),
        };
        Gathered {
            shown: definition::all().map(show).collect(),
            file: self.file,
            secret_files: self.secret_files,
            mistakes: self.mistakes,
        }
    }
}

/// The file that is read when none is named. One that cannot be looked at counts as there: what it says is not to be passed over.
fn found(folder: &Path, system_file: &Path) -> Option<PathBuf> {
    let is_there = |path: &Path| path.try_exists().unwrap_or(true);
    if is_there(&folder.join(FILE)) {
        return Some(FILE.into());
    }
    is_there(system_file).then(|| system_file.to_owned())
}

fn shown(secrecy: Secrecy, text: &str) -> String {
    match secrecy {
        Secrecy::Public => text.to_owned(),
        Secrecy::Password => without_password(text),
        // A list without entries is no secret.
        Secrecy::Whole if text.split(',').all(|entry| entry.trim().is_empty()) => String::new(),
        Secrecy::Whole => "(hidden)".to_owned(),
    }
}

/// A value of the file as a variable would hold it; lists have commas.
fn text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(values) => values
            .iter()
            .map(text)
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(",")),
        toml::Value::Table(_) => None,
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(is) => Some(is.to_string()),
        toml::Value::Datetime(moment) => Some(moment.to_string()),
    }
}

/// All variables that are read.
fn variables() -> impl Iterator<Item = String> {
    let files = definition::all()
        .filter(|setting| setting.can_be_a_file())
        .map(|setting| setting.variable() + "_FILE");
    definition::all()
        .map(Setting::variable)
        .chain(files)
        .chain(["LATCHKEY_CONFIG".to_owned()])
}

/// Variables that begin like ours and are not for the server: what Kubernetes sets for a service called `latchkey`, and
/// what the scripts and tests of this repository use.
fn is_of_others(variable: &str, value: &str) -> bool {
    let rest = variable.strip_prefix("LATCHKEY_").unwrap_or(variable);
    matches!(rest, "CONFIG" | "CACHE" | "BINARY")
        || (rest == "PORT" && value.contains("://"))
        || ["PORT_", "SERVICE_HOST", "SERVICE_PORT", "TEST_"]
            .iter()
            .any(|prefix| rest.starts_with(prefix))
}

/// What to say of a name that nobody knows: the mistake, and the known name that is most like it.
fn unknown(name: &str, known: impl Iterator<Item = String>) -> (String, String) {
    let problem = "there is no such setting".to_owned();
    let own = |name: &str| name.strip_prefix("LATCHKEY_").unwrap_or(name).to_owned();
    let distances =
        known.map(|other| (strsim::damerau_levenshtein(&own(name), &own(&other)), other));
    match distances.min() {
        Some((distance, nearest)) if distance <= (own(name).len() / 3).max(2) => {
            (problem, format!("perhaps {nearest}"))
        }
        _ => (problem, "a name of `latchkey config reference`".to_owned()),
    }
}
