//! What is downloaded as a file.

mod audit;

use axum::{
    Extension, Router,
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::{Code, usage::UsageRange};
use domain::{
    organizations, own_data,
    usage::{self, Span},
};
use serde::Deserialize;

use super::guard::see;
use crate::{authenticate::Caller, problem::Failure, state::AppState};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/o/{slug}/usage.csv", get(usage_csv))
        .route("/o/{slug}/audit.csv", get(audit::csv))
        .route("/o/{slug}/audit.jsonl", get(audit::json_lines))
        .route("/admin/audit.csv", get(audit::csv_of_all))
        .route("/admin/audit.jsonl", get(audit::json_lines_of_all))
        .route("/account/export.json", get(own_data_json))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    range: String,
}

/// `GET /o/{slug}/usage.csv`: the points of the usage page (RFC 4180), with moments in UTC.
async fn usage_csv(
    Extension(Caller { ctx, actor, .. }): Extension<Caller>,
    Path(slug): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let found = organizations::find(&ctx, &actor, &slug).await?;
    let range = UsageRange::parse(&wanted.range);
    let span = Span::of(range, ctx.now());
    let series = usage::series(&ctx, &found, span).await?;
    let mut csv = "began_at,passed,refused,units\r\n".to_owned();
    for point in series.points {
        csv.push_str(&format!(
            "{},{},{},{}\r\n",
            point.at, point.valid, point.denied, point.units
        ));
    }
    let name = format!(
        "attachment; filename=\"usage-{}-{}.csv\"",
        found.organization().slug,
        range.as_str()
    );
    Ok(file(csv, "text/csv; charset=utf-8", &name))
}

fn file(body: impl IntoResponse, content_type: &'static str, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(name) = HeaderValue::from_str(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// `GET /account/export.json`: all that is held of who is signed in. Leads to a proof of identity first when that was long ago.
async fn own_data_json(
    Extension(Caller { ctx, actor, .. }): Extension<Caller>,
) -> Result<Response, Failure> {
    let exported = match own_data::export(&ctx, &actor).await {
        Err(error) if error.is_refusal(Code::StepUpRequired) => {
            return Ok(see("/confirm-password?next=/account/data"));
        }
        done => done?,
    };
    let text = serde_json::to_string_pretty(&exported).map_err(|_| Code::Internal)?;
    let name = "attachment; filename=\"latchkey-data.json\"";
    Ok(file(text, "application/json", name))
}
