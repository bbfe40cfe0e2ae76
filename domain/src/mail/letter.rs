//! A letter: said once, rendered as text and as HTML.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::Ctx;

/// A letter ready to be sent. Its `Debug` shows only what it is about.
#[derive(Clone, Serialize, Deserialize)]
pub struct Letter {
    pub template: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("template", &self.template).finish_non_exhaustive()
    }
}

/// What a letter says; [`Draft::finish`] renders it.
pub(crate) struct Draft<'a> {
    pub(crate) template: &'static str,
    pub(crate) subject: String,
    pub(crate) greeting: Option<&'a str>,
    pub(crate) paragraphs: Vec<String>,
    /// Text and address of the one button.
    pub(crate) button: Option<(&'static str, String)>,
    /// What follows below the button.
    pub(crate) closing: Vec<String>,
    /// Why the receiver got this.
    pub(crate) reason: String,
    /// From where and when it was caused, for letters about security.
    pub(crate) has_origin: bool,
}

impl Draft<'_> {
    pub(crate) fn finish(self, ctx: &Ctx) -> Letter {
        let facts = if self.has_origin { origin_line(ctx) } else { None };
        let text = self.text(ctx, facts.as_deref());
        let html = self.html(ctx, facts.as_deref());
        Letter { template: self.template.to_owned(), subject: self.subject, text, html }
    }

    fn opening(&self) -> String {
        match self.greeting {
            Some(name) if !name.is_empty() => format!("Hello {name},"),
            _ => "Hello,".to_owned(),
        }
    }

    fn text(&self, ctx: &Ctx, facts: Option<&str>) -> String {
        let mut parts = vec![self.opening()];
        parts.extend(self.paragraphs.iter().cloned());
        parts.extend(self.button.iter().map(|(label, link)| format!("{label}:\n{link}")));
        parts.extend(self.closing.iter().cloned());
        parts.extend(facts.map(ToOwned::to_owned));
        parts.push(format!("-- \n{}\n{} · {}", self.reason, ctx.settings().product_name, ctx.settings().page("/")));
        parts.join("\n\n") + "\n"
    }

    fn html(&self, ctx: &Ctx, facts: Option<&str>) -> String {
        let mut body = paragraph(&self.opening());
        body.extend(self.paragraphs.iter().map(|text| paragraph(text)));
        if let Some((label, link)) = &self.button {
            let link = escape(link);
            let _ = write!(
                body,
                include_str!("button.html"),
                link = link,
                label = escape(label),
            );
        }
        body.extend(self.closing.iter().map(|text| paragraph(text)));
        body.extend(facts.map(|text| format!("<p class=\"quiet\" style=\"margin:24px 0 0;font-size:13px;line-height:20px;color:#6b6459\">{}</p>", escape(text))));
        format!(
            include_str!("layout.html"),
            subject = escape(&self.subject),
            product = escape(&ctx.settings().product_name),
            home = escape(&ctx.settings().page("/")),
            body = body,
            reason = escape(&self.reason),
        )
    }
}

fn paragraph(text: &str) -> String {
    format!("<p style=\"margin:0 0 16px\">{}</p>", escape(text))
}

/// "It was asked for on 23 Nov 2026, 10:00 UTC, from 192.0.2.7 with Firefox on Linux."
fn origin_line(ctx: &Ctx) -> Option<String> {
    let origin = ctx.origin();
    let ip = origin.ip?;
    let when = crate::time::in_zone(ctx.now(), "UTC");
    Some(format!("When and where: {when}, {ip}, {}.", crate::sessions::describe_user_agent(&origin.user_agent)))
}

/// Text as HTML, in content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
