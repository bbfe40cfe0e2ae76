//! Organizations, as staff see and suspend them.

use contract::{Code, Role, members::ListMembers, verification::Verdict};
use domain::{
    admin,
    api_keys::ListKeys,
    invitations, members,
    organizations::{self, Plan},
};
use testkit::{Kit, on_each_database};

use super::{WHY, staff};
use crate::{
    api_keys::{caller, key, plain, verdict},
    refusals::refusal,
};

on_each_database! {
    an_organization_is_shown_from_outside,
    a_suspended_organization_keeps_everybody_out_until_that_is_lifted,
    who_is_kept_out_by_a_suspension_can_leave_and_nobody_joins,
    what_staff_delete_owners_restore,
}

async fn an_organization_is_shown_from_outside(kit: Kit) {
    let grace = staff(&kit).await;
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    acme.invites("zoe@example.test", Role::Member).await;
    let made = key(&kit, &acme, &ada, &plain("Key")).await.key;
    let ctx = kit.ctx();
    let detail = admin::organizations::get(&ctx, &grace, acme.id).await;
    let detail = detail.expect("staff may look");
    assert_eq!(
        (
            detail.row.owner.id,
            detail.row.keys,
            detail.owners,
            detail.invitations,
            detail.quota.limit
        ),
        (ada.id, 1, 1, 1, 10_000)
    );
    let all = admin::organizations::members(&ctx, &grace, acme.id, &ListMembers::default()).await;
    let emails: Vec<_> = all
        .expect("staff may look")
        .items
        .into_iter()
        .filter_map(|(_, member)| member.person.email)
        .collect();
    assert_eq!(emails, [ada.email.clone(), mary.email.clone()]);
    let keys = admin::organizations::keys(&ctx, &grace, acme.id, &ListKeys::default()).await;
    assert_eq!(keys.expect("staff may look").items[0].1.id, made.id);
    // To look is not to be a member.
    let entered = organizations::enter_by_id(&ctx, &grace, acme.id).await;
    assert_eq!(refusal(entered), Code::NotFound);
}

async fn a_suspended_organization_keeps_everybody_out_until_that_is_lifted(kit: Kit) {
    let grace = staff(&kit).await;
    let (ada, mary) = (kit.person("ada").await, kit.person("mary").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    let made = key(&kit, &acme, &ada, &plain("Key")).await;
    let secret = made.secret.expose();
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);

    for _ in 0..2 {
        let after = organizations::suspend(&kit.ctx(), &grace, acme.id, WHY).await;
        assert!(after.expect("staff may").suspended_at.is_some());
    }
    let letters = kit.new_mail_to(&ada.email).await;
    assert_eq!(letters.len(), 1, "once is enough");
    assert_eq!(letters[0].template(), "organization_suspended");
    assert!(
        !letters[0].letter.text.contains(WHY),
        "why is for the operator to say"
    );
    assert_eq!(
        verdict(&kit, secret).await,
        Verdict::OrganizationSuspended,
        "at once"
    );
    assert!(caller(&kit, secret).await.is_none());
    for person in [&ada, &mary] {
        let entered = organizations::enter(&kit.ctx(), &person.actor(), "acme").await;
        assert_eq!(refusal(entered), Code::OrganizationSuspended);
    }
    let deleted = organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme").await;
    assert_eq!(refusal(deleted), Code::OrganizationSuspended);
    let used = organizations::last_used(&kit.ctx(), &ada.actor()).await;
    assert!(used.expect("she is signed in").is_none());
    let own = organizations::find_own(&kit.ctx(), &ada.actor(), "acme").await;
    assert!(own.is_ok(), "it stands in her list");

    organizations::unsuspend(&kit.ctx(), &grace, acme.id, WHY)
        .await
        .expect("staff may");
    let told = kit.last_mail_to(&ada.email).await;
    assert_eq!(told.template(), "organization_unsuspended");
    assert_eq!(verdict(&kit, secret).await, Verdict::Valid);
    assert_eq!(acme.role_of(&mary).await, Some(Role::Member));
}

async fn who_is_kept_out_by_a_suspension_can_leave_and_nobody_joins(kit: Kit) {
    let (system, operator) = (kit.system(), kit.operator());
    let [ada, mary, zoe] = [
        kit.person("ada").await,
        kit.person("mary").await,
        kit.person("zoe").await,
    ];
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&mary, Role::Member).await;
    let invite = acme.invites(&zoe.email, Role::Member).await;
    organizations::suspend(&system, &operator, acme.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    let joined =
        invitations::accept_by_token(&kit.ctx(), &zoe.signed_in().await, &invite.token).await;
    assert_eq!(refusal(joined), Code::OrganizationSuspended);
    members::leave(&kit.ctx(), &mary.actor(), acme.id)
        .await
        .expect("nothing keeps a member from leaving");
    kit.discards_mail().await;
    organizations::unsuspend(&system, &operator, acme.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    assert_eq!(acme.role_of(&mary).await, None);
    invitations::accept_by_token(&kit.ctx(), &zoe.actor(), &invite.token)
        .await
        .expect("the invitation has waited");
    kit.discards_mail().await;
}

async fn what_staff_delete_owners_restore(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let set = organizations::set_plan_of(&kit.ctx(), &grace, acme.id, Plan::default(), WHY).await;
    assert!(set.is_ok());
    let delete = async || organizations::delete_as_staff(&kit.ctx(), &grace, acme.id, WHY).await;
    delete().await.expect("staff may");
    assert_eq!(refusal(delete().await), Code::PendingDeletion);
    let told = kit.last_mail_to(&ada.email).await;
    assert_eq!(told.template(), "organization_deleted");
    organizations::restore(&kit.ctx(), &ada.actor(), acme.id)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let restored = organizations::restore_as_staff(&kit.ctx(), &grace, acme.id, WHY).await;
    assert_eq!(refusal(restored), Code::NotPendingDeletion);
    delete().await.expect("staff may");
    organizations::restore_as_staff(&kit.ctx(), &grace, acme.id, WHY)
        .await
        .expect("staff may");
    kit.discards_mail().await;
    assert_eq!(acme.role_of(&ada).await, Some(Role::Owner));
}
