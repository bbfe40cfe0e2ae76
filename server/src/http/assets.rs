//! The built files: scripts, styles, icons. Embedded in a release build, read from the folder otherwise.
//!
//! The largest are embedded compressed alone; for a client that does not take Brotli they are unpacked as it asks.

use std::{borrow::Cow, io::Read as _};

use app::ssr::Assets;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use brotli_decompressor::Decompressor;
use rust_embed::{EmbeddedFile, RustEmbed};

/// What cargo-leptos has built, with `.br` and `.gz` twins.
#[derive(RustEmbed)]
#[folder = "../build/site"]
#[allow_missing = true]
#[cfg_attr(
    not(debug_assertions),
    exclude = "pkg/*.wasm",
    exclude = "graphiql/graphiql.js",
    exclude = "*.gz",
    exclude = "*.d.*.ts*",
    exclude = "*manifest*"
)]
struct Site;

/// Bytes that are unpacked at once.
const BUFFER: usize = 16 * 1024;

/// Files below here carry a hash of their content in their name.
const HASHED: &str = "pkg/";

/// The names of the script, the program and the style sheet of the pages.
pub fn assets() -> Assets {
    let names: Vec<String> = Site::iter()
        .filter_map(|path| {
            path.strip_prefix(HASHED)
                .map(|name| name.trim_end_matches(".br").to_owned())
        })
        .collect();
    let find = |ending: &str| {
        names
            .iter()
            .find(|name| name.starts_with("latchkey") && name.ends_with(ending))
            .cloned()
            .unwrap_or_default()
    };
    Assets {
        script: find(".js"),
        wasm: find(".wasm"),
        style: find(".css"),
    }
}

/// The file at a path, as the client can read it; `None` where there is none.
pub fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let path = path.trim_start_matches('/');
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let (file, encoding) = encoded(path, headers)
        .or_else(|| Some((Site::get(path)?, None)))
        .or_else(|| Some((unpacked(path)?, None)))?;
    Some(answer(path, headers, file, encoding))
}

/// A file that is embedded compressed alone.
fn unpacked(path: &str) -> Option<EmbeddedFile> {
    let twin = Site::get(&format!("{path}.br"))?;
    let mut plain = Vec::new();
    Decompressor::new(&*twin.data, BUFFER)
        .read_to_end(&mut plain)
        .ok()?;
    let data = Cow::Owned(plain);
    Some(EmbeddedFile { data, ..twin })
}

/// The compressed twin, for a client that takes it.
fn encoded(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes_it = accepted
        .split(',')
        .filter_map(|coding| coding.split(';').next())
        .any(|coding| coding.trim() == "br");
    let twin = takes_it.then(|| Site::get(&format!("{path}.br"))).flatten();
    twin.map(|twin| (twin, Some("br")))
}

fn answer(
    path: &str,
    headers: &HeaderMap,
    file: EmbeddedFile,
    encoding: Option<&'static str>,
) -> Response {
    let etag = format!(
        "\"{}-{}\"",
        encoding.unwrap_or("plain"),
        file.metadata.sha256_hash()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    );
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let out = response.headers_mut();
    let caching = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CONTENT_TYPE, content_type(path));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    if content_type(path).as_bytes().starts_with(b"image/") {
        // Letters show the mark, in web pages of mail programs.
        out.insert(
            "cross-origin-resource-policy",
            HeaderValue::from_static("cross-origin"),
        );
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn content_type(path: &str) -> HeaderValue {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text =
        kind.type_() == "text" || matches!(kind.subtype().as_str(), "javascript" | "json" | "xml");
    let text = if is_text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_its_charset_and_programs_their_type() {
        assert_eq!(content_type("a.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("a.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("a.wasm"), "application/wasm");
        assert_eq!(content_type("a.svg"), "image/svg+xml");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }

    #[test]
    fn nothing_outside_the_site_is_served() {
        for path in [
            "/../Cargo.toml",
            "/pkg/../../Cargo.toml",
            "/",
            "",
            "/pkg",
            "//etc/passwd",
        ] {
            assert!(serve(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }
}
