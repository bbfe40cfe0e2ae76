//! A person sets a passkey up.

use contract::{
    Code, EmailAddress,
    passkeys::{MOST, Passkey, check_name},
    second_factors::RecoveryCode,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::{Builder, Uuid};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use super::{Answer, Asked, Purpose, ceremony, described, letters, party, refusal, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    ceremonies,
    error::{Error, Result},
    mail, second_factors,
    sessions::{self, Opened},
};

/// What is to be remembered of a question.
#[derive(Serialize, Deserialize)]
struct Asking {
    handle: Uuid,
    state: PasskeyRegistration,
}

/// A passkey that signs in from now on.
#[derive(Debug)]
pub struct Registered {
    pub passkey: Passkey,
    /// Shown once; only where this is the first second factor of the person.
    pub recovery_codes: Option<Vec<RecoveryCode>>,
    /// The session goes on under a new token.
    pub opened: Opened,
}

/// Asks for a new passkey, one that is found without a name being typed, and that verifies its owner. Those that the person
/// has set up are not taken again. Refused: `STEP_UP_REQUIRED`, `PASSKEYS_OFF`, `TOO_MANY_PASSKEYS`.
pub async fn begin_registration(ctx: &Ctx, actor: &Actor) -> Result<Asked> {
    let user = sessions::require_fresh(ctx, actor)?;
    let party = party(ctx)?;
    let account = accounts::find(ctx.read(), user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let known = store::credential_ids(ctx.read(), user.user_id).await?;
    if known.len() as u64 >= MOST {
        return Err(Code::TooManyPasskeys.into());
    }
    let user_name = &account.user.email;
    let shown_name = match account.user.name.as_str() {
        "" => user_name,
        name => name,
    };
    let handle = match store::handle(ctx.read(), user.user_id).await? {
        Some(handle) => handle,
        None => Builder::from_random_bytes(ctx.random_bytes()).into_uuid(),
    };
    let (challenge, state) = party
        .start_passkey_registration(handle, user_name, shown_name, None)
        .map_err(|error| Error::internal("asking for a passkey", error))?;
    let mut options = ceremony::json(&challenge.public_key)?;
    options["excludeCredentials"] = described(&known);
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    let asking = Asking { handle, state };
    let token = ceremony::token(ctx, Purpose::Register(user.session_id), &asking)?;
    Ok(Asked { token, options })
}

/// Takes a new passkey of somebody who had proved who they are when it was asked for: it is on the device by now. The session goes on under a new token; browsers that were trusted are no more. Who had no second
/// factor gets recovery codes, and every other session of theirs ends. Refused: `STEP_UP_REQUIRED`, `PASSKEYS_OFF`, a name that is missing or too long,
/// `CHALLENGE_EXPIRED`, `PASSKEY_WRONG`, `PASSKEY_KNOWN`, `TOO_MANY_PASSKEYS`.
pub async fn register(ctx: &Ctx, actor: &Actor, answer: &Answer, name: &str) -> Result<Registered> {
    let user = actor.in_person()?;
    let purpose = Purpose::Register(user.session_id);
    let ceremony = ceremony::open::<Asking>(ctx, purpose, &answer.token);
    if ceremony.is_err() {
        sessions::require_fresh(ctx, actor)?;
    }
    let party = party(ctx)?;
    let name = check_name(name).map_err(|problem| problem.on("name"))?;
    let ceremony = ceremony?;
    let response: RegisterPublicKeyCredential =
        serde_json::from_value(answer.response.clone()).map_err(|_| refusal())?;
    let credential = party
        .finish_passkey_registration(&response, &ceremony.state.state)
        .map_err(|error| {
            tracing::info!(user_id = %user.user_id, %error, trace_id = ctx.origin().trace_id, "passkeys.register refused");
            refusal()
        })?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    ceremonies::answered(&tx, ceremony.id, ceremony.expires_at).await?;
    if store::owner(tx.db(), credential.cred_id()).await?.is_some() {
        return Err(Code::PasskeyKnown.into());
    }
    if u64::from(store::count(tx.db(), user.user_id).await?) >= MOST {
        return Err(Code::TooManyPasskeys.into());
    }
    let is_first = !second_factors::is_any_on(tx.db(), user.user_id).await?;
    let passkey = store::insert(
        &tx,
        ctx,
        user.user_id,
        ceremony.state.handle,
        &credential,
        &name,
    )
    .await?;
    let recovery_codes = if is_first {
        Some(second_factors::mint_codes(&tx, ctx, user.user_id).await?)
    } else {
        None
    };
    sessions::distrust_browsers(&tx, user.user_id).await?;
    let mut told = json!({ "passkey": passkey.id, "name": name });
    if is_first {
        // Whoever is signed in elsewhere has proved less.
        let ended = sessions::delete_others(&tx, user.user_id, user.session_id).await?;
        if ended > 0 {
            told["sessions_ended"] = ended.into();
        }
    }
    let opened = sessions::rotate(&tx, ctx, user.session_id, true).await?;
    let event = Event::new("user.passkey_added", Subject::User(user.user_id)).with(told);
    audit::record(&tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::added(ctx, &account.user, &name)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(Registered {
        passkey,
        recovery_codes,
        opened,
    })
}
