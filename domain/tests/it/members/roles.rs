//! Roles are changed, members are removed and leave; an owner always stays.

use contract::{Code, MembershipId, OrganizationId, Role, members::Member};
use domain::{Actor, Result, members};
use serde_json::{Value, json};
use testkit::{Kit, Org, Person, on_each_database};

use crate::refusals::{refusal, refusal_on};

on_each_database! {
    a_role_is_changed_from_the_next_request_on_and_the_member_is_told,
    nobody_gives_a_role_above_their_own,
    nobody_changes_or_removes_somebody_above_them,
    everybody_may_step_down,
    the_same_role_leaves_no_trace,
    changing_a_role_is_for_members_of_the_organization,
    a_removed_member_is_out_at_the_next_request_and_is_told,
    removing_wants_a_role_that_may,
    removing_oneself_is_leaving,
    who_leaves_is_out_and_can_be_invited_again,
    leaving_is_for_members_and_happens_once,
    a_last_owner_stays_an_owner_whatever_is_tried,
    an_owner_who_cannot_sign_in_counts_for_nothing,
    when_the_primary_owner_goes_the_longest_standing_one_is_named,
}

async fn change(kit: &Kit, by: &Person, id: MembershipId, role: Role) -> Result<Member> {
    members::change_role(&kit.ctx(), &by.actor(), id, role).await
}

async fn remove(kit: &Kit, by: &Person, id: MembershipId) -> Result<()> {
    members::remove(&kit.ctx(), &by.actor(), id).await
}

async fn leave(kit: &Kit, actor: &Actor, id: OrganizationId) -> Result<()> {
    members::leave(&kit.ctx(), actor, id).await
}

/// Ada owns it, Grace is an admin, Mary a member; Eve is a stranger.
struct Acme {
    acme: Org,
    ada: Person,
    grace: Person,
    mary: Person,
    eve: Person,
    of_ada: MembershipId,
    of_grace: MembershipId,
    of_mary: MembershipId,
}

async fn acme(kit: &Kit) -> Acme {
    let [ada, grace, mary, eve] = [
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("mary").await,
        kit.person("eve").await,
    ];
    eve.signs_in().await;
    let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
    Acme {
        of_ada: acme.membership_of(&ada).await,
        of_grace: acme.with(&grace, Role::Admin).await,
        of_mary: acme.with(&mary, Role::Member).await,
        acme,
        ada,
        grace,
        mary,
        eve,
    }
}

// --- roles ------------------------------------------------------------------------------------------------------------------

async fn a_role_is_changed_from_the_next_request_on_and_the_member_is_told(kit: Kit) {
    let a = acme(&kit).await;
    kit.sql("UPDATE profiles SET time_zone = 'Asia/Tokyo'")
        .await;
    let after = change(&kit, &a.ada, a.of_mary, Role::Admin).await;
    let after = after.expect("owners may");
    assert_eq!((after.id, after.role), (a.of_mary, Role::Admin));
    assert_eq!(a.acme.role_of(&a.mary).await, Some(Role::Admin));
    let letter = kit.last_mail_to(&a.mary.email).await;
    assert_eq!(letter.template(), "role_changed");
    let text = &letter.letter.text;
    assert!(text.contains("You are an admin of Acme"), "{text}");
    assert!(text.contains(" JST"), "times are in her zone: {text}");
    let logged = a.acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("member.role_changed", Some(a.ada.id))
    );
    assert_eq!(
        (logged.before, logged.after),
        (
            Some(json!({ "role": "member" })),
            Some(json!({ "role": "admin" }))
        )
    );
}

async fn nobody_gives_a_role_above_their_own(kit: Kit) {
    let a = acme(&kit).await;
    for of in [a.of_mary, a.of_grace] {
        assert_eq!(
            refusal_on(change(&kit, &a.grace, of, Role::Owner).await),
            (Code::RoleTooHigh, "role".to_owned())
        );
    }
    change(&kit, &a.grace, a.of_mary, Role::Admin)
        .await
        .expect("admins make admins");
    kit.discards_mail().await;
    change(&kit, &a.grace, a.of_mary, Role::Member)
        .await
        .expect("and lower their equals");
    kit.discards_mail().await;
    for role in Role::ALL {
        assert_eq!(
            refusal(change(&kit, &a.mary, a.of_grace, role).await),
            Code::Forbidden
        );
    }
    for role in [Role::Admin, Role::Owner] {
        assert_eq!(
            refusal(change(&kit, &a.mary, a.of_mary, role).await),
            Code::Forbidden,
            "nobody raises themselves"
        );
    }
}

async fn nobody_changes_or_removes_somebody_above_them(kit: Kit) {
    let a = acme(&kit).await;
    for role in Role::ALL {
        assert_eq!(
            refusal(change(&kit, &a.grace, a.of_ada, role).await),
            Code::MemberAbove
        );
    }
    assert_eq!(
        refusal(remove(&kit, &a.grace, a.of_ada).await),
        Code::MemberAbove
    );
    assert_eq!(a.acme.role_of(&a.ada).await, Some(Role::Owner));
}

async fn everybody_may_step_down(kit: Kit) {
    let a = acme(&kit).await;
    let after = change(&kit, &a.grace, a.of_grace, Role::Member).await;
    assert_eq!(after.expect("down is free").role, Role::Member);
    assert!(
        kit.new_mail_to(&a.grace.email).await.is_empty(),
        "she knows"
    );
    assert_eq!(
        refusal(change(&kit, &a.grace, a.of_grace, Role::Admin).await),
        Code::Forbidden,
        "there is no way back up"
    );
    assert_eq!(a.acme.last_logged().await.by, Some(a.grace.id));
}

async fn the_same_role_leaves_no_trace(kit: Kit) {
    let a = acme(&kit).await;
    let before = a.acme.log().await.len();
    change(&kit, &a.ada, a.of_mary, Role::Member)
        .await
        .expect("it is what it was");
    change(&kit, &a.ada, a.of_ada, Role::Owner)
        .await
        .expect("also for the last owner");
    assert_eq!(a.acme.log().await.len(), before);
}

async fn changing_a_role_is_for_members_of_the_organization(kit: Kit) {
    let a = acme(&kit).await;
    let bell = kit.organization("bell").owned_by(&a.eve).await;
    let of_eve = bell.membership_of(&a.eve).await;
    let nobodys = MembershipId(uuid::Uuid::nil());
    for (by, of) in [
        (&a.eve, a.of_mary),
        (&a.eve, nobodys),
        (&a.ada, of_eve),
        (&a.ada, nobodys),
    ] {
        assert_eq!(
            refusal(change(&kit, by, of, Role::Member).await),
            Code::NotFound
        );
        assert_eq!(refusal(remove(&kit, by, of).await), Code::NotFound);
    }
    let (ctx, nobody) = (kit.ctx(), kit.anonymous());
    assert_eq!(
        refusal(members::change_role(&ctx, &nobody, a.of_mary, Role::Member).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(members::remove(&ctx, &nobody, a.of_mary).await),
        Code::Unauthenticated
    );
}

// --- removing and leaving ---------------------------------------------------------------------------------------------------

async fn a_removed_member_is_out_at_the_next_request_and_is_told(kit: Kit) {
    let a = acme(&kit).await;
    kit.sql("UPDATE profiles SET time_zone = 'Asia/Tokyo'")
        .await;
    remove(&kit, &a.grace, a.of_mary).await.expect("admins may");
    assert_eq!(a.acme.role_of(&a.mary).await, None);
    assert_eq!(a.acme.seen_by(&a.ada).await.organization().member_count, 2);
    let letter = kit.last_mail_to(&a.mary.email).await;
    assert_eq!(letter.template(), "member_removed");
    let text = &letter.letter.text;
    assert!(text.contains(" JST"), "times are in her zone: {text}");
    let logged = a.acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("member.removed", Some(a.grace.id))
    );
    assert_eq!(
        (logged.before, logged.after),
        (Some(json!({ "role": "member" })), Some(Value::Null))
    );
    assert_eq!(
        refusal(remove(&kit, &a.grace, a.of_mary).await),
        Code::NotFound,
        "once is enough"
    );
}

async fn removing_wants_a_role_that_may(kit: Kit) {
    let a = acme(&kit).await;
    for of in [a.of_ada, a.of_grace] {
        assert_eq!(refusal(remove(&kit, &a.mary, of).await), Code::Forbidden);
    }
    remove(&kit, &a.ada, a.of_grace).await.expect("owners may");
    kit.discards_mail().await;
    assert_eq!(
        refusal(remove(&kit, &a.grace, a.of_mary).await),
        Code::NotFound,
        "whoever is out removes nobody"
    );
}

async fn removing_oneself_is_leaving(kit: Kit) {
    let a = acme(&kit).await;
    remove(&kit, &a.mary, a.of_mary)
        .await
        .expect("everybody may");
    assert_eq!(a.acme.last_logged().await.action, "member.left");
    assert!(kit.new_mail_to(&a.mary.email).await.is_empty());
    assert_eq!(
        refusal(remove(&kit, &a.ada, a.of_ada).await),
        Code::LastOwner
    );
}

async fn who_leaves_is_out_and_can_be_invited_again(kit: Kit) {
    let a = acme(&kit).await;
    leave(&kit, &a.mary.actor(), a.acme.id)
        .await
        .expect("everybody may");
    assert_eq!(a.acme.role_of(&a.mary).await, None);
    let logged = a.acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.before, logged.after),
        (
            "member.left",
            Some(json!({ "role": "member" })),
            Some(Value::Null)
        )
    );
    let of_mary = a.acme.with(&a.mary, Role::Admin).await;
    assert_ne!(of_mary, a.of_mary, "another membership");
    assert_eq!(a.acme.role_of(&a.mary).await, Some(Role::Admin));
}

async fn leaving_is_for_members_and_happens_once(kit: Kit) {
    let a = acme(&kit).await;
    let nobodys = OrganizationId(uuid::Uuid::nil());
    for (actor, id, code) in [
        (kit.anonymous(), a.acme.id, Code::Unauthenticated),
        (a.eve.actor(), a.acme.id, Code::NotFound),
        (a.ada.actor(), nobodys, Code::NotFound),
    ] {
        assert_eq!(refusal(leave(&kit, &actor, id).await), code);
    }
    leave(&kit, &a.mary.actor(), a.acme.id)
        .await
        .expect("everybody may");
    assert_eq!(
        refusal(leave(&kit, &a.mary.actor(), a.acme.id).await),
        Code::NotFound
    );
}

// --- the last owner ---------------------------------------------------------------------------------------------------------

async fn a_last_owner_stays_an_owner_whatever_is_tried(kit: Kit) {
    let a = acme(&kit).await;
    for role in [Role::Admin, Role::Member] {
        assert_eq!(
            refusal(change(&kit, &a.ada, a.of_ada, role).await),
            Code::LastOwner
        );
    }
    assert_eq!(
        refusal(leave(&kit, &a.ada.actor(), a.acme.id).await),
        Code::LastOwner
    );
    change(&kit, &a.ada, a.of_grace, Role::Owner)
        .await
        .expect("owners make owners");
    kit.discards_mail().await;
    leave(&kit, &a.ada.actor(), a.acme.id)
        .await
        .expect("there is another one");
    assert_eq!(
        refusal(leave(&kit, &a.grace.actor(), a.acme.id).await),
        Code::LastOwner
    );
}

async fn an_owner_who_cannot_sign_in_counts_for_nothing(kit: Kit) {
    let a = acme(&kit).await;
    change(&kit, &a.ada, a.of_grace, Role::Owner)
        .await
        .expect("owners make owners");
    kit.discards_mail().await;
    a.grace.is_suspended().await;
    assert_eq!(
        refusal(leave(&kit, &a.ada.actor(), a.acme.id).await),
        Code::LastOwner
    );
    assert_eq!(
        refusal(change(&kit, &a.ada, a.of_ada, Role::Admin).await),
        Code::LastOwner
    );
    change(&kit, &a.ada, a.of_grace, Role::Member)
        .await
        .expect("the suspended one can be lowered");
    kit.discards_mail().await;
}

async fn when_the_primary_owner_goes_the_longest_standing_one_is_named(kit: Kit) {
    let a = acme(&kit).await;
    let joan = kit.person("joan").await;
    a.acme.with(&joan, Role::Owner).await;
    change(&kit, &a.ada, a.of_grace, Role::Owner)
        .await
        .expect("owners make owners");
    kit.discards_mail().await;
    change(&kit, &a.ada, a.of_ada, Role::Member)
        .await
        .expect("there are others");
    let owner = a.acme.seen_by(&a.mary).await.organization().owner_id;
    assert_eq!(owner, a.grace.id, "she joined before joan");
    change(&kit, &joan, a.of_grace, Role::Admin)
        .await
        .expect("owners lower owners");
    kit.discards_mail().await;
    let owner = a.acme.seen_by(&a.mary).await.organization().owner_id;
    assert_eq!(owner, joan.id);
}
