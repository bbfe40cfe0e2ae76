//! What is the person's alone: every use case that staff are refused who act as somebody else.

use std::{future::Future, pin::Pin};

use contract::{
    ApiKeyId, Code, IdentityId, InvitationId, MembershipId, OrganizationId, PasskeyId, Password,
    Role, SessionId, UserId,
    accounts::{Notification, UpdatePreferences, UpdateProfile},
    api_keys::{Overlap, UpdateApiKey},
    identities::Provider,
    invitations::InviteMembers,
    organizations::{CreateOrganization, UpdateOrganization},
};
use domain::{
    Actor, Ctx, Result, accounts, api_keys, first_run, identities, invitations, members,
    organizations, own_data,
    passkeys::{self, Answer},
    second_factors,
    sessions::{self, Proof},
};
use testkit::{Kit, on_each_database};

use super::{WHY, stale};
use crate::{
    api_keys::{key, plain},
    own_data::picture,
    refusals::refusal,
};

on_each_database! {
    nothing_that_is_the_persons_alone_is_done_by_staff,
    what_is_refused_changes_nothing_and_is_not_logged,
    what_else_there_is_to_change_is_done_by_staff_and_logged_as_such,
}

type Done = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What is tried on: all of it is the person's.
#[derive(Clone, Copy, Debug)]
struct Theirs {
    organization: OrganizationId,
    membership: MembershipId,
    other_member: MembershipId,
    key: ApiKeyId,
    session: SessionId,
    own_session: SessionId,
}

struct Try {
    name: &'static str,
    run: fn(Ctx, Actor, Theirs) -> Done,
}

macro_rules! tries {
    ($($name:literal = |$ctx:ident, $actor:ident, $on:ident| $act:expr;)*) => {
        &[$(Try {
            name: $name,
            run: |$ctx, $actor, $on| Box::pin(async move {
                let ($ctx, $actor) = (&$ctx, &$actor);
                $act.await.map(|_| ())
            }),
        },)*]
    };
}

fn secret() -> Password {
    Password::new("forty two blue whales")
}

fn answer() -> Answer {
    Answer {
        token: String::new(),
        response: serde_json::json!({}),
    }
}

const TRIES: &[Try] = tries! {
    "sessions::step_up" = |ctx, actor, _on| sessions::step_up(ctx, actor, &Proof::Password(secret()));
    "sessions::step_up with a factor" = |ctx, actor, _on| sessions::step_up(ctx, actor, &Proof::Factor("123456".into()));
    "sessions::revoke" = |ctx, actor, on| sessions::revoke(ctx, actor, on.session);
    "sessions::revoke of its own" = |ctx, actor, on| sessions::revoke(ctx, actor, on.own_session);
    "sessions::revoke_others" = |ctx, actor, _on| sessions::revoke_others(ctx, actor);
    "accounts::change_password" = |ctx, actor, _on| accounts::change_password(ctx, actor, &secret(), &secret());
    "accounts::set_first_password" = |ctx, actor, _on| accounts::set_first_password(ctx, actor, &secret());
    "accounts::request_email_change" = |ctx, actor, _on| accounts::request_email_change(ctx, actor, "other@example.test");
    "accounts::confirm_email_change" = |ctx, actor, _on| accounts::confirm_email_change(ctx, actor, "token");
    "second_factors::begin_app" = |ctx, actor, _on| second_factors::begin_app(ctx, actor);
    "second_factors::pending_app" = |ctx, actor, _on| second_factors::pending_app(ctx, actor);
    "second_factors::confirm_app" = |ctx, actor, _on| second_factors::confirm_app(ctx, actor, "123456");
    "second_factors::remove_app" = |ctx, actor, _on| second_factors::remove_app(ctx, actor, &"123456".into());
    "second_factors::replace_recovery_codes" = |ctx, actor, _on| second_factors::replace_recovery_codes(ctx, actor, &"123456".into());
    "passkeys::begin_registration" = |ctx, actor, _on| passkeys::begin_registration(ctx, actor);
    "passkeys::register" = |ctx, actor, _on| passkeys::register(ctx, actor, &answer(), "Hers");
    "passkeys::begin_confirmation" = |ctx, actor, _on| passkeys::begin_confirmation(ctx, actor);
    "passkeys::rename" = |ctx, actor, _on| passkeys::rename(ctx, actor, PasskeyId::NOTHING, "Hers");
    "passkeys::remove" = |ctx, actor, _on| passkeys::remove(ctx, actor, PasskeyId::NOTHING);
    "identities::begin_link" = |ctx, actor, _on| identities::begin_link(ctx, actor, Provider::Google);
    "identities::begin_confirmation" = |ctx, actor, _on| identities::begin_confirmation(ctx, actor, Provider::Google, "/");
    "identities::lead_on" = |ctx, actor, _on| identities::lead_on(ctx, actor, "away");
    "identities::connect_pending" = |ctx, actor, _on| identities::connect_pending(ctx, actor, "token");
    "identities::unlink" = |ctx, actor, _on| identities::unlink(ctx, actor, IdentityId::NOTHING);
    "api_keys::create" = |ctx, actor, on| api_keys::create(ctx, actor, on.organization, &plain("New"));
    "api_keys::rotate" = |ctx, actor, on| api_keys::rotate(ctx, actor, on.key, Overlap::Day);
    "api_keys::update" = |ctx, actor, on| api_keys::update(ctx, actor, on.key, &UpdateApiKey::default());
    "api_keys::pause" = |ctx, actor, on| api_keys::pause(ctx, actor, on.key);
    "api_keys::resume" = |ctx, actor, on| api_keys::resume(ctx, actor, on.key);
    "api_keys::end_rotation" = |ctx, actor, on| api_keys::end_rotation(ctx, actor, on.key);
    "api_keys::revoke" = |ctx, actor, on| api_keys::revoke(ctx, actor, on.key, WHY);
    "own_data::export" = |ctx, actor, _on| own_data::export(ctx, actor);
    "own_data::delete" = |ctx, actor, _on| own_data::delete(ctx, actor, "ada@example.test");
    "organizations::delete" = |ctx, actor, on| organizations::delete(ctx, actor, on.organization, "acme");
    "organizations::restore" = |ctx, actor, on| organizations::restore(ctx, actor, on.organization);
    "organizations::transfer" = |ctx, actor, on| organizations::transfer(ctx, actor, on.organization, on.other_member);
    "organizations::require_second_factor" = |ctx, actor, on| organizations::require_second_factor(ctx, actor, on.organization, 7);
    "organizations::lift_second_factor" = |ctx, actor, on| organizations::lift_second_factor(ctx, actor, on.organization);
    "organizations::update of the address" = |ctx, actor, on| organizations::update(ctx, actor, on.organization, UpdateOrganization { name: None, slug: Some("acme-works".to_owned()) });
    "members::leave" = |ctx, actor, on| members::leave(ctx, actor, on.organization);
    "members::remove of oneself" = |ctx, actor, on| members::remove(ctx, actor, on.membership);
    "members::remove" = |ctx, actor, on| members::remove(ctx, actor, on.other_member);
    "members::change_role to an admin" = |ctx, actor, on| members::change_role(ctx, actor, on.other_member, Role::Admin);
    "members::change_role to an owner" = |ctx, actor, on| members::change_role(ctx, actor, on.other_member, Role::Owner);
    "invitations::send to an owner" = |ctx, actor, on| invitations::send(ctx, actor, on.organization, InviteMembers {
        emails: "lin@example.test".to_owned(),
        role: "owner".to_owned(),
        ..InviteMembers::default()
    });
    "invitations::send to a member" = |ctx, actor, on| invitations::send(ctx, actor, on.organization, InviteMembers {
        emails: "lin@example.test".to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    });
    "invitations::resend" = |ctx, actor, _on| invitations::resend(ctx, actor, InvitationId::NOTHING);
    "invitations::copy_link" = |ctx, actor, _on| invitations::copy_link(ctx, actor, InvitationId::NOTHING);
    "invitations::revoke" = |ctx, actor, _on| invitations::revoke(ctx, actor, InvitationId::NOTHING);
    "invitations::accept" = |ctx, actor, _on| invitations::accept(ctx, actor, InvitationId::NOTHING);
    "invitations::accept_by_token" = |ctx, actor, _on| invitations::accept_by_token(ctx, actor, "token");
    "invitations::decline" = |ctx, actor, _on| invitations::decline(ctx, actor, InvitationId::NOTHING);
    "invitations::decline_by_token" = |ctx, actor, _on| invitations::decline_by_token(ctx, actor, "token");
    "invitations::ask_again" = |ctx, actor, _on| invitations::ask_again(ctx, actor, "token");
    "first_run::claim" = |ctx, actor, _on| first_run::claim(ctx, actor, "token");
};

/// What is left to staff, each of which changes something. `docs/operators.md` lists it.
const ALLOWED: &[Try] = tries! {
    "accounts::update_profile" = |ctx, actor, _on| accounts::update_profile(ctx, actor, UpdateProfile {
        name: Some("Ada Lovelace".to_owned()),
        username: Some("lovelace".to_owned()),
        phone: Some("+44 20 7946 0123".to_owned()),
    });
    "accounts::update_preferences" = |ctx, actor, _on| accounts::update_preferences(ctx, actor, UpdatePreferences {
        theme: Some("dark".to_owned()),
        muted: Some(Notification::ALL.to_vec()),
        ..UpdatePreferences::default()
    });
    "accounts::set_avatar" = |ctx, actor, _on| accounts::set_avatar(ctx, actor, Some(picture()));
    "organizations::create" = |ctx, actor, _on| organizations::create(ctx, actor, CreateOrganization {
        name: "Engines".to_owned(),
        slug: "engines".to_owned(),
    });
    "organizations::update of the name" = |ctx, actor, on| organizations::update(ctx, actor, on.organization, UpdateOrganization {
        name: Some("Acme Works".to_owned()),
        slug: None,
    });
    "organizations::set_logo" = |ctx, actor, on| organizations::set_logo(ctx, actor, on.organization, Some(picture()));
};

/// Ada, who owns Acme with Mary in it, and staff who act as her.
async fn acting(kit: &Kit) -> (UserId, Actor, Theirs) {
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let session = ada.signs_in().await.session.id;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let other_member = acme.with(&mary, Role::Member).await;
    let made = key(kit, &acme, &ada, &plain("Key")).await;
    let operator = super::staff(kit).await;
    let opened = sessions::impersonate(&kit.ctx(), &operator, ada.id, WHY).await;
    let opened = opened.expect("staff may");
    kit.discards_mail().await;
    let theirs = Theirs {
        organization: acme.id,
        membership: acme.membership_of(&ada).await,
        other_member,
        key: made.key.id,
        session,
        own_session: opened.session.id,
    };
    let actor = kit.holder(&opened.token).await.expect("it is live");
    (ada.id, actor, theirs)
}

async fn nothing_that_is_the_persons_alone_is_done_by_staff(kit: Kit) {
    let (_, actor, theirs) = acting(&kit).await;
    // Neither now nor with a proof of the future: what staff know of the person proves nothing.
    let fresh = match actor.clone() {
        Actor::User(mut user) => {
            user.authenticated_at = kit.ctx().now();
            Actor::User(user)
        }
        other => other,
    };
    for actor in [stale(&actor), actor, fresh] {
        for one in TRIES {
            let done = (one.run)(kit.ctx(), actor.clone(), theirs).await;
            assert_eq!(refusal(done), Code::Impersonated, "{}", one.name);
        }
    }
}

async fn what_is_refused_changes_nothing_and_is_not_logged(kit: Kit) {
    let (ada, actor, theirs) = acting(&kit).await;
    let logged = kit.count("audit_events").await;
    for one in TRIES {
        let done = (one.run)(kit.ctx(), actor.clone(), theirs).await;
        assert_eq!(refusal(done), Code::Impersonated, "{}", one.name);
    }
    assert_eq!(kit.count("audit_events").await, logged);
    assert_eq!(kit.deliver().await, 0, "nobody gets a letter");
    let kept = admin_sees(&kit, ada).await;
    assert_eq!(kept, 2, "the person's session, and that of staff");
}

async fn what_else_there_is_to_change_is_done_by_staff_and_logged_as_such(kit: Kit) {
    let (_, actor, theirs) = acting(&kit).await;
    let by_staff = "SELECT count(*) FROM audit_events WHERE impersonator_id IS NOT NULL";
    for one in ALLOWED {
        let logged = kit.number(by_staff).await;
        let done = (one.run)(kit.ctx(), actor.clone(), theirs).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", one.name));
        assert_eq!(kit.number(by_staff).await, logged + 1, "{}", one.name);
    }
}

async fn admin_sees(kit: &Kit, id: UserId) -> u64 {
    let detail = domain::admin::users::get(&kit.system(), &kit.operator(), id).await;
    detail.expect("operators may").sessions
}
