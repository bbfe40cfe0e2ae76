//! Finding text in any case, on either database.
//!
//! What is looked into is kept folded in a column `*_key` beside the text: of SQLite, neither `lower` nor `LIKE` knows another
//! letter than A to Z.

use sea_orm::sea_query::LikeExpr;

/// Text as it is looked into, and looked for.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// What a search for a person by name looks into.
pub(crate) fn name_key(name: &str, username: &str) -> String {
    folded(&format!("{name} {username}"))
}

/// Anything that holds the text.
pub(crate) fn holding(text: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", escaped(text))).escape('\\')
}

/// Anything that begins with the text.
pub(crate) fn starting(text: &str) -> LikeExpr {
    LikeExpr::new(format!("{}%", escaped(text))).escape('\\')
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
