//! Staff act as somebody else: who may, how long, and what ends it.

use contract::{Code, UserId, admin::MailFilter, page::PageRequest, sessions::OwnSession};
use domain::{
    Actor, Result, accounts, admin,
    audit::{self, AuditFilter, ListAudit, Party},
    mail, maintenance, organizations, own_data,
    sessions::{self, IMPERSONATION_SECONDS, Opened},
};
use testkit::{Kit, Org, Person, on_each_database};

use super::{WHY, stale};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    staff_with_a_fresh_proof_and_a_reason_act_as_somebody_and_nobody_else_does,
    nobody_acts_as_staff_nor_as_who_cannot_sign_in,
    it_is_the_person_without_a_fresh_proof_and_no_staff,
    stopping_gives_the_own_session_back_under_a_new_token,
    it_ends_after_an_hour_however_much_it_is_used,
    it_ends_with_what_it_comes_from,
    it_ends_when_the_person_becomes_staff,
    the_person_sees_it_and_ends_it,
    a_new_password_of_the_person_ends_it,
    signing_out_ends_both,
    staff_keep_its_letter_from_nobody,
}

/// Ada, who owns Acme and is signed in at home.
pub(super) async fn acme(kit: &Kit) -> (Person, Org) {
    let ada = kit.person("ada").named("Ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    ada.signed_in().await;
    kit.discards_mail().await;
    (ada, acme)
}

/// Grace, who is staff and has just proved who she is.
pub(super) async fn grace(kit: &Kit) -> (Person, Actor) {
    let grace = kit.person("grace").named("Grace").staff().await;
    let actor = grace.enters_the_console(kit).await;
    (grace, actor)
}

async fn try_to(kit: &Kit, actor: &Actor, id: UserId) -> Result<Opened> {
    sessions::impersonate(&kit.ctx(), actor, id, WHY).await
}

/// Begins to act as somebody; the letter is thrown away. Gives the session, and who acts in it.
pub(super) async fn begin(kit: &Kit, operator: &Actor, person: &Person) -> (Opened, Actor) {
    let opened = try_to(kit, operator, person.id).await.expect("staff may");
    kit.discards_mail().await;
    let actor = kit.holder(&opened.token).await.expect("it is live");
    (opened, actor)
}

pub(super) async fn sweep(kit: &Kit) {
    maintenance::sweep(&kit.system()).await.expect("it sweeps");
}

pub(super) async fn logged(
    kit: &Kit,
    org: &Org,
    owner: &Person,
    action: &str,
) -> Vec<audit::Entry> {
    let input = ListAudit {
        filter: AuditFilter {
            action: action.to_owned(),
            ..AuditFilter::default()
        },
        page: PageRequest::first(100),
    };
    let viewer = org.seen_by(owner).await;
    let page = audit::page(&kit.ctx(), &viewer, &input).await;
    let items = page.expect("owners read it").items;
    items.into_iter().map(|(_, entry)| entry).collect()
}

async fn own(kit: &Kit, person: &Person) -> Vec<OwnSession> {
    let page = sessions::page_own(&kit.ctx(), &person.actor(), &PageRequest::first(100)).await;
    let items = page.expect("everybody sees their own").items;
    items.into_iter().map(|(_, session)| session).collect()
}

async fn staff_with_a_fresh_proof_and_a_reason_act_as_somebody_and_nobody_else_does(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let joan = kit.person("joan").staff().await;
    let (_, operator) = grace(&kit).await;
    for (actor, code) in [
        (kit.anonymous(), Code::NotFound),
        (ada.actor(), Code::NotFound),
        (Actor::Service, Code::NotFound),
        (joan.signed_in().await, Code::StaffFactorMissing),
        (stale(&operator), Code::StepUpRequired),
        // A shell has no browser.
        (kit.operator(), Code::Unauthenticated),
    ] {
        assert_eq!(refusal(try_to(&kit, &actor, ada.id).await), code);
    }
    let reasonless = sessions::impersonate(&kit.ctx(), &operator, ada.id, " ").await;
    let expected = (Code::Required, "reason".to_owned());
    assert_eq!(refusal_on(reasonless), expected);
    let nobody = try_to(&kit, &operator, UserId::NOTHING).await;
    assert_eq!(refusal(nobody), Code::NotFound);
    let (opened, _) = begin(&kit, &operator, &ada).await;
    let until = opened
        .session
        .created_at
        .plus_seconds(IMPERSONATION_SECONDS);
    assert_eq!((opened.user_id, opened.session.expires_at), (ada.id, until));
}

async fn nobody_acts_as_staff_nor_as_who_cannot_sign_in(kit: Kit) {
    let (grace, operator) = grace(&kit).await;
    let (joan, lin) = (
        kit.person("joan").staff().await,
        kit.person("lin").unverified().await,
    );
    let (mary, rosa) = (kit.person("mary").await, kit.person("rosa").await);
    mary.is_suspended().await;
    own_data::delete_as_staff(&kit.system(), &kit.operator(), rosa.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    for (id, code) in [
        (grace.id, Code::StaffProtected),
        (joan.id, Code::StaffProtected),
        (lin.id, Code::UserInactive),
        (mary.id, Code::UserInactive),
        (rosa.id, Code::UserInactive),
    ] {
        assert_eq!(refusal(try_to(&kit, &operator, id).await), code);
    }
}

async fn it_is_the_person_without_a_fresh_proof_and_no_staff(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (_, actor) = begin(&kit, &operator, &ada).await;
    let user = actor.signed_in().expect("it is a person");
    assert_eq!((user.user_id, user.is_staff), (ada.id, false));
    organizations::enter_by_id(&kit.ctx(), &actor, acme.id)
        .await
        .expect("it sees what the person sees");
    assert_eq!(
        refusal(sessions::require_fresh(&kit.ctx(), &actor)),
        Code::Impersonated
    );
    assert_eq!(
        refusal(admin::look(&kit.ctx(), &actor).await),
        Code::NotFound
    );
    assert_eq!(
        refusal(try_to(&kit, &actor, ada.id).await),
        Code::NotFound,
        "nobody goes on from one to the next"
    );
    let told = sessions::impersonation(&kit.ctx(), &actor).await;
    let told = told.expect("it is asked by a person").expect("staff act");
    assert_eq!(told.operator, "Grace");
    let none = sessions::impersonation(&kit.ctx(), &ada.actor()).await;
    assert_eq!(none.expect("it is asked by a person"), None);
}

async fn stopping_gives_the_own_session_back_under_a_new_token(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (grace, operator) = grace(&kit).await;
    let (opened, actor) = begin(&kit, &operator, &ada).await;
    let back = sessions::stop_impersonating(&kit.ctx(), &actor).await;
    let back = back.expect("staff may").expect("the own session is there");
    assert!(!kit.is_live(&opened.token).await);
    let holder = kit.holder(&back.token).await.expect("it is live");
    let user = holder.signed_in().expect("it is a person");
    assert_eq!((user.user_id, user.is_staff), (grace.id, true));
    let before = operator.signed_in().expect("it is a person");
    assert_eq!(user.session_id, before.session_id);
    assert_eq!(
        user.authenticated_at, before.authenticated_at,
        "nothing was proved by it"
    );
    for (nobody, code) in [(&actor, Code::Unauthenticated), (&holder, Code::NotFound)] {
        let again = sessions::stop_impersonating(&kit.ctx(), nobody).await;
        assert_eq!(refusal(again), code);
    }
    let ends = "SELECT count(*) FROM audit_events WHERE action = 'impersonation.ended' AND organization_id IS NULL";
    assert_eq!(kit.number(ends).await, 1);
}

async fn it_ends_after_an_hour_however_much_it_is_used(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (opened, _) = begin(&kit, &operator, &ada).await;
    for _ in 0..59 {
        kit.clock.advance(60);
        assert!(kit.is_live(&opened.token).await);
    }
    kit.clock.advance(60);
    assert!(!kit.is_live(&opened.token).await);
    sweep(&kit).await;
    let ended = logged(&kit, &acme, &ada, "impersonation.ended").await;
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].actor.party, Party::Operator);
    assert_eq!(
        ended[0].sentence.to_string(),
        "ended the impersonation of Ada by Grace"
    );
    sweep(&kit).await;
    let again = logged(&kit, &acme, &ada, "impersonation.ended").await;
    assert_eq!(again.len(), 1, "an end is written down once");
}

async fn it_ends_with_what_it_comes_from(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    for (number, end) in ["session", "staff", "suspended", "raw"]
        .into_iter()
        .enumerate()
    {
        let joan = kit.person(&format!("joan{number}")).staff().await;
        let operator = joan.enters_the_console(&kit).await;
        let (opened, _) = begin(&kit, &operator, &ada).await;
        let (ctx, shell) = (kit.system(), kit.operator());
        match end {
            "session" => {
                let done = sessions::sign_out(&kit.ctx(), &operator).await;
                done.expect("everybody may");
            }
            "staff" => {
                let done = accounts::set_staff(&ctx, &shell, joan.id, false, WHY).await;
                done.expect("operators may");
            }
            "suspended" => joan.is_suspended().await,
            _ => joan.gets_suspended().await,
        }
        assert!(!kit.is_live(&opened.token).await, "{end}");
        kit.discards_mail().await;
    }
    assert_eq!(
        own(&kit, &ada).await.len(),
        2,
        "hers, and what only looks live"
    );
    sweep(&kit).await;
    let ended = logged(&kit, &acme, &ada, "impersonation.ended").await;
    assert_eq!(ended.len(), 3);
}

async fn it_ends_when_the_person_becomes_staff(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (opened, _) = begin(&kit, &operator, &ada).await;
    accounts::set_staff(&kit.system(), &kit.operator(), ada.id, true, WHY)
        .await
        .expect("operators may");
    assert!(!kit.is_live(&opened.token).await);
}

async fn the_person_sees_it_and_ends_it(kit: Kit) {
    let (ada, acme) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (opened, _) = begin(&kit, &operator, &ada).await;
    let seen = own(&kit, &ada).await;
    let theirs = seen.iter().find(|one| one.id == opened.session.id);
    let theirs = theirs.expect("it is among them");
    assert_eq!(theirs.impersonator.as_deref(), Some("Grace"));
    assert_eq!((theirs.ip.as_str(), theirs.is_current), ("", false));
    assert!(seen.iter().any(|one| one.impersonator.is_none()));
    ada.signs_in().await;
    kit.discards_mail().await;
    sessions::revoke(&kit.ctx(), &ada.actor(), opened.session.id)
        .await
        .expect("it is among hers");
    assert!(!kit.is_live(&opened.token).await);
    let ended = logged(&kit, &acme, &ada, "impersonation.ended").await;
    assert_eq!(ended[0].actor.party, Party::User(ada.id));
}

async fn a_new_password_of_the_person_ends_it(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    let (opened, _) = begin(&kit, &operator, &ada).await;
    let new = contract::Password::new("seven grey herons feed ada");
    accounts::change_password(&kit.ctx(), &ada.actor(), &ada.password(), &new)
        .await
        .expect("the password is right");
    kit.discards_mail().await;
    assert!(!kit.is_live(&opened.token).await);
}

async fn signing_out_ends_both(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (grace, operator) = grace(&kit).await;
    let (opened, actor) = begin(&kit, &operator, &ada).await;
    sessions::sign_out(&kit.ctx(), &actor)
        .await
        .expect("everybody may");
    assert!(!kit.is_live(&opened.token).await);
    assert!(own(&kit, &grace).await.is_empty());
    assert_eq!(own(&kit, &ada).await.len(), 1, "the person stays signed in");
}

async fn staff_keep_its_letter_from_nobody(kit: Kit) {
    let (ada, _) = acme(&kit).await;
    let (_, operator) = grace(&kit).await;
    try_to(&kit, &operator, ada.id).await.expect("staff may");
    let (filter, first) = (MailFilter::default(), PageRequest::default());
    let all = mail::page(&kit.ctx(), &operator, &filter, &first).await;
    let letter = all.expect("staff look").items[0].1.id;
    let discarded = mail::discard(&kit.ctx(), &operator, letter, WHY).await;
    assert_eq!(refusal(discarded), Code::StaffProtected);
    kit.last_mail_to(&ada.email).await;
}
