//! A person reads all that is held of them.

use contract::{
    ApiKeyId, Code, InvitationId, MembershipId, OrganizationId, Timestamp, page::PageRequest,
    sessions::OwnSession,
};
use serde_json::{Value, json};

use super::store;
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    identities, passkeys, second_factors, sessions,
};

/// All that is held of who asks, as one JSON object; moments in UTC (RFC 3339). No secrets: neither hashes of passwords nor of
/// tokens. Refused: `STEP_UP_REQUIRED`.
pub async fn export(ctx: &Ctx, actor: &Actor) -> Result<Value> {
    let id = sessions::require_fresh(ctx, actor)?.user_id;
    let db = ctx.read();
    let account = accounts::find(db, id).await?.ok_or(Code::Unauthenticated)?;
    let email = account.email_key();
    let user = account.user;
    let factors = second_factors::get(ctx, actor).await?;
    let exported = json!({
        "exportedAt": text(ctx.now()),
        "user": {
            "id": user.id.to_string(),
            "email": user.email,
            "emailVerifiedAt": user.email_verified_at.map(text),
            "username": user.username,
            "name": user.name,
            "phone": user.phone,
            "avatar": user.avatar.map(|id| ctx.settings().page(&format!("/pictures/{id}"))),
            "passwordChangedAt": account.password_changed_at.map(text),
            "isStaff": account.is_staff,
            "createdAt": text(user.created_at),
            "updatedAt": text(user.updated_at),
        },
        "profile": {
            "timeZone": user.profile.time_zone,
            "language": user.profile.language,
            "theme": user.profile.theme.as_str(),
            "mutedNotifications": user.profile.muted.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
        },
        "secondFactors": {
            "appSince": factors.app_since.map(text),
            "recoveryCodesLeft": factors.recovery_codes_left,
        },
        "passkeys": passkeys::list(ctx, actor).await?.into_iter().map(|passkey| json!({
            "id": passkey.id.to_string(),
            "name": passkey.name,
            "createdAt": text(passkey.created_at),
            "lastUsedAt": passkey.last_used_at.map(text),
        })).collect::<Vec<_>>(),
        "identities": identities::with_subjects(db, id).await?.into_iter().map(|(identity, subject)| json!({
            "id": identity.id.to_string(),
            "provider": identity.provider.as_str(),
            "issuer": identity.issuer,
            "subject": subject,
            "label": identity.label,
            "createdAt": text(identity.created_at),
            "lastUsedAt": identity.last_used_at.map(text),
        })).collect::<Vec<_>>(),
        "sessions": own_sessions(ctx, actor).await?.iter().map(session).collect::<Vec<_>>(),
        "memberships": store::memberships(db, id).await?.into_iter().map(|(row, organization)| json!({
            "id": MembershipId(row.id).to_string(),
            "organization": OrganizationId(row.organization_id).to_string(),
            "name": organization.map(|found| found.name),
            "role": row.role,
            "joinedAt": text(Timestamp(row.joined_at)),
            "lastActiveAt": row.last_active_at.map(|at| text(Timestamp(at))),
        })).collect::<Vec<_>>(),
        "apiKeysMade": store::keys(db, id).await?.into_iter().map(|row| json!({
            "id": ApiKeyId(row.id).to_string(),
            "organization": OrganizationId(row.organization_id).to_string(),
            "name": row.name,
            "createdAt": text(Timestamp(row.created_at)),
        })).collect::<Vec<_>>(),
        "trustedBrowsers": store::trusted_browsers(db, id).await?.into_iter().map(|(since, until)| json!({
            "createdAt": text(since),
            "expiresAt": text(until),
        })).collect::<Vec<_>>(),
        "invitations": store::invitations(db, &email).await?.into_iter().map(|(row, organization)| json!({
            "id": InvitationId(row.id).to_string(),
            "organization": organization.map(|found| found.name),
            "role": row.role,
            "message": row.message,
            "sentAt": text(Timestamp(row.sent_at)),
            "expiresAt": text(Timestamp(row.expires_at)),
            "acceptedAt": row.accepted_at.map(|at| text(Timestamp(at))),
            "declinedAt": row.declined_at.map(|at| text(Timestamp(at))),
            "revokedAt": row.revoked_at.map(|at| text(Timestamp(at))),
        })).collect::<Vec<_>>(),
        "letters": store::letters(db, &email).await?.into_iter().map(|(about, at)| json!({
            "about": about,
            "at": text(at),
        })).collect::<Vec<_>>(),
        "log": store::log(db, id).await?.into_iter().map(|row| json!({
            "at": text(Timestamp(row.at)),
            "action": row.action,
            "through": row.face,
            // Of what others did to the person, their address is theirs.
            "ip": row.ip.filter(|_| row.impersonator_id.is_none() && row.actor_id.is_none_or(|actor| actor == id.0)),
            "impersonated": row.impersonator_id.is_some(),
            "before": parsed(row.before),
            "after": parsed(row.after),
        })).collect::<Vec<_>>(),
    });
    let tx = ctx.begin().await?;
    let event = Event::new("user.data_exported", Subject::User(id));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(exported)
}

fn text(at: Timestamp) -> String {
    at.to_string()
}

fn parsed(text: Option<String>) -> Option<Value> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

async fn own_sessions(ctx: &Ctx, actor: &Actor) -> Result<Vec<OwnSession>> {
    let mut found = Vec::new();
    let mut asked = PageRequest {
        size: Some(100),
        ..PageRequest::default()
    };
    loop {
        let page = sessions::page_own(ctx, actor, &asked).await?;
        let next = page.next().map(ToOwned::to_owned);
        found.extend(page.items.into_iter().map(|(_, session)| session));
        if next.is_none() {
            return Ok(found);
        }
        asked.after = next;
    }
}

fn session(session: &OwnSession) -> Value {
    json!({
        "id": session.id.to_string(),
        "device": session.device,
        "ip": session.ip,
        "method": session.method.as_str(),
        "secondStep": session.second_step.as_str(),
        "impersonated": session.impersonator.is_some(),
        "createdAt": text(session.created_at),
        "lastSeenAt": text(session.last_seen_at),
        "expiresAt": text(session.expires_at),
    })
}
