//! `latchkey backup`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use contract::text::counted;
use domain::{
    Ctx,
    backups::{self, Contents, Taken},
};

use crate::{config::Config, fault::Fault};

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct BackupArgs {
    /// The file to write
    pub file: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Refuses a database that has tools of its own, and names them.
pub(super) fn require_sqlite(config: &Config, file: &Path) -> Result<PathBuf, Fault> {
    let url = &config.sections.database.database_url;
    url.file().ok_or_else(|| {
        Fault::said(with_postgres(
            &url.without_secrets(),
            &file.display().to_string(),
        ))
    })
}

fn with_postgres(url: &str, file: &str) -> String {
    let (url, file) = (quoted(url), quoted(file));
    format!(
        "This database is on a PostgreSQL server, which has tools of its own. They ask for the password, or take it from \
         PGPASSWORD or ~/.pgpass. To back up, even while Latchkey runs:\n\n    pg_dump --format=custom --file={file} {url}\n\nTo \
         restore, while Latchkey is stopped, into an empty database (`dropdb --force` and `createdb --owner=…` make one, as a role \
         that may):\n\n    pg_restore --no-owner --single-transaction --dbname={url} {file}\n"
    )
}

/// A word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

pub(super) async fn run(ctx: &Ctx, args: BackupArgs) -> Result<String, Fault> {
    let taken = backups::take(ctx, &args.file, args.force).await?;
    Ok(report(&taken))
}

fn report(taken: &Taken) -> String {
    let mut text = format!(
        "Backed up to {}: {} in {} ms.\nEvery page was checked, and {}.\n",
        taken.file.display(),
        size(taken.bytes),
        taken.milliseconds,
        told(&taken.contents)
    );
    text.push_str(&dangling(&taken.contents));
    text.push_str("The secret key is not included. Keep a copy of it too, in another place.\n");
    text
}

/// What is in a database, in words.
pub(super) fn told(contents: &Contents) -> String {
    let rows: u64 = contents.rows.iter().map(|(_, rows)| rows).sum();
    let mut text = format!(
        "its {}, and {} in {}",
        counted(contents.migrations.len(), "migration", "migrations"),
        counted(rows, "row", "rows"),
        counted(contents.rows.len(), "table", "tables")
    );
    let named = [
        ("users", "user", "users"),
        ("organizations", "organization", "organizations"),
        ("api_keys", "API key", "API keys"),
        ("audit_events", "entry of the log", "entries of the log"),
    ];
    for (at, (table, one, many)) in named.into_iter().enumerate() {
        let joint = if at == 0 { ", among them " } else { ", " };
        let found = counted(contents.count(table), one, many);
        let _ = write!(text, "{joint}{found}");
    }
    text
}

/// A warning, where there is reason for one.
pub(super) fn dangling(contents: &Contents) -> String {
    if contents.dangling.is_empty() {
        return String::new();
    }
    format!(
        "Warning: rows of {} refer to rows that do not exist, in the database as well.\n",
        contents.dangling.join(", ")
    )
}

/// Bytes for people, in powers of 1000.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_their_unit() {
        let told = [0, 999, 1000, 1_234_567, 999_999, 12_000_000_000].map(size);
        assert_eq!(
            told,
            [
                "0 bytes",
                "999 bytes",
                "1.0 kB",
                "1.2 MB",
                "1.0 MB",
                "12.0 GB"
            ]
        );
    }

    #[test]
    fn the_commands_for_postgresql_are_exact_and_fit_for_a_shell() {
        let text = with_postgres("postgres://latchkey@db/latchkey", "my backup's.dump");
        assert!(
            text.contains(r"pg_dump --format=custom --file='my backup'\''s.dump' postgres://latchkey@db/latchkey"),
            "{text}"
        );
        assert!(
            text.contains(r"    pg_restore --no-owner --single-transaction --dbname=postgres://latchkey@db/latchkey 'my backup'\''s.dump'"),
            "{text}"
        );
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("postgres://h/d?a=b"), "'postgres://h/d?a=b'");
    }
}
