//! The operator's console: who may look and act, and what is shown.

mod acts;
mod impersonated;
mod impersonation;
mod impersonation_log;
mod lists;
mod mails;
mod organizations;
mod overview;
mod people;
mod places;

use contract::{Code, Timestamp, UserId};
use domain::{Actor, accounts, admin};
use testkit::{Kit, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    staff_with_a_second_factor_look_and_to_everybody_else_there_is_nothing,
    who_is_staff_counts_from_the_next_request_on,
    staff_make_nobody_staff,
}

/// Why something is done in these tests.
const WHY: &str = "ticket 42";

/// A member of staff who may look and act.
async fn staff(kit: &Kit) -> Actor {
    let grace = kit.person("grace").staff().await;
    grace.enters_the_console(kit).await
}

/// The same person, who has proved who they are long ago.
fn stale(actor: &Actor) -> Actor {
    match actor.clone() {
        Actor::User(mut user) => {
            user.authenticated_at = Timestamp(0);
            Actor::User(user)
        }
        other => other,
    }
}

async fn staff_with_a_second_factor_look_and_to_everybody_else_there_is_nothing(kit: Kit) {
    let (ada, joan) = (kit.person("ada").await, kit.person("joan").staff().await);
    let grace = staff(&kit).await;
    for actor in [grace.clone(), stale(&grace), kit.operator()] {
        admin::look(&kit.ctx(), &actor)
            .await
            .expect("looking wants no fresh proof");
    }
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (ada.signed_in().await, Code::NotFound),
        (ada.enters_the_console(&kit).await, Code::NotFound),
        (Actor::Service, Code::NotFound),
        (joan.signed_in().await, Code::StaffFactorMissing),
    ] {
        assert_eq!(refusal(admin::look(&kit.ctx(), &actor).await), code);
    }
}

async fn who_is_staff_counts_from_the_next_request_on(kit: Kit) {
    let ada = kit.person("ada").await;
    let opened = ada.signs_in().await;
    let looked = async || {
        let actor = kit.holder(&opened.token).await;
        let actor = actor.expect("nobody is signed out by that");
        refusal(admin::look(&kit.ctx(), &actor).await)
    };
    let set = async |is_staff| {
        accounts::set_staff(&kit.system(), &kit.operator(), ada.id, is_staff, WHY)
            .await
            .expect("operators may");
    };
    assert_eq!(looked().await, Code::NotFound);
    set(true).await;
    set(true).await;
    assert_eq!(looked().await, Code::StaffFactorMissing);
    set(false).await;
    assert_eq!(looked().await, Code::NotFound);
    let logged = "SELECT count(*) FROM audit_events WHERE action = 'user.staff_set'";
    assert_eq!(kit.number(logged).await, 2, "what is so leaves no trace");
}

async fn staff_make_nobody_staff(kit: Kit) {
    let (ada, grace) = (kit.person("ada").await, staff(&kit).await);
    let set = async |actor: &Actor, id, reason: &str| {
        accounts::set_staff(&kit.ctx(), actor, id, true, reason).await
    };
    assert_eq!(refusal(set(&grace, ada.id, WHY).await), Code::Forbidden);
    let operator = kit.operator();
    let reasonless = refusal_on(set(&operator, ada.id, " ").await);
    assert_eq!(reasonless, (Code::Required, "reason".to_owned()));
    let nobody = set(&operator, UserId::NOTHING, WHY).await;
    assert_eq!(refusal(nobody), Code::NotFound);
}
