//! From the moment on, whoever has none is kept out, and nobody else.

use contract::{
    Code, Role, members::ListMembers, organizations::UpdateOrganization, page::PageRequest,
};
use domain::{
    Actor, api_keys, invitations, members, organizations, own_data, passkeys, second_factors,
};
use testkit::{Authenticator, Kit, Person, on_each_database};

use super::{Acme, DAY, enter, fresh, require};
use crate::refusals::refusal;

on_each_database! {
    until_the_moment_all_get_in_and_from_then_on_who_has_one,
    setting_one_up_opens_it_and_removing_the_last_closes_it,
    who_is_kept_out_finds_nothing_open,
    who_is_kept_out_may_leave_and_delete_the_account,
    keys_and_operators_are_not_kept_out,
    who_joins_later_is_a_member_and_kept_out,
    an_owner_who_has_none_any_more_is_kept_out_too,
    where_nothing_is_due_it_costs_no_statement,
}

async fn until_the_moment_all_get_in_and_from_then_on_who_has_one(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::asking(&kit, 7).await;
    kit.clock.advance(7 * DAY - 60);
    for person in [&ada, &grace, &mary] {
        assert!(enter(&kit, person, &acme).await.is_ok());
    }
    kit.clock.advance(60);
    assert!(enter(&kit, &ada, &acme).await.is_ok(), "she has an app");
    for person in [&grace, &mary] {
        assert_eq!(
            refusal(enter(&kit, person, &acme).await),
            Code::SecondFactorRequired
        );
    }
    let bell = kit.organization("bell").owned_by(&mary).await;
    assert!(enter(&kit, &mary, &bell).await.is_ok(), "elsewhere nothing");
}

async fn setting_one_up_opens_it_and_removing_the_last_closes_it(kit: Kit) {
    let Acme { acme, mary, .. } = Acme::asking(&kit, 0).await;
    let closed = async || refusal(enter(&kit, &mary, &acme).await);
    assert_eq!(closed().await, Code::SecondFactorRequired);
    let pending = second_factors::begin_app(&kit.ctx(), &mary.actor()).await;
    pending.expect("she may");
    assert_eq!(
        closed().await,
        Code::SecondFactorRequired,
        "an app that no code has confirmed is none"
    );
    let app = mary.sets_app_up(&kit).await;
    assert_eq!(acme.role_of(&mary).await, Some(Role::Member));
    let mut key = Authenticator::new(&kit, 7);
    let passkey = mary.sets_passkey_up(&kit, &mut key).await.passkey;
    let (ctx, actor) = (kit.ctx(), mary.actor());
    second_factors::remove_app(&ctx, &actor, &app.recovery_codes[0].as_str().into())
        .await
        .expect("it is hers");
    assert!(enter(&kit, &mary, &acme).await.is_ok(), "a passkey does");
    passkeys::remove(&ctx, &actor, passkey.id)
        .await
        .expect("it is hers");
    assert_eq!(closed().await, Code::SecondFactorRequired);
    kit.discards_mail().await;
}

async fn who_is_kept_out_finds_nothing_open(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::asking(&kit, 0).await;
    let (ctx, actor) = (kit.ctx(), grace.actor());
    let needed = Code::SecondFactorRequired;
    assert_eq!(
        refusal(organizations::enter(&ctx, &actor, "acme").await),
        needed
    );
    assert_eq!(
        refusal(organizations::find(&ctx, &actor, "acme").await),
        needed
    );
    let input = UpdateOrganization {
        name: Some("Other".to_owned()),
        slug: None,
    };
    assert_eq!(
        refusal(organizations::update(&ctx, &actor, acme.id, input).await),
        needed
    );
    let of_mary = members::list(&ctx, &acme.seen_by(&ada).await, &ListMembers::default())
        .await
        .expect("owners may")
        .items
        .pop()
        .expect("she is the last")
        .1
        .id;
    assert_eq!(
        refusal(members::remove(&ctx, &actor, of_mary).await),
        needed
    );
    assert_eq!(
        refusal(members::organization_of(&ctx, &actor, of_mary).await),
        needed
    );
    let input = contract::invitations::InviteMembers {
        emails: "new@example.test".to_owned(),
        role: "member".to_owned(),
        ..contract::invitations::InviteMembers::default()
    };
    assert_eq!(
        refusal(invitations::send(&ctx, &actor, acme.id, input).await),
        needed
    );
    let fellows = members::fellows(&ctx, &actor, &[ada.id, mary.id]).await;
    assert_eq!(fellows.map(|found| found.len()).ok(), Some(0));
    let by_ada = members::fellows(&ctx, &ada.actor(), &[grace.id, mary.id]).await;
    assert_eq!(by_ada.map(|found| found.len()).ok(), Some(2));

    let bell = kit.organization("bell").owned_by(&grace).await;
    let mut loaded = organizations::load(&ctx, &actor, &[acme.id, bell.id])
        .await
        .expect("the database is there");
    let mut take = |id| loaded.remove(&id).expect("she is a member of both");
    assert_eq!(refusal(take(acme.id)), needed);
    assert!(take(bell.id).is_ok(), "one that is closed spoils no other");
    let own = organizations::page_own(&ctx, &actor, &PageRequest::default())
        .await
        .expect("they are her own");
    let seen: Vec<(&str, bool)> = own
        .items
        .iter()
        .map(|(_, own)| (own.organization_name.as_str(), own.in_org.is_some()))
        .collect();
    assert_eq!(seen, [("Acme", false), ("BELL", true)]);
    let needing = organizations::list_needing_second_factor(&ctx, &actor).await;
    let needing = needing.expect("they are her own");
    assert_eq!(needing.len(), 1);
    assert_eq!(needing[0].id, acme.id);
    let stranger = kit.person("eve").await.signed_in().await;
    assert_eq!(
        refusal(organizations::enter(&ctx, &stranger, "acme").await),
        Code::NotFound,
        "a stranger does not learn that it is there"
    );
}

async fn who_is_kept_out_may_leave_and_delete_the_account(kit: Kit) {
    let Acme {
        acme, grace, mary, ..
    } = Acme::asking(&kit, 0).await;
    let preview = own_data::preview(&kit.ctx(), &grace.actor()).await;
    preview.expect("an account can always go");
    members::leave(&kit.ctx(), &mary.actor(), acme.id)
        .await
        .expect("nobody is held");
    assert_eq!(
        refusal(enter(&kit, &mary, &acme).await),
        Code::NotFound,
        "she is a member no more"
    );
    assert_eq!(acme.last_logged().await.action, "member.left");
}

async fn keys_and_operators_are_not_kept_out(kit: Kit) {
    let Acme {
        acme, ada, grace, ..
    } = Acme::founded(&kit).await;
    let input = contract::api_keys::CreateApiKey {
        name: "Caller".to_owned(),
        scopes: vec!["members:read".to_owned()],
        ..contract::api_keys::CreateApiKey::default()
    };
    // Made by somebody who is kept out later.
    let made = api_keys::create(&kit.ctx(), &grace.actor(), acme.id, &input).await;
    let secret = made.expect("admins may").secret.expose().to_owned();
    require(&kit, &ada.actor(), acme.id, 0)
        .await
        .expect("the owner has one");
    kit.discards_mail().await;
    let caller = crate::api_keys::caller(&kit, &secret).await;
    let key = Actor::Key(caller.expect("it is good"));
    let seen = organizations::enter_by_id(&kit.ctx(), &key, acme.id).await;
    let seen = seen.expect("a key is no person");
    let listed = members::list(&kit.ctx(), &seen, &ListMembers::default()).await;
    assert_eq!(listed.map(|page| page.items.len()).ok(), Some(3));
    let plan = organizations::Plan {
        seats: Some(Some(9)),
        ..organizations::Plan::default()
    };
    let set = organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test").await;
    assert!(set.is_ok());
}

async fn who_joins_later_is_a_member_and_kept_out(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::asking(&kit, 0).await;
    let eve = kit.person("eve").await;
    eve.signed_in().await;
    let owner = fresh(&kit, &ada);
    let input = contract::invitations::InviteMembers {
        emails: eve.email.clone(),
        role: "admin".to_owned(),
        ..contract::invitations::InviteMembers::default()
    };
    invitations::send(&kit.ctx(), &owner, acme.id, input)
        .await
        .expect("owners may");
    let token = kit.last_mail_to(&eve.email).await.token();
    let joined = invitations::accept_by_token(&kit.ctx(), &eve.actor(), &token).await;
    let joined = joined.expect("joining needs no second factor");
    assert_eq!(joined.member_count, 4);
    assert_eq!(
        refusal(enter(&kit, &eve, &acme).await),
        Code::SecondFactorRequired
    );
    eve.sets_app_up(&kit).await;
    assert_eq!(acme.role_of(&eve).await, Some(Role::Admin));
    kit.discards_mail().await;
}

async fn an_owner_who_has_none_any_more_is_kept_out_too(kit: Kit) {
    let Acme { acme, ada, app, .. } = Acme::asking(&kit, 0).await;
    let owner = ada.actor();
    second_factors::remove_app(&kit.ctx(), &owner, &app.recovery_codes[0].as_str().into())
        .await
        .expect("it is hers");
    kit.discards_mail().await;
    let lifted = organizations::lift_second_factor(&kit.ctx(), &owner, acme.id).await;
    assert_eq!(refusal(lifted), Code::SecondFactorRequired);
    assert_eq!(
        refusal(members::leave(&kit.ctx(), &owner, acme.id).await),
        Code::LastOwner
    );
    ada.sets_app_up(&kit).await;
    kit.discards_mail().await;
    let lifted = organizations::lift_second_factor(&kit.ctx(), &fresh(&kit, &ada), acme.id).await;
    assert!(lifted.is_ok(), "with another one she is in again");
}

async fn where_nothing_is_due_it_costs_no_statement(kit: Kit) {
    let Acme {
        acme, ada, mary, ..
    } = Acme::founded(&kit).await;
    let entering = async |person: &Person| {
        let (done, statements) = kit.statements_of(enter(&kit, person, &acme)).await;
        done.expect("all get in");
        statements.len()
    };
    let before = entering(&mary).await;
    require(&kit, &ada.actor(), acme.id, 7)
        .await
        .expect("the owner has one");
    kit.discards_mail().await;
    assert_eq!(entering(&mary).await, before, "she still has time");
    kit.clock.advance(7 * DAY);
    let after = entering(&ada).await;
    assert!(
        after <= before + 2,
        "the factor alone is looked up: {before} and {after}"
    );
}
