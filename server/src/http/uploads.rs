//! Files that people send. Plain forms can: browsers send them as `multipart/form-data` by themselves, with a script or
//! without.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use app::{
    ssr::{self, RequestCtx},
    visit::Flash,
};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{FromRequest as _, Multipart, Request},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::post,
};
use contract::{Code, Problem, Problems};
use domain::{Error, InOrg, accounts, organizations};
use futures::StreamExt as _;
use serde_json::json;
use url::Url;

use super::{
    guard::{see, sign_in_for},
    trace,
};
use crate::{
    problem::{answer, status},
    state::AppState,
};

/// Bytes of a form that are kept: the largest picture that is taken, and room for what is around it.
const LARGEST_FORM: usize = 6 * 1024 * 1024;

/// Bytes that are read of a larger one. A browser that is cut off while it sends shows an error of its own instead of our
/// answer, so what is too much is read and thrown away, within reason.
const MOST_READ: usize = 64 * 1024 * 1024;

/// Their bodies are larger than those of other routes, and limited here.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/_upload/organization-logo", post(organization_logo))
        .route("/_upload/avatar", post(avatar))
}

/// The form with a picture.
#[derive(Default)]
struct PictureForm {
    /// Of the organization, where it is a logo.
    slug: String,
    /// The picture is to be taken away.
    removes: bool,
    file: Vec<u8>,
    is_too_large: bool,
}

/// Sets or removes the logo of an organization. A browser is led back to the settings, a script gets JSON.
async fn organization_logo(Extension(request): Extension<RequestCtx>, sent: Request) -> Response {
    let wants_page = ssr::wants_page(sent.headers());
    let origin = page_of_form(sent.headers());
    let entered = async {
        // Whose session has ended is told before anything is read.
        request.actor.signed_in()?;
        let form = PictureForm::read(sent).await?;
        let found = enter(&request, &form).await?;
        Ok::<_, Error>((form, found))
    };
    let (form, found) = match entered.await {
        Ok(entered) => entered,
        Err(error) if wants_page => return lead_away(&origin, &error.tell(&trace::current())),
        Err(error) => return refuse(&error.tell(&trace::current())),
    };
    let done = set_logo(&request, form, &found).await;
    let done = done.map_err(|error| error.tell(&trace::current()));
    let settings = format!("/o/{}/settings", found.organization().slug);
    match done {
        done if wants_page => lead_back(&request, "logo", &settings, done.err()),
        Ok(after) => Json(json!({ "logo": after.organization().logo })).into_response(),
        Err(problems) => refuse(&problems),
    }
}

/// Sets or removes the picture of who is signed in. A browser is led back to the profile, a program gets JSON.
async fn avatar(Extension(request): Extension<RequestCtx>, sent: Request) -> Response {
    let wants_page = ssr::wants_page(sent.headers());
    let origin = page_of_form(sent.headers());
    let form = async {
        // Whose session has ended is told before anything is read.
        request.actor.signed_in()?;
        PictureForm::read(sent).await
    };
    let form = match form.await {
        Ok(form) => form,
        Err(error) if wants_page => return lead_away(&origin, &error.tell(&trace::current())),
        Err(error) => return refuse(&error.tell(&trace::current())),
    };
    let done = match form.is_too_large {
        true => Err(too_large("avatar")),
        false => accounts::set_avatar(&request.ctx, &request.actor, form.chosen()).await,
    };
    match done.map_err(|error| error.tell(&trace::current())) {
        done if wants_page => lead_back(&request, "avatar", "/account/profile", done.err()),
        Ok(user) => Json(json!({ "avatar": user.avatar })).into_response(),
        Err(problems) => refuse(&problems),
    }
}

impl PictureForm {
    /// The file, unless the picture is to be taken away.
    fn chosen(self) -> Option<Vec<u8>> {
        (!self.removes).then_some(self.file)
    }

    async fn read(sent: Request) -> domain::Result<Self> {
        let is_too_large = Arc::<AtomicBool>::default();
        let sent = sent.map(|body| cut(body, Arc::clone(&is_too_large)));
        let multipart = Multipart::from_request(sent, &()).await;
        let multipart = multipart.map_err(|_| Code::UnsupportedMediaType)?;
        let mut form = Self::default();
        let read = form.take_fields(multipart).await;
        form.is_too_large = is_too_large.load(Ordering::Relaxed);
        // What was cut off ends in the middle, which is no fault of its own.
        match read {
            Err(_) if !form.is_too_large => Err(Code::BadRequest.into()),
            _ => Ok(form),
        }
    }

    async fn take_fields(
        &mut self,
        mut multipart: Multipart,
    ) -> Result<(), axum::extract::multipart::MultipartError> {
        while let Some(field) = multipart.next_field().await? {
            match field.name() {
                Some("slug") => self.slug = field.text().await?,
                Some("remove") => self.removes = field.text().await? == "1",
                Some("logo" | "avatar") => self.file = field.bytes().await?.into(),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A body that ends after [`LARGEST_FORM`] bytes and notes when there was more, of which it reads on up to [`MOST_READ`].
fn cut(body: Body, is_too_large: Arc<AtomicBool>) -> Body {
    let stream = body.into_data_stream().scan(0_usize, move |read, chunk| {
        let room = LARGEST_FORM.saturating_sub(*read);
        let has_patience = *read <= MOST_READ;
        let kept = chunk.map(|mut chunk| {
            *read = read.saturating_add(chunk.len());
            if chunk.len() > room {
                is_too_large.store(true, Ordering::Relaxed);
                chunk.truncate(room);
            }
            chunk
        });
        ready(has_patience.then_some(kept))
    });
    Body::from_stream(stream)
}

/// The organization of the form, also when its address has changed since the form was shown.
async fn enter(request: &RequestCtx, form: &PictureForm) -> domain::Result<InOrg> {
    let (ctx, actor) = (&request.ctx, &request.actor);
    match organizations::find(ctx, actor, &form.slug).await {
        // The fields that were cut off may have named it.
        Err(_) if form.is_too_large && form.slug.is_empty() => Err(too_large("logo")),
        found => found,
    }
}

fn too_large(field: &'static str) -> Error {
    Problem::new(Code::PictureTooLarge).on(field).into()
}

async fn set_logo(request: &RequestCtx, form: PictureForm, found: &InOrg) -> domain::Result<InOrg> {
    if form.is_too_large {
        return Err(too_large("logo"));
    }
    organizations::set_logo(&request.ctx, &request.actor, found.id(), form.chosen()).await
}

/// The refusal for a script: `{"problems": [{"code", "message", "field"?}]}`.
fn refuse(problems: &Problems) -> Response {
    let status = status(first_code(problems));
    (status, Json(json!({ "problems": problems }))).into_response()
}

fn first_code(problems: &Problems) -> Code {
    problems
        .0
        .first()
        .map_or(Code::Internal, |problem| problem.code)
}

/// The path of the page that the form stands on, as the browser tells it.
fn page_of_form(headers: &HeaderMap) -> String {
    let referer = headers
        .get(header::REFERER)
        .and_then(|text| text.to_str().ok());
    referer
        .and_then(|text| Url::parse(text).ok())
        .map_or_else(|| "/".to_owned(), |url| url.path().to_owned())
}

/// There is no page of the organization to lead back to.
fn lead_away(page: &str, problems: &Problems) -> Response {
    match first_code(problems) {
        Code::Unauthenticated => sign_in_for(page),
        _ => answer(problems, &trace::current()),
    }
}

/// Back to the page of the form, which says what became of it.
fn lead_back(request: &RequestCtx, form: &str, page: &str, problems: Option<Problems>) -> Response {
    let mut flash = Flash::of(form);
    match problems {
        Some(problems) => flash.problems = problems,
        None => flash.notice = Some("Saved".to_owned()),
    }
    let mut response = see(page);
    let cookie = app::flash::cookie(request, flash, page);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
