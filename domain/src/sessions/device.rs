//! The device cookie: a browser in which somebody has signed in before.
//!
//! Wrong passwords are counted for each account, so a stranger could slow its owner down by guessing. A browser that has
//! proved the password before carries a cookie that says so, and is counted apart (OWASP, "Slow Down Online Guessing Attacks
//! with Device Cookies"). The cookie signs nobody in. Its form is `{device}.{tag}.{tag}…`: a random id, and for each of up
//! to five people a MAC of device and person.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::UserId;

use crate::Ctx;

const MOST_PEOPLE: usize = 5;
const DEVICE: usize = 16;

struct Cookie<'a> {
    device: &'a str,
    tags: Vec<&'a str>,
}

fn parse(text: &str) -> Option<Cookie<'_>> {
    let mut parts = text.split('.');
    let device = parts.next().filter(|device| {
        URL_SAFE_NO_PAD
            .decode(device)
            .is_ok_and(|bytes| bytes.len() == DEVICE)
    })?;
    Some(Cookie {
        device,
        tags: parts.take(MOST_PEOPLE).collect(),
    })
}

fn tag(ctx: &Ctx, device: &str, user_id: UserId) -> String {
    ctx.sealer()
        .tag(&[b"device", device.as_bytes(), user_id.0.as_bytes()])
}

/// The device, when this person has signed in with it before.
pub(super) fn known(ctx: &Ctx, user_id: UserId) -> Option<&str> {
    let cookie = parse(ctx.origin().device.as_deref()?)?;
    let parts: [&[u8]; 3] = [b"device", cookie.device.as_bytes(), user_id.0.as_bytes()];
    cookie
        .tags
        .iter()
        .any(|tag| ctx.sealer().is_tag(&parts, tag))
        .then_some(cookie.device)
}

/// The cookie that remembers this person on this device, beside those it remembers already.
pub(super) fn remember(ctx: &Ctx, user_id: UserId) -> String {
    let existing = ctx.origin().device.as_deref().and_then(parse);
    let device = existing.as_ref().map_or_else(
        || URL_SAFE_NO_PAD.encode(ctx.random_bytes::<DEVICE>()),
        |cookie| cookie.device.to_owned(),
    );
    let own = tag(ctx, &device, user_id);
    let others = existing
        .map(|cookie| cookie.tags)
        .unwrap_or_default()
        .into_iter()
        .filter(|tag| *tag != own)
        .take(MOST_PEOPLE - 1);
    std::iter::once(device.as_str())
        .chain(std::iter::once(own.as_str()))
        .chain(others)
        .collect::<Vec<_>>()
        .join(".")
}
