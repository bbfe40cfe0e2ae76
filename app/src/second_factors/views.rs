//! What the pages of second factors show.

use contract::time::Moment;
use serde::{Deserialize, Serialize};

/// `/account/security/app`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppView {
    /// Nothing was begun.
    Off,
    /// Waits for its first code.
    Pending { secret: String, picture: Picture },
    On {
        since: Moment,
        /// No other second step is set up.
        is_last: bool,
        /// The organizations that keep the visitor out without it, by name; none where a passkey is set up too.
        closes: Vec<String>,
    },
}

/// A QR code of so many squares on a side, as the path of an SVG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub side: usize,
    pub path: String,
}
