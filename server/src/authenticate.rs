//! From a request's credentials to an actor. The only place that reads them.
//!
//! A bearer token is looked at before the cookie: who sends one means it. A bearer token that is not good is told apart
//! from none at all, so that a program with an expired token is not answered as a stranger.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use app::{cookies, ssr::RequestCtx};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use domain::{
    Actor, Ctx, Face, Origin,
    sessions::{self, Authenticated, Client},
    verification,
};

use crate::{
    http::trace::TraceId,
    problem::Failure,
    state::{AppState, HttpOptions},
};

/// Who sent this request, and the context to serve it in. In the extensions of every request but those for assets.
#[derive(Clone, Debug)]
pub struct Caller {
    pub ctx: Ctx,
    pub actor: Actor,
    pub authenticated: Option<Authenticated>,
    /// A bearer token was sent and it is not good.
    pub has_dead_token: bool,
}

/// Puts the [`Caller`] into the request.
pub async fn layer(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let ctx = state.ctx.with_origin(origin(&state, &request));
    let caller = identify(ctx, state.is_https(), request.headers().clone()).await?;
    request.extensions_mut().insert(RequestCtx {
        ctx: caller.ctx.clone(),
        actor: caller.actor.clone(),
        authenticated: caller.authenticated.clone(),
        is_schema_public: state.http.is_schema_public,
    });
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn origin(state: &AppState, request: &Request) -> Origin {
    let headers = request.headers();
    let jar = cookies::Jar::read(headers, state.is_https());
    let cookie = |name| jar.get(name).map(ToOwned::to_owned);
    Origin {
        face: face(request.uri().path()),
        ip: client_ip(request, &state.http),
        user_agent: text(headers, header::USER_AGENT)
            .unwrap_or_default()
            .to_owned(),
        device: cookie(cookies::Name::Device),
        trust: cookie(cookies::Name::Trust),
        trace_id: TraceId::of(request),
    }
}

async fn identify(ctx: Ctx, is_https: bool, headers: HeaderMap) -> Result<Caller, Failure> {
    if let Some(token) = bearer(&headers)
        && let Some(actor) = program(&ctx, token).await?
    {
        return Ok(Caller {
            has_dead_token: matches!(actor, Actor::Anonymous),
            ctx,
            actor,
            authenticated: None,
        });
    }
    let jar = cookies::Jar::read(&headers, is_https);
    let (authenticated, has_dead_token) = match (bearer(&headers), jar.get(cookies::Name::Session))
    {
        (Some(token), _) => {
            let found = sessions::authenticate(&ctx, token, Client::Program).await?;
            (found.clone(), found.is_none())
        }
        (None, Some(token)) => (
            sessions::authenticate(&ctx, token, Client::Browser).await?,
            false,
        ),
        (None, None) => (None, false),
    };
    let actor = authenticated.as_ref().map_or(Actor::Anonymous, |found| {
        Actor::User(found.signed_in.clone())
    });
    Ok(Caller {
        ctx,
        actor,
        authenticated,
        has_dead_token,
    })
}

/// How long a page that is for everybody waits to learn whose browser shows it.
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// Whose browser this is, for a page that is for everybody: nobody where that is not found out soon, as while the database is away.
pub async fn visitor(state: &AppState, headers: &HeaderMap) -> Option<Authenticated> {
    let jar = cookies::Jar::read(headers, state.is_https());
    let token = jar.get(cookies::Name::Session)?;
    let found = sessions::authenticate(&state.ctx, token, Client::Browser);
    let found = tokio::time::timeout(LONGEST_LOOK, found).await.ok()?;
    found.ok().flatten()
}

/// The caller that a service token or an API key stands for, a stranger where the key is not good; none for other tokens.
async fn program(ctx: &Ctx, token: &str) -> Result<Option<Actor>, Failure> {
    if is_service_token(ctx, token) {
        return Ok(Some(Actor::Service));
    }
    if !verification::is_key(ctx, token) {
        return Ok(None);
    }
    let key = verification::authenticate(ctx, token).await?;
    Ok(Some(key.map_or(Actor::Anonymous, Actor::Key)))
}

/// Whether a token is one of the operator's programs. All are compared, in a time that tells nothing of them.
pub fn is_service_token(ctx: &Ctx, token: &str) -> bool {
    ctx.settings().keys.is_service_token(token)
}

fn face(path: &str) -> Face {
    if path == "/graphql" || path.starts_with("/graphql/") {
        Face::Graphql
    } else if path.starts_with("/v1/") {
        Face::Rest
    } else {
        Face::Page
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The token of `Authorization: Bearer …`; the scheme in any case (RFC 9110 §11.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub fn client_ip(request: &Request, options: &HttpOptions) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(forwarded_for(
        request.headers(),
        peer.ip().to_canonical(),
        options,
    ))
}

/// The client behind trusted proxies: each appends the address it was called from, so the list is read from the right
/// for as long as its entries are trusted. What a client wrote itself stands further left and is never reached.
fn forwarded_for(headers: &HeaderMap, peer: IpAddr, options: &HttpOptions) -> IpAddr {
    let lists = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !options.trusts(client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(ip) => client = ip.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(networks: &[&str]) -> HttpOptions {
        let trusted_proxies = networks
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect();
        HttpOptions {
            trusted_proxies,
            forward_auth_from: Vec::new(),
            is_schema_public: true,
            has_metrics: true,
        }
    }

    fn client(networks: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        forwarded_for(
            &headers,
            peer.parse().expect("an address"),
            &options(networks),
        )
        .to_string()
    }

    #[test]
    fn an_untrusted_peer_cannot_say_who_it_is() {
        assert_eq!(client(&[], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(
            client(&["10.0.0.0/8"], "192.0.2.1", &["203.0.113.9"]),
            "192.0.2.1"
        );
    }

    #[test]
    fn a_trusted_proxy_is_believed_for_one_hop_and_no_further() {
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, 203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            client(
                &["10.0.0.0/8"],
                "10.0.0.1",
                &["1.2.3.4, 203.0.113.9, 10.0.0.2"]
            ),
            "203.0.113.9"
        );
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4", "203.0.113.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn junk_in_the_list_ends_it() {
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["203.0.113.9, unknown"]),
            "10.0.0.1"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(
            client(
                &["::ffff:10.0.0.0/104", "10.0.0.0/8"],
                "10.0.0.1",
                &["::ffff:203.0.113.9"]
            ),
            "203.0.113.9"
        );
    }

    #[test]
    fn paths_tell_the_face() {
        assert_eq!(
            [
                face("/graphql"),
                face("/v1/keys/verify"),
                face("/sign-in"),
                face("/graphiql")
            ],
            [Face::Graphql, Face::Rest, Face::Page, Face::Page]
        );
    }
}
