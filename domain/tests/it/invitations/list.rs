//! Invitations are listed and looked up by who may invite.

use contract::{Code, InvitationId, Role, invitations::InvitationStatus, page::PageRequest};
use domain::{invitations, members};
use testkit::{Kit, Person, on_each_database};

use super::{DAY, acme};
use crate::refusals::{refusal, refusal_on};

on_each_database! {
    the_list_shows_what_was_not_accepted_newest_first,
    the_list_is_paged_and_its_cursors_are_its_own,
    one_is_looked_up_by_who_may_invite,
}

async fn the_list_shows_what_was_not_accepted_newest_first(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let expired = acme.invites("expired@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    let revoked = acme.invites("revoked@example.test", Role::Member).await;
    let declined = acme.invites("declined@example.test", Role::Member).await;
    let pending = acme.invites("pending@example.test", Role::Owner).await;
    invitations::revoke(&kit.ctx(), &ada.actor(), revoked.id)
        .await
        .expect("owners may");
    invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &declined.token)
        .await
        .expect("the secret is good");
    kit.discards_mail().await;
    let list = async |viewer: &Person| {
        invitations::list(
            &kit.ctx(),
            &acme.seen_by(viewer).await,
            &PageRequest::default(),
        )
        .await
    };
    for viewer in [&ada, &grace] {
        let page = list(viewer).await.expect("they may invite");
        let shown: Vec<_> = page
            .items
            .iter()
            .map(|(_, one)| (one.id, one.status))
            .collect();
        assert_eq!(
            shown,
            [
                (pending.id, InvitationStatus::Pending),
                (declined.id, InvitationStatus::Declined),
                (revoked.id, InvitationStatus::Revoked),
                (expired.id, InvitationStatus::Expired)
            ]
        );
        let waiting = invitations::count_pending(&kit.ctx(), &acme.seen_by(viewer).await).await;
        assert_eq!(waiting.expect("they may invite"), 1);
    }
    assert_eq!(refusal(list(&mary).await), Code::Forbidden);
    let counted = invitations::count_pending(&kit.ctx(), &acme.seen_by(&mary).await).await;
    assert_eq!(refusal(counted), Code::Forbidden);
}

async fn the_list_is_paged_and_its_cursors_are_its_own(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let mut ids: Vec<InvitationId> = Vec::new();
    for number in 0..7 {
        ids.insert(
            0,
            acme.invites(&format!("p{number}@example.test"), Role::Member)
                .await
                .id,
        );
    }
    let viewer = acme.seen_by(&ada).await;
    let (mut seen, mut request) = (Vec::new(), PageRequest::first(3));
    loop {
        let page = invitations::list(&kit.ctx(), &viewer, &request)
            .await
            .expect("owners may");
        seen.extend(page.items.iter().map(|(_, one)| one.id));
        request.after = page.next().map(ToOwned::to_owned);
        if request.after.is_none() {
            break;
        }
        // A newer one stands before the first page and on none of these.
        acme.invites(&format!("late{}@example.test", seen.len()), Role::Member)
            .await;
    }
    assert_eq!(seen, ids);

    let members = members::list(
        &kit.ctx(),
        &viewer,
        &contract::members::ListMembers::default(),
    )
    .await;
    let of_members = members.expect("owners may").items[0].0.clone();
    for (size, after, expected) in [
        (Some(0), None, (Code::InvalidPageSize, "first".to_owned())),
        (
            Some(1_000_000_000),
            None,
            (Code::InvalidPageSize, "first".to_owned()),
        ),
        (
            None,
            Some(of_members),
            (Code::InvalidCursor, "after".to_owned()),
        ),
        (
            None,
            Some("garbage".to_owned()),
            (Code::InvalidCursor, "after".to_owned()),
        ),
    ] {
        let request = PageRequest {
            size,
            after,
            ..PageRequest::default()
        };
        assert_eq!(
            refusal_on(invitations::list(&kit.ctx(), &viewer, &request).await),
            expected
        );
    }
}

async fn one_is_looked_up_by_who_may_invite(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    for viewer in [&ada, &grace] {
        let found = invitations::get(&kit.ctx(), &viewer.actor(), invite.id).await;
        assert_eq!(found.expect("they may invite").email, "new@example.test");
    }
    let eve = kit.person("eve").await.signed_in().await;
    let nobodys = InvitationId(uuid::Uuid::nil());
    for (actor, id, code) in [
        (mary.actor(), invite.id, Code::NotFound),
        (eve, invite.id, Code::NotFound),
        (ada.actor(), nobodys, Code::NotFound),
        (kit.anonymous(), invite.id, Code::Unauthenticated),
    ] {
        let found = invitations::get(&kit.ctx(), &actor, id).await;
        assert_eq!(refusal(found), code);
    }
}
