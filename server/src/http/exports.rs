//! What is downloaded as a file.

use axum::{
    Extension, Router,
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::usage::UsageRange;
use domain::{
    organizations,
    usage::{self, Span},
};
use serde::Deserialize;

use crate::{authenticate::Caller, problem::Failure, state::AppState};

pub fn routes() -> Router<AppState> {
    Router::new().route("/o/{slug}/usage.csv", get(usage_csv))
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
    let mut response = csv.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
