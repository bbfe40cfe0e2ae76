//! Every act of staff, by everybody.

use std::{future::Future, pin::Pin};

use contract::{ApiKeyId, Code, MailId, OrganizationId, Role, SessionId, UserId};
use domain::{
    Actor, Ctx, Result, accounts, api_keys,
    audit::{self, Entry, ListAudit},
    mail,
    organizations::{self, Plan},
    own_data, second_factors, sessions,
};
use serde_json::Value;
use testkit::{Kit, on_each_database};

use super::{WHY, staff, stale};
use crate::{
    api_keys::{key, plain},
    refusals::{refusal, refusal_on},
};

on_each_database! {
    every_act_is_granted_to_staff_with_a_fresh_proof_and_a_reason_and_to_nobody_else,
    staff_keep_no_staff_out_and_operators_do,
    letters_that_staff_cause_do_not_tell_where_staff_were,
    the_log_of_an_organization_does_not_tell_where_staff_were,
}

type Done = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What acts are tried on.
#[derive(Clone, Copy, Debug)]
struct Subject {
    person: UserId,
    session: SessionId,
    organization: OrganizationId,
    key: ApiKeyId,
    mail: MailId,
}

const NOTHING: Subject = Subject {
    person: UserId::NOTHING,
    session: SessionId::NOTHING,
    organization: OrganizationId::NOTHING,
    key: ApiKeyId::NOTHING,
    mail: MailId::NOTHING,
};

/// How the subject is before the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Plain,
    Unverified,
    Suspended,
    Deleted,
    WithFactor,
    SuspendedOrganization,
    DeletedOrganization,
    DeadLetter,
}

struct Act {
    name: &'static str,
    /// What the log calls it.
    action: &'static str,
    state: State,
    run: fn(Ctx, Actor, Subject, String) -> Done,
}

macro_rules! acts {
    ($($state:ident $name:literal as $action:literal = |$ctx:ident, $actor:ident, $on:ident, $why:ident| $act:expr;)*) => {
        &[$(Act {
            name: $name,
            action: $action,
            state: State::$state,
            run: |$ctx, $actor, $on, $why| Box::pin(async move {
                let ($ctx, $actor, $why) = (&$ctx, &$actor, $why.as_str());
                $act.await.map(|_| ())
            }),
        },)*]
    };
}

const ACTS: &[Act] = acts! {
    Unverified "accounts::verify" as "user.email_verified" = |ctx, actor, on, why| accounts::verify(ctx, actor, on.person, why);
    Plain "accounts::suspend" as "user.suspended" = |ctx, actor, on, why| accounts::suspend(ctx, actor, on.person, why);
    Plain "accounts::suspend_many" as "user.suspended" = |ctx, actor, on, why| async {
        let mut done = accounts::suspend_many(ctx, actor, &[on.person], why).await?;
        done.remove(0).1
    };
    Suspended "accounts::restore" as "user.restored" = |ctx, actor, on, why| accounts::restore(ctx, actor, on.person, why);
    Plain "accounts::send_password_reset" as "user.password_reset_sent" = |ctx, actor, on, why| accounts::send_password_reset(ctx, actor, on.person, why);
    Plain "accounts::force_password_reset" as "user.password_reset_forced" = |ctx, actor, on, why| accounts::force_password_reset(ctx, actor, on.person, why);
    Plain "sessions::end_all_of" as "session.all_ended" = |ctx, actor, on, why| sessions::end_all_of(ctx, actor, on.person, why);
    Plain "sessions::end_one_of" as "session.revoked" = |ctx, actor, on, why| sessions::end_one_of(ctx, actor, on.person, on.session, why);
    WithFactor "second_factors::reset" as "user.second_factors_reset" = |ctx, actor, on, why| second_factors::reset(ctx, actor, on.person, why);
    Plain "own_data::delete_as_staff" as "user.deleted" = |ctx, actor, on, why| own_data::delete_as_staff(ctx, actor, on.person, why);
    Deleted "own_data::undelete" as "user.deletion_undone" = |ctx, actor, on, why| own_data::undelete(ctx, actor, on.person, why);
    Plain "organizations::set_plan_of" as "organization.plan_set" = |ctx, actor, on, why| organizations::set_plan_of(ctx, actor, on.organization, Plan { quota_limit: Some(7), ..Plan::default() }, why);
    Plain "organizations::suspend" as "organization.suspended" = |ctx, actor, on, why| organizations::suspend(ctx, actor, on.organization, why);
    SuspendedOrganization "organizations::unsuspend" as "organization.unsuspended" = |ctx, actor, on, why| organizations::unsuspend(ctx, actor, on.organization, why);
    Plain "organizations::delete_as_staff" as "organization.deleted" = |ctx, actor, on, why| organizations::delete_as_staff(ctx, actor, on.organization, why);
    DeletedOrganization "organizations::restore_as_staff" as "organization.restored" = |ctx, actor, on, why| organizations::restore_as_staff(ctx, actor, on.organization, why);
    Plain "api_keys::revoke_as_staff" as "api_key.revoked" = |ctx, actor, on, why| api_keys::revoke_as_staff(ctx, actor, on.key, why);
    DeadLetter "mail::retry" as "mail.retried" = |ctx, actor, on, why| mail::retry(ctx, actor, on.mail, why);
    DeadLetter "mail::retry_failed" as "mail.retried" = |ctx, actor, _on, why| mail::retry_failed(ctx, actor, why);
    DeadLetter "mail::discard" as "mail.discarded" = |ctx, actor, on, why| mail::discard(ctx, actor, on.mail, why);
};

/// A person in an organization of somebody else, with a key and a session, in this state.
async fn subject(kit: &Kit, state: State, number: usize) -> (Subject, Actor) {
    let (ctx, operator) = (kit.system(), kit.operator());
    let owner = kit.person(&format!("owner{number}")).await;
    let acme = kit
        .organization(&format!("acme-{number}"))
        .owned_by(&owner)
        .await;
    let made = key(kit, &acme, &owner, &plain("Key")).await;
    let someone = kit.person(&format!("someone{number}"));
    let person = match state {
        State::Unverified => someone.unverified().await,
        _ => someone.await,
    };
    let mut subject = Subject {
        person: person.id,
        organization: acme.id,
        key: made.key.id,
        ..NOTHING
    };
    if state != State::Unverified {
        subject.session = person.signs_in().await.session.id;
        acme.with(&person, Role::Admin).await;
    }
    match state {
        State::Plain | State::Unverified => {}
        State::Suspended => person.is_suspended().await,
        State::Deleted => {
            let deleted = own_data::delete_as_staff(&ctx, &operator, person.id, WHY).await;
            deleted.expect("operators may");
        }
        State::WithFactor => {
            person.sets_app_up(kit).await;
        }
        State::SuspendedOrganization => {
            let done = organizations::suspend(&ctx, &operator, acme.id, WHY).await;
            done.expect("operators may");
        }
        State::DeletedOrganization => {
            let done = organizations::delete_as_staff(&ctx, &operator, acme.id, WHY).await;
            done.expect("operators may");
        }
        State::DeadLetter => {
            kit.discards_mail().await;
            accounts::request_password_reset(&kit.ctx(), &person.email)
                .await
                .expect("anybody may ask");
            kit.sql("UPDATE mails SET status = 'dead', finished_at = 1 WHERE status = 'queued'")
                .await;
            let unsent = mail::list_unsent(&ctx, &operator).await;
            subject.mail = unsent.expect("operators may")[0].id;
        }
    }
    if state != State::DeadLetter {
        kit.discards_mail().await;
    }
    (subject, owner.actor())
}

/// What the newest entry of an action tells, and what kind of actor did it.
async fn logged(kit: &Kit, action: &str) -> (Value, String) {
    let newest = async |column: &str| {
        let query = format!(
            "SELECT {column} FROM audit_events WHERE action = '{action}' ORDER BY at DESC, id DESC LIMIT 1"
        );
        kit.text(&query).await.expect("it was logged")
    };
    let after = newest("after").await;
    let after = serde_json::from_str(&after).expect("it is JSON");
    (after, newest("actor_kind").await)
}

async fn every_act_is_granted_to_staff_with_a_fresh_proof_and_a_reason_and_to_nobody_else(
    kit: Kit,
) {
    let joan = kit.person("joan").staff().await;
    let without_factor = joan.signed_in().await;
    for (number, act) in ACTS.iter().enumerate() {
        // A proof is fresh for ten minutes, and setting a factor up takes half of one.
        let mary = kit.person(&format!("mary{number}")).staff().await;
        let fresh = mary.enters_the_console(&kit).await;
        let (on, owner) = subject(&kit, act.state, number).await;
        let entries = kit.count("audit_events").await;
        let run = async |actor: &Actor, on: Subject, why: &str| {
            (act.run)(kit.ctx(), actor.clone(), on, why.to_owned()).await
        };
        for (actor, code) in [
            (kit.anonymous(), Code::NotFound),
            (owner, Code::NotFound),
            (Actor::Service, Code::NotFound),
            (without_factor.clone(), Code::StaffFactorMissing),
            (stale(&fresh), Code::StepUpRequired),
        ] {
            assert_eq!(refusal(run(&actor, on, WHY).await), code, "{}", act.name);
        }
        let reasonless = refusal_on(run(&fresh, on, " ").await);
        let expected = (Code::Required, "reason".to_owned());
        assert_eq!(reasonless, expected, "{}", act.name);
        if act.name != "mail::retry_failed" {
            let nothing = run(&fresh, NOTHING, WHY).await;
            assert_eq!(refusal(nothing), Code::NotFound, "{}", act.name);
        }
        assert_eq!(kit.count("audit_events").await, entries, "{}", act.name);

        let done = run(&fresh, on, WHY).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", act.name));
        let (told, by) = logged(&kit, act.action).await;
        assert_eq!((&told["reason"], by.as_str()), (&WHY.into(), "user"));
        kit.discards_mail().await;

        let (on, _) = subject(&kit, act.state, 100 + number).await;
        let done = run(&kit.operator(), on, WHY).await;
        done.unwrap_or_else(|error| panic!("{} by the operator: {error}", act.name));
        let (told, by) = logged(&kit, act.action).await;
        assert_eq!((&told["reason"], by.as_str()), (&WHY.into(), "operator"));
        kit.discards_mail().await;
    }
}

async fn staff_keep_no_staff_out_and_operators_do(kit: Kit) {
    let (grace, joan) = (
        kit.person("grace").staff().await,
        kit.person("joan").staff().await,
    );
    joan.enters_the_console(&kit).await;
    let actor = grace.enters_the_console(&kit).await;
    for id in [joan.id, grace.id] {
        let on = Subject {
            person: id,
            ..NOTHING
        };
        for name in [
            "accounts::suspend",
            "accounts::suspend_many",
            "accounts::restore",
            "accounts::force_password_reset",
            "second_factors::reset",
            "own_data::delete_as_staff",
            "own_data::undelete",
        ] {
            let act = ACTS.iter().find(|act| act.name == name);
            let act = act.expect("it stands above");
            let done = (act.run)(kit.ctx(), actor.clone(), on, WHY.to_owned()).await;
            assert_eq!(refusal(done), Code::StaffProtected, "{name}");
        }
    }
    let (ctx, operator) = (kit.system(), kit.operator());
    second_factors::reset(&ctx, &operator, joan.id, WHY)
        .await
        .expect("operators may");
    accounts::suspend(&ctx, &operator, joan.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    let restored = accounts::restore(&kit.ctx(), &actor, joan.id, WHY).await;
    assert_eq!(refusal(restored), Code::StaffProtected);
    sessions::end_all_of(&kit.ctx(), &actor, joan.id, WHY)
        .await
        .expect("it shuts nobody out");
}

/// The same person, who has just proved who they are.
fn anew(kit: &Kit, actor: &Actor) -> Actor {
    match actor.clone() {
        Actor::User(mut user) => {
            user.authenticated_at = kit.ctx().now();
            Actor::User(user)
        }
        other => other,
    }
}

async fn letters_that_staff_cause_do_not_tell_where_staff_were(kit: Kit) {
    let fresh = staff(&kit).await;
    let from = kit.ctx_from("198.51.100.99");
    for (number, act) in ACTS.iter().enumerate() {
        if act.state == State::DeadLetter {
            continue;
        }
        let (on, _) = subject(&kit, act.state, number).await;
        let actor = anew(&kit, &fresh);
        let done = (act.run)(from.clone(), actor, on, WHY.to_owned()).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", act.name));
        kit.deliver().await;
        for received in kit.mailbox().letters() {
            assert!(
                !received.letter.text.contains("198.51.100.99"),
                "{}: {}",
                act.name,
                received.letter.text
            );
        }
        kit.discards_mail().await;
    }
}

async fn the_log_of_an_organization_does_not_tell_where_staff_were(kit: Kit) {
    let fresh = staff(&kit).await;
    let (from, all) = (kit.ctx_from("198.51.100.99"), ListAudit::default());
    let (system, operator) = (kit.system(), kit.operator());
    let mut found = Vec::new();
    for (number, act) in ACTS.iter().enumerate() {
        let (on, owner) = subject(&kit, act.state, number).await;
        let actor = anew(&kit, &fresh);
        let done = (act.run)(from.clone(), actor, on, WHY.to_owned()).await;
        done.unwrap_or_else(|error| panic!("{}: {error}", act.name));
        if act.name == "organizations::suspend" {
            // Nobody else reads its log until then.
            let lifted = organizations::unsuspend(&system, &operator, on.organization, WHY).await;
            lifted.expect("operators may");
        }
        let is_there = |entry: &Entry| entry.ip.as_deref() == Some("198.51.100.99");
        let seen = audit::page_all(&system, &operator, Some(on.organization), &all).await;
        let seen = seen.expect("operators may").items;
        if seen.iter().any(|(_, entry)| is_there(entry)) {
            found.push(act.name);
        }
        let viewer = organizations::enter_by_id(&kit.ctx(), &owner, on.organization).await;
        let viewer = viewer.expect("owners are members");
        let read = audit::page(&kit.ctx(), &viewer, &all).await;
        let read = read.expect("owners read it").items;
        assert_eq!(read.len(), seen.len(), "{}", act.name);
        assert!(
            !read.iter().any(|(_, entry)| is_there(entry)),
            "{}: {read:?}",
            act.name
        );
        kit.discards_mail().await;
    }
    let expected = [
        "organizations::set_plan_of",
        "organizations::suspend",
        "organizations::unsuspend",
        "organizations::delete_as_staff",
        "organizations::restore_as_staff",
        "api_keys::revoke_as_staff",
    ];
    assert_eq!(found, expected);
}
