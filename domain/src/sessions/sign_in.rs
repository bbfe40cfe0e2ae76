//! A person proves who they are and gets a session.

use std::net::IpAddr;

use contract::{
    Code, EmailAddress, Password, Problem, UserId,
    sessions::{Method, SecondStep, SignIn},
};

use super::{
    Client, FRESH_SECONDS, Kind, Opened, PREFIX, device, known, letters,
    second_step::{self, Entered},
    store::{self, How},
};
use crate::{
    Actor, Ctx, PlainSecret,
    accounts::{self, Account},
    actor::SignedIn,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail,
    metrics::SIGN_INS,
    passwords::Permit,
    throttles::{Failures, Guessed, Rate},
};

/// Wrong passwords for one account: five are free, then the wait grows from 5 seconds to 15 minutes.
pub(crate) const GUESSES: Failures = Failures {
    name: "password",
    free: 5,
    first_wait_seconds: 5,
    longest_wait_seconds: 15 * 60,
};

/// So many wrong passwords in a row are told to the owner of the account, once.
const TOLD_OF: u32 = 10;

/// Wrong passwords from one address over all accounts: 50, then one each 6 seconds.
const GUESSES_FROM_ADDRESS: Rate = Rate {
    name: "password_address",
    burst: 50,
    period_seconds: 6,
};

/// Opens a session for who knows the password of a verified account, or begins a challenge where a second factor is set up.
///
/// A wrong password, an unknown address, an unverified account and a suspended one are refused alike, in answer and in
/// time; who knew the password of an unverified account gets a new verification letter. Attempts are counted, so several
/// at once in one request count as several.
pub async fn sign_in(ctx: &Ctx, input: SignIn, client: Client) -> Result<Entered> {
    let input = input.validate()?;
    let key = input.email.key();
    let account = accounts::find_by_email(ctx.read(), &key).await?;
    let stored = account
        .as_ref()
        .and_then(|account| account.password_hash.as_deref());
    let known_device = account
        .as_ref()
        .and_then(|account| device::known(ctx, account.user.id));
    let guessed = Guessed {
        account: &key,
        device: known_device,
    };

    let Checked {
        permit,
        is_right,
        has_failures,
    } = verify(ctx, &guessed, &input.password, stored)
        .await
        .inspect_err(|error| {
            if error.is_refusal(Code::RateLimited) {
                SIGN_INS.counter(["throttled"]).increment(1);
            }
        })?;
    let allowed = account
        .as_ref()
        .filter(|account| is_right && account.may_sign_in());
    let Some(allowed) = allowed else {
        return Err(refuse(ctx, &guessed, account.as_ref(), is_right).await?);
    };
    let rehashed = rehash(ctx, permit, &input.password, stored).await?;
    let kind = Kind::of_client(client, input.remember);
    let to_clear = has_failures.then_some(&guessed);
    open(ctx, allowed, kind, to_clear, rehashed).await
}

/// What a password turned out to be.
struct Checked {
    permit: Permit,
    is_right: bool,
    /// Whether wrong passwords were counted before.
    has_failures: bool,
}

/// Compares a password, counting wrong ones. The count is checked again under the permit: at most as many guesses as
/// there are permits lie between a check and the count of what it let through.
async fn verify(
    ctx: &Ctx,
    guessed: &Guessed<'_>,
    password: &Password,
    stored: Option<&str>,
) -> Result<Checked> {
    check_throttles(ctx, guessed).await?;
    let permit = ctx.hasher().permit().await?;
    let has_failures = check_throttles(ctx, guessed).await?;
    let (permit, is_right) = ctx.hasher().verify(permit, password, stored).await?;
    if !is_right {
        record_guess(ctx, guessed).await?;
    }
    Ok(Checked {
        permit,
        is_right,
        has_failures,
    })
}

/// Refused while guesses have to wait; tells otherwise whether wrong ones are counted for the account.
async fn check_throttles(ctx: &Ctx, guessed: &Guessed<'_>) -> Result<bool> {
    let network = network(ctx);
    let from = (&GUESSES_FROM_ADDRESS, network.as_deref());
    GUESSES.check(ctx.read(), ctx.now(), guessed, from).await
}

async fn record_guess(ctx: &Ctx, guessed: &Guessed<'_>) -> Result<()> {
    let tx = ctx.begin().await?;
    if GUESSES.record(&tx, ctx.now(), guessed).await? == TOLD_OF {
        tell_owner(&tx, ctx, guessed.account).await?;
    }
    if let Some(network) = network(ctx) {
        // The burst may be used up by others meanwhile; the guess was made all the same.
        match GUESSES_FROM_ADDRESS.take(&tx, ctx.now(), &network).await {
            Err(error) if !error.is_refusal(Code::RateLimited) => return Err(error),
            _ => {}
        }
    }
    tx.commit().await
}

async fn tell_owner(tx: &Tx, ctx: &Ctx, email_key: &str) -> Result<()> {
    let account = accounts::find_by_email(tx.db(), email_key).await?;
    let Some(account) = account.filter(Account::may_sign_in) else {
        return Ok(());
    };
    let to = EmailAddress::parse(&account.user.email)?;
    mail::queue(tx, ctx, &to, &letters::many_guesses(ctx, &account.user)?).await
}

/// The one refusal that a caller sees, whatever the reason.
async fn refuse(
    ctx: &Ctx,
    guessed: &Guessed<'_>,
    account: Option<&Account>,
    is_right: bool,
) -> Result<crate::Error> {
    if is_right {
        record_guess(ctx, guessed).await?;
    }
    let user_id = account.map(|account| account.user.id);
    SIGN_INS.counter(["refused"]).increment(1);
    tracing::info!(
        user_id = user_id.map(display),
        ip = ctx.origin().ip.map(display),
        trace_id = ctx.origin().trace_id,
        "sessions.sign_in refused"
    );
    if let Some(account) =
        account.filter(|account| is_right && account.user.email_verified_at.is_none())
    {
        accounts::send_verification(ctx, account).await?;
    }
    Ok(Code::InvalidCredentials.into())
}

/// A hash made with older costs is made anew while the password is at hand.
async fn rehash(
    ctx: &Ctx,
    permit: Permit,
    password: &Password,
    stored: Option<&str>,
) -> Result<Option<String>> {
    match stored {
        Some(stored) if ctx.hasher().is_outdated(stored) => ctx
            .hasher()
            .hash(permit, ctx.random(), password)
            .await
            .map(Some),
        _ => Ok(None),
    }
}

async fn open(
    ctx: &Ctx,
    account: &Account,
    kind: Kind,
    to_clear: Option<&Guessed<'_>>,
    rehashed: Option<String>,
) -> Result<Entered> {
    let user_id = account.user.id;
    let tx = ctx.begin().await?;
    // The account as it is now: it may have been suspended, or its password changed, while the hash was computed.
    let current = accounts::lock(&tx, user_id)
        .await?
        .filter(Account::may_sign_in);
    if current.is_none_or(|current| current.password_hash != account.password_hash) {
        return Err(Code::InvalidCredentials.into());
    }
    if let Some(guessed) = to_clear {
        GUESSES.clear(&tx, guessed).await?;
    }
    if let Some(hash) = rehashed {
        accounts::replace_hash(&tx, user_id, &hash).await?;
    }
    let entered = second_step::enter(&tx, ctx, account, kind, Method::Password).await?;
    tx.commit().await?;
    count_sign_in(ctx, user_id, &entered);
    Ok(entered)
}

/// Counts and logs what a good first step came to.
pub(crate) fn count_sign_in(ctx: &Ctx, user_id: UserId, entered: &Entered) {
    let result = match entered {
        Entered::Opened(_) => "ok",
        Entered::Challenged(_) => "challenged",
    };
    SIGN_INS.counter([result]).increment(1);
    tracing::info!(%user_id, ip = ctx.origin().ip.map(display), trace_id = ctx.origin().trace_id, result, "sessions.sign_in");
}

/// Opens a session for somebody who has just set the password of an account whose address is proved.
pub(crate) async fn begin(
    tx: &Tx,
    ctx: &Ctx,
    account: &Account,
    client: Client,
) -> Result<(Opened, SignedIn)> {
    let kind = Kind::of_client(client, false);
    start(tx, ctx, account, kind, Method::Password, SecondStep::None).await
}

/// Opens a session; everything that was to be proved is.
pub(super) async fn start(
    tx: &Tx,
    ctx: &Ctx,
    account: &Account,
    kind: Kind,
    method: Method,
    second_step: SecondStep,
) -> Result<(Opened, SignedIn)> {
    let user_id = account.user.id;
    let token = PlainSecret::mint(ctx.random(), PREFIX);
    let how = How {
        kind,
        method,
        second_step,
    };
    let now = ctx.now();
    let authenticated_at = if proves_enough(account, method, second_step) {
        now
    } else {
        now.minus_seconds(FRESH_SECONDS)
    };
    let session = store::insert(tx, ctx, user_id, how, authenticated_at, &token.hash()).await?;
    known::note(tx, ctx, account).await?;
    let signed_in = SignedIn {
        user_id,
        session_id: session.id,
        is_staff: account.is_staff,
        signed_in_at: now,
        authenticated_at,
        impersonator: None,
    };
    let mut told = serde_json::json!({ "session": session.id, "method": method.as_str() });
    if second_step != SecondStep::None {
        told["second_step"] = second_step.as_str().into();
    }
    let event = Event::new("session.started", Subject::User(user_id)).with(told);
    audit::record(tx, ctx, &Actor::User(signed_in.clone()), event).await?;
    let opened = Opened {
        user_id,
        session,
        kind,
        authenticated_at,
        token,
        device: device::remember(ctx, user_id),
    };
    Ok((opened, signed_in))
}

/// Whether a sign-in is the proof that sensitive acts want: a trusted browser has skipped it, and a provider vouches for somebody
/// without asking anew, so that it proves enough only of who has no password.
fn proves_enough(account: &Account, method: Method, second_step: SecondStep) -> bool {
    match (method, second_step) {
        (_, SecondStep::TrustedBrowser) => false,
        (Method::Social(_), SecondStep::None) => account.password_hash.is_none(),
        _ => true,
    }
}

/// Asks a signed-in person for the password again, counting wrong ones like at sign-in; gives the account and the permit.
pub(crate) async fn confirm_password(
    ctx: &Ctx,
    user_id: UserId,
    password: &Password,
    field: &'static str,
) -> Result<(Permit, Account)> {
    password
        .check_given()
        .map_err(|problem| problem.on(field))?;
    let account = accounts::find(ctx.read(), user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let key = account.email_key();
    let guessed = Guessed {
        account: &key,
        device: device::known(ctx, user_id),
    };
    let checked = verify(ctx, &guessed, password, account.password_hash.as_deref()).await?;
    if !checked.is_right {
        return Err(Problem::new(Code::PasswordWrong).on(field).into());
    }
    Ok((checked.permit, account))
}

/// What is counted of an address: all of an IPv4 one, and the /64 network of an IPv6 one, which is one subscriber's.
pub(crate) fn network(ctx: &Ctx) -> Option<String> {
    Some(match ctx.origin().ip?.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!(
            "{:x}:{:x}:{:x}:{:x}::/64",
            ip.segments()[0],
            ip.segments()[1],
            ip.segments()[2],
            ip.segments()[3]
        ),
    })
}
