//! How the settings about traces are read.

use std::{collections::BTreeMap, fmt};

use axum::http::{HeaderName, HeaderValue};
use url::Url;

use super::values::Value;

/// The variables of OpenTelemetry that give a setting where ours does not.
pub(super) const STANDARD: [(&str, &str); 1] = [("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint")];

/// A collector. Its `Debug` hides a password.
#[derive(Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

impl OtlpEndpoint {
    /// Where traces are sent (OpenTelemetry protocol exporter, "Endpoint URLs for OTLP/HTTP").
    pub fn for_traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for OtlpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::addresses::without_password(self.0.as_str()))
    }
}

impl Value for OtlpEndpoint {
    fn expected() -> String {
        "the address of a collector, like `http://127.0.0.1:4318`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        match url.scheme() {
            "http" | "https" if url.host().is_none() => Err("has no host".to_owned()),
            "http" | "https" if url.query().is_some() || url.fragment().is_some() => {
                Err("has more than scheme, host, port and path".to_owned())
            }
            "http" | "https" if url.path().ends_with("/v1/traces") => {
                Err("ends with `/v1/traces`, which is appended".to_owned())
            }
            "http" | "https" => Ok(Self(url)),
            _ => Err("is neither http nor https".to_owned()),
        }
    }
}

/// Headers of requests to a collector. Their `Debug` tells the names alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OtlpHeaders(BTreeMap<String, String>);

impl IntoIterator for OtlpHeaders {
    type Item = (String, String);
    type IntoIter = std::collections::btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for OtlpHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Value for OtlpHeaders {
    fn expected() -> String {
        "headers separated by commas, with percent-encoded values, like `authorization=Bearer%20token`"
            .to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let header = |part: &str| {
            let (name, value) = part.split_once('=')?;
            let (name, value) = (name.trim(), value.trim());
            name.parse::<HeaderName>().ok()?;
            value.parse::<HeaderValue>().ok()?;
            Some((name.to_owned(), value.to_owned()))
        };
        let parts = text.split(',').filter(|part| !part.trim().is_empty());
        let headers: Option<_> = parts.map(header).collect();
        (headers.map(Self)).ok_or_else(|| "contains something that is not a header".to_owned())
    }
}
