//! A letter: said once, rendered as text and as HTML by the templates in `domain/templates`.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    Ctx,
    error::{Error, Result},
    sessions::describe_user_agent,
    time::in_zone,
};

/// A letter ready to be sent. Its `Debug` shows only what it is about.
#[derive(Clone, Serialize, Deserialize)]
pub struct Letter {
    /// The name of what is said; for metrics and logs.
    pub template: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

/// What a letter says; [`Draft::finish`] renders it.
pub(crate) struct Draft {
    pub(crate) template: &'static str,
    pub(crate) subject: String,
    /// The first line inside.
    pub(crate) heading: String,
    pub(crate) paragraphs: Vec<String>,
    /// Text and address of the one button.
    pub(crate) button: (&'static str, String),
    /// Another way than the button: a question, and the text and address of the link that answers it.
    pub(crate) aside: Option<(&'static str, &'static str, String)>,
    /// Why the receiver got this.
    pub(crate) reason: String,
}

/// What both templates are filled with.
struct Content<'a> {
    subject: &'a str,
    heading: &'a str,
    paragraphs: &'a [String],
    /// When and where what the letter is about was done.
    facts: &'a [(&'static str, String)],
    button: Option<(&'a str, &'a str)>,
    aside: Option<(&'a str, &'a str, &'a str)>,
    reason: &'a str,
    product: &'a str,
    /// The public address, with its slash.
    home: &'a str,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    content: &'a Content<'a>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    content: &'a Content<'a>,
}

impl Draft {
    /// For somebody whose time zone is not known.
    pub(crate) fn finish(self, ctx: &Ctx) -> Result<Letter> {
        self.finish_in(ctx, "UTC")
    }

    /// For somebody who reads times in this zone.
    pub(crate) fn finish_in(self, ctx: &Ctx, zone: &str) -> Result<Letter> {
        let home = ctx.settings().page("/");
        let facts = facts(ctx, zone);
        let content = Content {
            subject: &self.subject,
            heading: &self.heading,
            paragraphs: &self.paragraphs,
            facts: &facts,
            button: Some((self.button.0, &self.button.1)),
            aside: self
                .aside
                .as_ref()
                .map(|(question, label, link)| (*question, *label, link.as_str())),
            reason: &self.reason,
            product: &ctx.settings().product_name,
            home: &home,
        };
        let failed = |source| Error::internal("rendering a letter", source);
        let text = Text { content: &content }.render().map_err(failed)?;
        let html = Html { content: &content }.render().map_err(failed)?;
        Ok(Letter {
            template: self.template.to_owned(),
            subject: self.subject,
            text,
            html,
        })
    }
}

/// When, with what and from where; nothing where the process itself or an operator caused the letter.
fn facts(ctx: &Ctx, zone: &str) -> Vec<(&'static str, String)> {
    let origin = ctx.origin();
    let Some(ip) = origin.ip else {
        return Vec::new();
    };
    vec![
        ("When", in_zone(ctx.now(), zone)),
        ("Device", describe_user_agent(&origin.user_agent)),
        ("Address", ip.to_string()),
    ]
}
