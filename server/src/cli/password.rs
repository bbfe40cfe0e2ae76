//! Passwords on their way in: typed without being shown, or from another program. Never from the command line, which
//! everybody on the machine can read.

use std::io::{self, BufRead, IsTerminal as _};

use contract::Password;

use crate::fault::Fault;

/// Far above the longest password, so that a wrong file is refused rather than read whole.
const MOST_BYTES: u64 = 64 * 1024;

/// Asks for a new password twice on a terminal, else reads one line.
pub(super) fn ask_or_read() -> Result<Password, Fault> {
    if io::stdin().is_terminal() {
        ask()
    } else {
        read(io::stdin().lock())
    }
}

fn ask() -> Result<Password, Fault> {
    let prompt = |text: &str| {
        rpassword::prompt_password(text)
            .map_err(|error| Fault::Said(format!("The password could not be read: {error}.")))
    };
    let password = prompt("New password: ")?;
    if prompt("New password again: ")? != password {
        return Err(Fault::said("The two passwords do not match."));
    }
    Ok(Password::new(password))
}

/// The first line, without its end.
pub(super) fn read(input: impl BufRead) -> Result<Password, Fault> {
    let mut line = String::new();
    input
        .take(MOST_BYTES)
        .read_line(&mut line)
        .map_err(|error| Fault::Said(format!("The password could not be read: {error}.")))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Password::new(line.strip_suffix('\r').unwrap_or(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_with_its_spaces_and_without_its_end() {
        for given in [" a b \n", " a b \r\n", " a b ", " a b \nmore\n"] {
            assert_eq!(
                read(given.as_bytes()).expect("text").expose(),
                " a b ",
                "{given:?}"
            );
        }
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(read([0xff, 0xfe, b'\n'].as_slice()).is_err());
    }
}
