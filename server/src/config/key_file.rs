//! The secret that a developer's installation makes for itself.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use domain::{
    context::Random,
    database::owner::{give_to_owner, make_folder},
    seal::SecretKey,
};

use super::{addresses::DatabaseUrl, values::Value};

/// Where the secret is kept when none is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile(pub PathBuf);

impl KeyFile {
    pub(super) fn beside(database: &DatabaseUrl) -> Self {
        let file = database
            .file()
            .unwrap_or_else(|| PathBuf::from("data/latchkey.db"));
        Self(file.with_file_name("secret.key"))
    }

    /// The secret of the file, which is made when it is missing. `true` when it was.
    pub fn open(&self, random: &dyn Random) -> Result<(SecretKey, bool), String> {
        let fault = |error: io::Error| {
            format!(
                "The secret key cannot be kept in {}: {error}. Set LATCHKEY_SECRET_KEY instead.",
                self.0.display()
            )
        };
        let is_new = match fs::symlink_metadata(&self.0) {
            Ok(_) => false,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(&self.0, random).map_err(fault)?
            }
            Err(error) => return Err(fault(error)),
        };
        let text = fs::read_to_string(&self.0).map_err(fault)?;
        let key = SecretKey::parse(text.trim()).map_err(|reason| {
            format!("The secret key in {} {reason}. Remove the file to have a new one created; waiting e-mails are then lost.", self.0.display())
        })?;
        Ok((key, is_new))
    }
}

/// Writes 256 random bits for the owner's eyes. The file gets its name when it is whole, so that neither an end in
/// between nor a second process leaves half a key; `false` when the second process was quicker.
fn make(path: &Path, random: &dyn Random) -> io::Result<bool> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    give_to_owner(&file, &draft, path);
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
