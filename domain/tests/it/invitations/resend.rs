//! Invitations are sent again, copied as a link, and taken back.

use contract::{
    Code, InvitationId, Role,
    invitations::{InvitationStatus, InviteMembers},
};
use domain::{invitations, members};
use testkit::{Invite, Kit, Person, on_each_database};

use super::{DAY, acme, answers, input, send, status};
use crate::refusals::refusal;

on_each_database! {
    sent_again_it_has_a_new_secret_and_the_older_ones_die,
    sent_again_it_never_ends_sooner,
    sent_again_it_is_the_actors,
    sent_again_an_expired_one_is_open_like_a_new_one,
    an_answered_one_is_not_sent_again,
    a_copied_link_has_a_secret_of_its_own,
    taken_back_it_is_dead_at_once,
    what_is_done_with_one_wants_a_role_that_may,
    no_secret_is_stored,
}

async fn resend(kit: &Kit, by: &Person, invite: &Invite) -> String {
    invitations::resend(&kit.ctx(), &by.actor(), invite.id)
        .await
        .expect("it was not answered");
    kit.last_mail_to(&invite.email).await.token()
}

async fn sent_again_it_has_a_new_secret_and_the_older_ones_die(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Admin).await;
    let link = invitations::copy_link(&kit.ctx(), &ada.actor(), invite.id).await;
    let copied = link
        .expect("owners may")
        .split_once("token=")
        .expect("a link")
        .1
        .to_owned();
    let newer = resend(&kit, &ada, &invite).await;
    for dead in [&invite.token, &copied] {
        assert_eq!(status(&kit, dead).await, None);
    }
    assert_eq!(status(&kit, &newer).await, Some(InvitationStatus::Pending));
    assert_eq!(kit.count("invitations").await, 2 + 1, "it is the same one");
    assert_eq!(acme.last_logged().await.action, "invitation.resent");
}

async fn sent_again_it_never_ends_sooner(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = InviteMembers {
        days: Some(30),
        ..input("long@example.test", "member")
    };
    let sent = send(&kit, &ada.actor(), acme.id, invite)
        .await
        .expect("owners may");
    let long = sent[0].result.clone().expect("it is new");
    let short = acme.invites("short@example.test", Role::Member).await;
    kit.discards_mail().await;
    kit.clock.advance(2 * DAY);
    let after = invitations::resend(&kit.ctx(), &ada.actor(), long.id).await;
    assert_eq!(after.expect("it is open").expires_at, long.expires_at);
    let before = invitations::get(&kit.ctx(), &ada.actor(), short.id)
        .await
        .expect("owners may");
    let after = invitations::resend(&kit.ctx(), &ada.actor(), short.id)
        .await
        .expect("it is open");
    assert!(after.sent_at > before.sent_at && after.created_at == before.created_at);
    let gained = after.expires_at.0 - before.expires_at.0;
    assert!((2 * DAY * 1000 - gained).abs() < 1000, "a week from now");
    kit.discards_mail().await;
}

/// Whoever had invited may have left; the one who sends it again answers for it.
async fn sent_again_it_is_the_actors(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("joan@example.test", "member"),
    )
    .await;
    let made = sent
        .expect("admins may")
        .remove(0)
        .result
        .expect("it is new");
    let joan = kit.person("joan").await;
    let joans = joan.signed_in().await;
    members::leave(&kit.ctx(), &grace.actor(), acme.id)
        .await
        .expect("everybody may");
    let token = kit.last_mail_to("joan@example.test").await.token();
    let accepted = invitations::accept_by_token(&kit.ctx(), &joans, &token).await;
    assert_eq!(refusal(accepted), Code::InviterLeft);

    let after = invitations::resend(&kit.ctx(), &ada.actor(), made.id).await;
    assert_eq!(after.expect("it is open").invited_by, "Ada King");
    let letter = kit.last_mail_to("joan@example.test").await;
    assert_eq!(letter.letter.subject, "Ada King invites you to Acme");
    invitations::accept_by_token(&kit.ctx(), &joans, &letter.token())
        .await
        .expect("ada may invite");
    assert_eq!(
        kit.last_mail_to("ada@example.test").await.template(),
        "invitation_accepted"
    );
}

/// It takes its place among the open ones: one for each address, gone when the organization is deleted.
async fn sent_again_an_expired_one_is_open_like_a_new_one(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let old = acme.invites("joan@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    ada.signs_in().await;
    let newer = acme.invites("joan@example.test", Role::Member).await;
    let again = invitations::resend(&kit.ctx(), &ada.actor(), old.id).await;
    assert_eq!(refusal(again), Code::AlreadyInvited);

    kit.clock.advance(7 * DAY);
    ada.signs_in().await;
    let token = resend(&kit, &ada, &old).await;
    assert_eq!(status(&kit, &token).await, Some(InvitationStatus::Pending));
    assert_eq!(
        status(&kit, &newer.token).await,
        Some(InvitationStatus::Expired)
    );
    let viewer = acme.seen_by(&ada).await;
    assert_eq!(
        invitations::count_pending(&kit.ctx(), &viewer).await.ok(),
        Some(1)
    );
    let joan = kit.person("joan").await.signed_in().await;
    let open = invitations::open_for(&kit.ctx(), &joan).await;
    let open: Vec<_> = open
        .expect("joan is verified")
        .iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(open, [old.id]);
    let again = send(
        &kit,
        &ada.actor(),
        acme.id,
        input("joan@example.test", "member"),
    )
    .await;
    assert_eq!(answers(again)[0].1, Some(Code::AlreadyInvited));

    invitations::accept(&kit.ctx(), &joan, old.id)
        .await
        .expect("it is open");
    kit.discards_mail().await;
    let again = invitations::resend(&kit.ctx(), &ada.actor(), newer.id).await;
    assert_eq!(refusal(again), Code::AlreadyMember);
}

async fn an_answered_one_is_not_sent_again(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let accepted = joan.is_invited_to(&acme, Role::Member).await;
    invitations::accept(&kit.ctx(), &joan.signed_in().await, accepted.id)
        .await
        .expect("it is hers");
    let declined = acme.invites("declined@example.test", Role::Member).await;
    invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &declined.token)
        .await
        .expect("the secret is good");
    let revoked = acme.invites("revoked@example.test", Role::Member).await;
    invitations::revoke(&kit.ctx(), &ada.actor(), revoked.id)
        .await
        .expect("owners may");
    kit.discards_mail().await;
    let (ctx, actor) = (kit.ctx(), ada.actor());
    for invite in [accepted, declined, revoked] {
        for refused in [
            refusal(invitations::resend(&ctx, &actor, invite.id).await),
            refusal(invitations::revoke(&ctx, &actor, invite.id).await),
            refusal(invitations::copy_link(&ctx, &actor, invite.id).await),
        ] {
            assert_eq!(refused, Code::InvitationSettled, "{}", invite.email);
        }
    }
}

// --- copying and taking back ------------------------------------------------------------------------------------------------

async fn a_copied_link_has_a_secret_of_its_own(kit: Kit) {
    let (acme, [_, grace, _]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    let copy = async || {
        let link = invitations::copy_link(&kit.ctx(), &grace.actor(), invite.id).await;
        let link = link.expect("admins may");
        let expected = "https://accounts.example.test/invitations/accept?token=";
        link.strip_prefix(expected)
            .expect("an address of ours")
            .to_owned()
    };
    let (first, second) = (copy().await, copy().await);
    assert_eq!(status(&kit, &first).await, None, "the one before dies");
    let by_link = invitations::preview(&kit.ctx(), &second)
        .await
        .expect("it is good");
    let by_letter = invitations::preview(&kit.ctx(), &invite.token)
        .await
        .expect("the letter stays good");
    assert!(!by_link.proves_address && by_letter.proves_address);
    assert_eq!(by_link.id, by_letter.id);
    assert_eq!(acme.last_logged().await.action, "invitation.link_copied");
    kit.clock.advance(7 * DAY);
    let expired = invitations::copy_link(&kit.ctx(), &grace.actor(), invite.id).await;
    assert_eq!(refusal(expired), Code::InvitationExpired);
}

async fn taken_back_it_is_dead_at_once(kit: Kit) {
    let (acme, [_, grace, _]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    invitations::revoke(&kit.ctx(), &grace.actor(), invite.id)
        .await
        .expect("admins may");
    assert_eq!(
        status(&kit, &invite.token).await,
        Some(InvitationStatus::Revoked)
    );
    let joan = joan.signed_in().await;
    for refused in [
        refusal(invitations::accept(&kit.ctx(), &joan, invite.id).await),
        refusal(invitations::accept_by_token(&kit.ctx(), &joan, &invite.token).await),
        refusal(invitations::decline(&kit.ctx(), &joan, invite.id).await),
        refusal(invitations::decline_by_token(&kit.ctx(), &joan, &invite.token).await),
    ] {
        assert_eq!(refused, Code::InvitationSettled);
    }
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("invitation.revoked", Some(grace.id))
    );
    assert!(
        kit.new_mail_to("joan@example.test").await.is_empty(),
        "no letter says so"
    );
    acme.invites("joan@example.test", Role::Member).await;
}

async fn what_is_done_with_one_wants_a_role_that_may(kit: Kit) {
    let (acme, [_, grace, mary]) = acme(&kit).await;
    let member = acme.invites("new@example.test", Role::Member).await;
    let owner = acme.invites("owner@example.test", Role::Owner).await;
    let eve = kit.person("eve").await.signed_in().await;
    let nobodys = InvitationId(uuid::Uuid::nil());
    let ctx = kit.ctx();
    for (actor, id, code) in [
        (kit.anonymous(), member.id, Code::Unauthenticated),
        (eve.clone(), member.id, Code::NotFound),
        (eve, nobodys, Code::NotFound),
        (mary.actor(), member.id, Code::Forbidden),
        (grace.actor(), owner.id, Code::RoleTooHigh),
    ] {
        for refused in [
            refusal(invitations::resend(&ctx, &actor, id).await),
            refusal(invitations::copy_link(&ctx, &actor, id).await),
            refusal(invitations::revoke(&ctx, &actor, id).await),
        ] {
            assert_eq!(refused, code);
        }
    }
}

async fn no_secret_is_stored(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    let link = invitations::copy_link(&kit.ctx(), &ada.actor(), invite.id).await;
    let copied = link
        .expect("owners may")
        .split_once("token=")
        .expect("a link")
        .1
        .to_owned();
    let newer = resend(&kit, &ada, &invite).await;
    for secret in [&invite.token, &copied, &newer] {
        assert!(!kit.stores(secret).await);
    }
}
