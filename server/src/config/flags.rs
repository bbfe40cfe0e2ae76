//! The settings as flags of the command line, made from the table.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::{
    definition::{self, Secrecy, Setting},
    reading::{FILE, SYSTEM_FILE},
};

/// What was given on the command line. Flags can stand before and after the command.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file.
    pub config: Option<PathBuf>,
    settings: BTreeMap<&'static str, String>,
}

impl Flags {
    /// A command that takes all settings, and whose help does not list them.
    pub fn unlisted(command: Command) -> Command {
        command.args(with_a_flag().map(|setting| flag(setting).hide(true)))
    }

    pub(super) fn given(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        definition::all()
            .filter_map(|setting| Some((setting, self.settings.get(setting.name)?.as_str())))
    }
}

/// Settings with a flag. A secret has none, because everybody on a machine can read the command lines of its processes.
fn with_a_flag() -> impl Iterator<Item = &'static Setting> {
    definition::all().filter(|setting| setting.secrecy != Secrecy::Whole)
}

fn flag(setting: &'static Setting) -> Arg {
    Arg::new(setting.name)
        .long(setting.flag())
        .value_name("VALUE")
        .help(format!(
            "{} [default: {}]",
            setting.meaning.trim(),
            setting.default.words()
        ))
        .help_heading("Settings")
        .hide_short_help(true)
        .global(true)
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config_file")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help(format!(
                "The TOML file with settings [default: {FILE} when it is there, else {SYSTEM_FILE}]"
            ))
            .global(true);
        command.arg(config).args(with_a_flag().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |setting: &'static Setting| {
            Some((
                setting.name,
                matches.get_one::<String>(setting.name)?.clone(),
            ))
        };
        Ok(Self {
            config: matches.get_one("config_file").cloned(),
            settings: with_a_flag().filter_map(value).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
