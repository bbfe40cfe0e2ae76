//! The audit log of an organization, or of all, as a file, step by step: however long it is, a piece of it is in memory.

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, Query},
    response::Response,
};
use domain::{
    Actor, Ctx, Error, accounts,
    audit::{self, AuditFilter, Entry, Export, ExportFormat, Named},
    organizations,
};
use futures::stream::try_unfold;
use serde::Deserialize;
use serde_json::{Value, json};

use super::file;
use crate::{authenticate::Caller, http::trace, problem::Failure};

/// What the page's form asks for; days are those of the visitor's time zone, the last one among them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// Of the log of all: by its slug or id.
    organization: String,
    actor: String,
    action: String,
    subject: String,
    from: String,
    to: String,
}

impl Wanted {
    async fn filter(self, ctx: &Ctx, actor: &Actor) -> domain::Result<AuditFilter> {
        let id = actor.signed_in()?.user_id;
        let zone = accounts::get(ctx, actor, id).await?.profile.time_zone;
        let (from, to) = audit::days(&self.from, &self.to, &zone)?;
        Ok(AuditFilter {
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            from,
            to,
        })
    }
}

/// `GET /o/{slug}/audit.csv`: exactly what the page shows with the same filter (RFC 4180), with moments in UTC.
pub(super) async fn csv(
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    export(caller, &slug, wanted, ExportFormat::Csv).await
}

/// `GET /o/{slug}/audit.jsonl`: the same, as one JSON object in each line (<https://jsonlines.org>).
pub(super) async fn json_lines(
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    export(caller, &slug, wanted, ExportFormat::JsonLines).await
}

/// `GET /admin/audit.csv`: the log of everything, for staff.
pub(super) async fn csv_of_all(
    Extension(caller): Extension<Caller>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    export_all(caller, wanted, ExportFormat::Csv).await
}

/// `GET /admin/audit.jsonl`: the same, as one JSON object in each line.
pub(super) async fn json_lines_of_all(
    Extension(caller): Extension<Caller>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    export_all(caller, wanted, ExportFormat::JsonLines).await
}

async fn export(
    Caller { ctx, actor, .. }: Caller,
    slug: &str,
    wanted: Wanted,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let found = organizations::find(&ctx, &actor, slug).await?;
    let filter = wanted.filter(&ctx, &actor).await?;
    let name = format!("audit-{}", found.organization().slug);
    let export = audit::export(&ctx, &actor, found, filter, format).await?;
    let body = match format {
        ExportFormat::Csv => stream(export, HEAD, csv_line),
        ExportFormat::JsonLines => stream(export, "", json_line),
    };
    Ok(download(&ctx, body, &name, format))
}

async fn export_all(
    Caller { ctx, actor, .. }: Caller,
    wanted: Wanted,
    format: ExportFormat,
) -> Result<Response, Failure> {
    let organization = wanted.organization.clone();
    let filter = wanted.filter(&ctx, &actor).await?;
    let (organization, filter) = audit::settle(&ctx, &actor, &organization, filter).await?;
    let export = audit::export_all(&ctx, &actor, organization, filter, format).await?;
    let body = match format {
        ExportFormat::Csv => stream(export, HEAD_OF_ALL, csv_line_of_all),
        ExportFormat::JsonLines => stream(export, "", json_line_of_all),
    };
    Ok(download(&ctx, body, "audit", format))
}

fn download(ctx: &Ctx, body: Body, name: &str, format: ExportFormat) -> Response {
    let day = &ctx.now().to_string()[..10];
    let extension = format.extension();
    let name = format!("attachment; filename=\"{name}-{day}.{extension}\"");
    let content_type = match format {
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::JsonLines => "application/jsonl; charset=utf-8",
    };
    file(body, content_type, &name)
}

/// A body that reads on as fast as somebody takes it. One that fails in between is cut off, so that nobody takes it for whole.
fn stream(export: Export, head: &'static str, line: fn(&Entry) -> String) -> Body {
    let trace_id = trace::current();
    let begin = (export, head);
    Body::from_stream(try_unfold(begin, move |(mut export, head)| {
        let trace_id = trace_id.clone();
        async move {
            let entries = export.next().await.inspect_err(|error: &Error| {
                error.tell(&trace_id);
            })?;
            if entries.is_empty() && head.is_empty() {
                return Ok::<_, Error>(None);
            }
            let text: String = std::iter::once(head.to_owned())
                .chain(entries.iter().map(line))
                .collect();
            Ok(Some((Bytes::from(text), (export, ""))))
        }
    }))
}

/// A line of the log of all: with the organization it is of.
fn csv_line_of_all(entry: &Entry) -> String {
    let (name, id) = match &entry.organization {
        Some(named) => (named.name.clone(), named.party.id().unwrap_or_default()),
        None => Default::default(),
    };
    format!("{},{},{}", cell(&name), cell(&id), csv_line(entry))
}

fn json_line_of_all(entry: &Entry) -> String {
    let mut line = json_of(entry);
    line["organization"] = json!(entry.organization.as_ref().map(party));
    format!("{line}\n")
}

const HEAD_OF_ALL: &str = "organization,organization_id,at,actor,actor_kind,actor_id,action,sentence,subject,subject_kind,subject_id,changes,through,ip,trace_id,seq,id,impersonator,impersonator_id\r\n";

const HEAD: &str = "at,actor,actor_kind,actor_id,action,sentence,subject,subject_kind,subject_id,changes,through,ip,trace_id,seq,id,impersonator,impersonator_id\r\n";

fn csv_line(entry: &Entry) -> String {
    let id = |named: &Named| named.party.id().unwrap_or_default();
    let by = entry.impersonator.as_ref();
    let cells = [
        entry.at.to_string(),
        entry.actor.name.clone(),
        entry.actor.party.kind().to_owned(),
        id(&entry.actor),
        entry.action.clone(),
        entry.sentence.to_string(),
        entry.subject.name.clone(),
        entry.subject.party.kind().to_owned(),
        id(&entry.subject),
        json!({ "before": entry.before, "after": entry.after }).to_string(),
        entry.face.clone(),
        entry.ip.clone().unwrap_or_default(),
        entry.trace_id.clone(),
        entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        entry.id.to_string(),
        by.map(|by| by.name.clone()).unwrap_or_default(),
        by.map(id).unwrap_or_default(),
    ];
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

/// What a formula begins with (OWASP, "CSV Injection").
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet takes for a formula, in quotes where it needs them. Where numbers have commas in them, spreadsheets take
/// a semicolon for the end of a cell, in the midst of ours: what follows it is a beginning as well.
fn cell(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && FORMULA.contains(&c) {
            plain.push('\'');
        }
        plain.push(c);
        begins = matches!(c, ';' | '\t') || (begins && matches!(c, ' ' | '"'));
    }
    if plain.len() > text.len() || text.contains(['"', ',', ';', '\r', '\n']) {
        format!("\"{}\"", plain.replace('"', "\"\""))
    } else {
        plain
    }
}

fn party(named: &Named) -> Value {
    json!({
        "kind": named.party.kind(),
        "id": named.party.id(),
        "name": named.name,
    })
}

fn json_line(entry: &Entry) -> String {
    format!("{}\n", json_of(entry))
}

fn json_of(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "at": entry.at.to_string(),
        "actor": party(&entry.actor),
        "impersonator": entry.impersonator.as_ref().map(party),
        "action": entry.action,
        "sentence": entry.sentence.to_string(),
        "subject": party(&entry.subject),
        "before": entry.before,
        "after": entry.after,
        "through": entry.face,
        "ip": entry.ip,
        "traceId": entry.trace_id,
        "seq": entry.seq,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        for (text, expected) in [
            ("Ada", "Ada"),
            ("King, Ada", "\"King, Ada\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t'=1\""),
            ("x;=cmd|' /C calc'!A0;y", "\"x;'=cmd|' /C calc'!A0;y\""),
            ("x; \"=1", "\"x; \"\"'=1\""),
            ("one; two", "\"one; two\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
