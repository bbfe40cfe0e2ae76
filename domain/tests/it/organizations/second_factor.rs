//! An organization asks for a second factor: members are told, have time, and are kept out from then on until they have one.

use contract::{
    Code, OrganizationId, Role,
    members::{ListMembers, MemberFilter},
    organizations::UpdateOrganization,
    page::PageRequest,
};
use domain::{
    Actor, InOrg, Result, accounts, api_keys, invitations, maintenance, members, organizations,
    own_data, passkeys, second_factors,
};
use serde_json::json;
use testkit::{App, Authenticator, Kit, Org, Person, on_each_database};

use crate::{
    members::usernames,
    refusals::{refusal, refusal_on},
};

on_each_database! {
    an_owner_asks_for_it_and_who_lacks_one_is_told,
    asking_wants_an_owner_who_has_one_and_a_fresh_proof,
    the_same_again_writes_to_nobody_and_another_moment_to_all,
    of_many_changes_few_write_to_all_however_often_it_is_cleaned_up,
    after_a_clock_was_ahead_changes_are_counted_anew,
    until_the_moment_all_get_in_and_from_then_on_who_has_one,
    setting_one_up_opens_it_and_removing_the_last_closes_it,
    who_is_kept_out_finds_nothing_open,
    who_is_kept_out_may_leave_and_delete_the_account,
    keys_and_operators_are_not_kept_out,
    who_joins_later_is_a_member_and_kept_out,
    an_owner_who_has_none_any_more_is_kept_out_too,
    once_it_is_lifted_all_get_in,
    many_are_told_in_steps_and_each_once,
    who_lacks_one_is_found_page_by_page,
    where_nothing_is_due_it_costs_no_statement,
}

const DAY: i64 = 24 * 60 * 60;

/// The person, who has just proved who they are.
fn fresh(kit: &Kit, person: &Person) -> Actor {
    let mut actor = person.actor();
    if let Actor::User(user) = &mut actor {
        user.authenticated_at = kit.ctx().now();
    }
    actor
}

async fn require(kit: &Kit, actor: &Actor, id: OrganizationId, days: i64) -> Result<InOrg> {
    organizations::require_second_factor(&kit.ctx(), actor, id, days).await
}

async fn enter(kit: &Kit, person: &Person, acme: &Org) -> Result<InOrg> {
    organizations::enter_by_id(&kit.ctx(), &person.actor(), acme.id).await
}

/// Ada owns it and has an app; Grace is an admin and Mary a member without.
struct Acme {
    acme: Org,
    ada: Person,
    grace: Person,
    mary: Person,
    app: App,
}

impl Acme {
    async fn founded(kit: &Kit) -> Self {
        let (ada, grace, mary) = (
            kit.person("ada").await,
            kit.person("grace").await,
            kit.person("mary").named("Mary Jackson").await,
        );
        let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
        acme.with(&grace, Role::Admin).await;
        acme.with(&mary, Role::Member).await;
        let app = ada.sets_app_up(kit).await;
        kit.discards_mail().await;
        Self {
            acme,
            ada,
            grace,
            mary,
            app,
        }
    }

    /// Asked for in so many days; the letters are thrown away.
    async fn asking(kit: &Kit, days: i64) -> Self {
        let acme = Self::founded(kit).await;
        require(kit, &acme.ada.actor(), acme.acme.id, days)
            .await
            .expect("the owner has one");
        kit.discards_mail().await;
        acme
    }
}

async fn an_owner_asks_for_it_and_who_lacks_one_is_told(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::founded(&kit).await;
    let input = contract::accounts::UpdatePreferences {
        time_zone: Some("Asia/Tokyo".to_owned()),
        ..contract::accounts::UpdatePreferences::default()
    };
    accounts::update_preferences(&kit.ctx(), &mary.actor(), input)
        .await
        .expect("it is a time zone");
    grace.is_suspended().await;
    kit.discards_mail().await;
    let earliest = kit.ctx().now().plus_seconds(7 * DAY);
    let after = require(&kit, &ada.actor(), acme.id, 7).await;
    let from = after
        .expect("the owner has one")
        .organization()
        .second_factor_from;
    let latest = kit.ctx().now().plus_seconds(7 * DAY);
    let from = from.expect("it is asked for");
    assert!(earliest < from && from < latest, "in 7 days: {from}");
    let letters = kit.new_mail_to(&mary.email).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].template(), "second_factor_asked");
    let text = &letters[0].letter.text;
    assert!(text.contains("Hello Mary Jackson. Acme asks"), "{text}");
    assert!(text.contains("JST"), "the date is in her time zone: {text}");
    assert!(text.contains("/account/security"), "{text}");
    for told_nothing in [&ada, &grace] {
        assert_eq!(kit.new_mail_to(&told_nothing.email).await.len(), 0);
    }
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("organization.second_factor_required", Some(ada.id))
    );
    assert_eq!(
        (logged.before, logged.after),
        (
            Some(json!({ "second_factor_from": null })),
            Some(json!({ "second_factor_from": from }))
        )
    );
    assert_eq!(organizations_waiting(&kit).await, 0, "all are told");
}

async fn organizations_waiting(kit: &Kit) -> i64 {
    kit.number("SELECT count(*) FROM organizations WHERE second_factor_told IS NOT NULL")
        .await
}

async fn asking_wants_an_owner_who_has_one_and_a_fresh_proof(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        app,
    } = Acme::founded(&kit).await;
    let eve = kit.person("eve").await.signed_in().await;
    let lift =
        async |actor: &Actor| organizations::lift_second_factor(&kit.ctx(), actor, acme.id).await;
    for (actor, code) in [
        (kit.anonymous(), Code::Unauthenticated),
        (kit.operator(), Code::Unauthenticated),
        (eve, Code::NotFound),
        (mary.actor(), Code::Forbidden),
        (grace.actor(), Code::Forbidden),
    ] {
        assert_eq!(refusal(require(&kit, &actor, acme.id, 7).await), code);
        assert_eq!(refusal(lift(&actor).await), code);
    }
    for days in [-1, 91] {
        assert_eq!(
            refusal_on(require(&kit, &ada.actor(), acme.id, days).await),
            (Code::OutOfRange, "graceDays".to_owned())
        );
    }
    assert_eq!(
        refusal(require(&kit, &ada.actor(), OrganizationId::NOTHING, 7).await),
        Code::NotFound
    );
    kit.clock.advance(600);
    assert_eq!(
        refusal(require(&kit, &ada.actor(), acme.id, 7).await),
        Code::StepUpRequired
    );
    assert_eq!(refusal(lift(&ada.actor()).await), Code::StepUpRequired);
    let owner = fresh(&kit, &ada);
    second_factors::remove_app(&kit.ctx(), &owner, &app.recovery_codes[0].as_str().into())
        .await
        .expect("it is hers");
    assert_eq!(
        refusal(require(&kit, &owner, acme.id, 7).await),
        Code::SecondFactorMissing
    );
    organizations::delete(&kit.ctx(), &owner, acme.id, "acme")
        .await
        .expect("owners may");
    assert_eq!(
        refusal(require(&kit, &owner, acme.id, 7).await),
        Code::PendingDeletion
    );
    kit.discards_mail().await;
    let seen = acme.seen_by(&mary).await;
    assert_eq!(seen.organization().second_factor_from, None);
}

async fn the_same_again_writes_to_nobody_and_another_moment_to_all(kit: Kit) {
    let Acme {
        acme, ada, mary, ..
    } = Acme::asking(&kit, 7).await;
    let logged = acme.log().await.len();
    kit.clock.advance(60);
    let again = require(&kit, &ada.actor(), acme.id, 7).await;
    again.expect("it is asked for already");
    assert_eq!(acme.log().await.len(), logged, "nothing has changed");
    assert_eq!(kit.new_mail_to(&mary.email).await.len(), 0);
    let sooner = require(&kit, &ada.actor(), acme.id, 0).await;
    let sooner = sooner.expect("another moment can be set");
    assert!(sooner.organization().needs_second_factor(kit.ctx().now()));
    let letter = kit.last_mail_to(&mary.email).await;
    assert!(letter.letter.text.contains("From now on Acme opens only"));
    kit.clock.advance(DAY);
    let logged = acme.log().await.len();
    require(&kit, &fresh(&kit, &ada), acme.id, 0)
        .await
        .expect("it is in force already");
    assert_eq!(acme.log().await.len(), logged);
    let later = require(&kit, &fresh(&kit, &ada), acme.id, 14).await;
    later.expect("more time can be given");
    kit.discards_mail().await;
    assert!(
        enter(&kit, &mary, &acme).await.is_ok(),
        "she has time again"
    );
}

async fn of_many_changes_few_write_to_all_however_often_it_is_cleaned_up(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    for days in 1..=5 {
        let done = require(&kit, &ada.actor(), acme.id, days).await;
        done.expect("five are free");
        maintenance::sweep(&kit.system())
            .await
            .expect("the database is there");
    }
    let refused = require(&kit, &ada.actor(), acme.id, 6).await;
    assert_eq!(refusal(refused), Code::RateLimited);
    kit.discards_mail().await;
}

async fn after_a_clock_was_ahead_changes_are_counted_anew(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    kit.clock.advance(30 * DAY);
    let done = require(&kit, &fresh(&kit, &ada), acme.id, 1).await;
    done.expect("the first is free");
    kit.discards_mail().await;
    kit.clock.advance(-30 * DAY);
    for days in 2..=6 {
        let done = require(&kit, &fresh(&kit, &ada), acme.id, days).await;
        done.expect("five are free");
    }
    let refused = require(&kit, &fresh(&kit, &ada), acme.id, 7).await;
    assert_eq!(refusal(refused), Code::RateLimited);
    kit.discards_mail().await;
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

async fn once_it_is_lifted_all_get_in(kit: Kit) {
    let Acme {
        acme, ada, mary, ..
    } = Acme::asking(&kit, 0).await;
    let from = acme.seen_by(&ada).await.organization().second_factor_from;
    let lift = async || {
        let done = organizations::lift_second_factor(&kit.ctx(), &fresh(&kit, &ada), acme.id).await;
        done.expect("owners may")
    };
    assert_eq!(lift().await.organization().second_factor_from, None);
    assert!(enter(&kit, &mary, &acme).await.is_ok());
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.before, logged.after),
        (
            "organization.second_factor_lifted",
            Some(json!({ "second_factor_from": from })),
            Some(json!({ "second_factor_from": null }))
        )
    );
    let entries = acme.log().await.len();
    lift().await;
    assert_eq!(acme.log().await.len(), entries, "nothing was to be lifted");
}

async fn many_are_told_in_steps_and_each_once(kit: Kit) {
    let Acme { acme, ada, .. } = Acme::founded(&kit).await;
    acme.with_crowd(1..249).await;
    let letters = async || {
        kit.number("SELECT count(*) FROM mails WHERE template = 'second_factor_asked'")
            .await
    };
    require(&kit, &ada.actor(), acme.id, 30)
        .await
        .expect("the owner has one");
    assert_eq!(letters().await, 100, "one step, with the change itself");
    assert_eq!(organizations_waiting(&kit).await, 1);
    // Lifted meanwhile, the rest hear nothing.
    organizations::lift_second_factor(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 100);
    require(&kit, &ada.actor(), acme.id, 30)
        .await
        .expect("the owner has one");
    assert_eq!(letters().await, 200);
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 100 + 250, "248 and two who joined by hand");
    assert_eq!(organizations_waiting(&kit).await, 0);
    maintenance::sweep(&kit.system()).await.expect("it runs");
    assert_eq!(letters().await, 350, "each is told once");
    let to = "SELECT count(DISTINCT recipient) FROM mails WHERE template = 'second_factor_asked'";
    assert_eq!(kit.number(to).await, 250);
    let spread = "SELECT max(next_attempt_at) - min(next_attempt_at) FROM mails WHERE template = 'second_factor_asked'";
    assert!(kit.number(spread).await >= 99 * 200, "one after the other");
    kit.discards_mail().await;
}

async fn who_lacks_one_is_found_page_by_page(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::founded(&kit).await;
    acme.with_crowd(1..30).await;
    grace
        .sets_passkey_up(&kit, &mut Authenticator::new(&kit, 7))
        .await;
    kit.discards_mail().await;
    let viewer = acme.seen_by(&grace).await;
    let filter = |has| MemberFilter {
        has_second_factor: Some(has),
        ..MemberFilter::default()
    };
    let lacking = filter(false);
    let counted = members::count(&kit.ctx(), &viewer, &lacking).await;
    assert_eq!(counted.expect("admins may"), 30);
    let mut input = ListMembers {
        filter: lacking.clone(),
        page: PageRequest::first(12),
    };
    let mut found = Vec::new();
    loop {
        let page = members::list(&kit.ctx(), &viewer, &input).await;
        let page = page.expect("admins may");
        found.extend(page.items.iter().map(|(_, member)| member.clone()));
        let Some(after) = page.next() else { break };
        input.page.after = Some(after.to_owned());
    }
    assert_eq!(found.len(), 30);
    assert!(
        found
            .iter()
            .all(|member| member.has_second_factor == Some(false))
    );
    assert!(found.iter().any(|member| member.person.id == mary.id));
    let having = ListMembers {
        filter: filter(true),
        page: PageRequest::first(100),
    };
    let having = members::list(&kit.ctx(), &viewer, &having).await;
    let having = having.expect("admins may");
    assert_eq!(usernames(&having), ["ada", "grace"]);

    let member = acme.seen_by(&mary).await;
    assert_eq!(
        refusal(members::list(&kit.ctx(), &member, &input).await),
        Code::Forbidden
    );
    assert_eq!(
        refusal(members::count(&kit.ctx(), &member, &lacking).await),
        Code::Forbidden
    );
    let told = async |id| {
        let found = members::get(&kit.ctx(), &member, id).await;
        found.expect("members see members").has_second_factor
    };
    let of_ada = acme.membership_of(&ada).await;
    assert_eq!(told(of_ada).await, None, "of another she is not told");
    assert_eq!(told(member.membership_id()).await, Some(false), "her own");
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
