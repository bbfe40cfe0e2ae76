//! Invitations are declined, and expired ones asked for again.

use contract::{Code, Role, invitations::InvitationStatus};
use domain::{invitations, members, organizations};
use testkit::{Kit, on_each_database};

use super::{DAY, acme, answers, input, send, status};
use crate::refusals::{refusal, wait};

on_each_database! {
    declining_tells_the_inviter_and_makes_room,
    nobody_needs_an_account_to_decline,
    with_a_copied_link_only_the_invited_one_declines,
    whoever_holds_an_expired_one_asks_for_another,
    asking_again_is_for_expired_ones,
    asking_again_goes_to_the_owner_when_the_inviter_is_gone,
    asking_again_is_possible_once_a_day,
}

async fn declining_tells_the_inviter_and_makes_room(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    let joans = joan.signed_in().await;
    kit.sql("UPDATE profiles SET time_zone = 'Asia/Tokyo'")
        .await;
    invitations::decline(&kit.ctx(), &joans, invite.id)
        .await
        .expect("it is hers");
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "invitation_declined");
    assert_eq!(
        letter.letter.subject,
        "joan@example.test declined to join Acme"
    );
    let text = &letter.letter.text;
    assert!(text.contains(" JST"), "times are in her zone: {text}");
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("invitation.declined", Some(joan.id))
    );
    assert_eq!(
        status(&kit, &invite.token).await,
        Some(InvitationStatus::Declined)
    );
    let again = invitations::decline(&kit.ctx(), &joans, invite.id).await;
    assert_eq!(refusal(again), Code::InvitationSettled);
    acme.with(&joan, Role::Member).await;
}

async fn nobody_needs_an_account_to_decline(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &invite.token)
        .await
        .expect("the letter proves the address");
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "invitation_declined"
    );
    assert_eq!(acme.last_logged().await.by, None);
    let again = invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &invite.token).await;
    assert_eq!(refusal(again), Code::InvitationSettled);
}

async fn with_a_copied_link_only_the_invited_one_declines(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let (joan, eve) = (kit.person("joan").await, kit.person("eve").await);
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    let link = invitations::copy_link(&kit.ctx(), &ada.actor(), invite.id).await;
    let link = link.expect("owners may");
    let copied = link.split_once("token=").expect("it has a secret").1;
    let decline = async |actor| invitations::decline_by_token(&kit.ctx(), &actor, copied).await;
    assert_eq!(
        refusal(decline(kit.anonymous()).await),
        Code::Unauthenticated
    );
    assert_eq!(
        refusal(decline(eve.signed_in().await).await),
        Code::InvitationForOther
    );
    assert_eq!(
        refusal(decline(ada.actor()).await),
        Code::InvitationForOther
    );
    decline(joan.signed_in().await).await.expect("it is hers");
    kit.discards_mail().await;
}

async fn whoever_holds_an_expired_one_asks_for_another(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("new@example.test", "member"),
    )
    .await;
    assert_eq!(answers(sent)[0].1, None);
    let token = kit.last_mail_to("new@example.test").await.token();
    kit.clock.advance(7 * DAY);
    invitations::ask_again(&kit.ctx(), &kit.anonymous(), &token)
        .await
        .expect("it has expired");
    let letter = kit.last_mail_to(&grace.email).await;
    assert_eq!(letter.template(), "invitation_asked_again");
    assert_eq!(
        letter.letter.subject,
        "new@example.test asks for a new invitation to Acme"
    );
    assert!(kit.new_mail_to(&ada.email).await.is_empty());
    assert_eq!(acme.last_logged().await.action, "invitation.asked_again");
    assert_eq!(
        status(&kit, &token).await,
        Some(InvitationStatus::Expired),
        "asking prolongs nothing"
    );
}

async fn asking_again_is_for_expired_ones(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let ask = async |token: &str| invitations::ask_again(&kit.ctx(), &kit.anonymous(), token).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    ask(&invite.token)
        .await
        .expect("an open one can be accepted as it is");
    assert!(kit.new_mail_to(&ada.email).await.is_empty());
    assert_eq!(refusal(ask("lki_guess").await), Code::InvitationInvalid);
    invitations::revoke(&kit.ctx(), &ada.actor(), invite.id)
        .await
        .expect("owners may");
    assert_eq!(refusal(ask(&invite.token).await), Code::InvitationSettled);

    let expired = acme.invites("new@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    ada.signs_in().await;
    let newer = acme.invites("other@example.test", Role::Member).await;
    organizations::delete(&kit.ctx(), &ada.actor(), acme.id, "acme")
        .await
        .expect("owners may");
    kit.discards_mail().await;
    for token in [&expired.token, &newer.token] {
        assert_eq!(refusal(ask(token).await), Code::InvitationSettled);
    }
}

async fn asking_again_goes_to_the_owner_when_the_inviter_is_gone(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    members::change_role(
        &kit.ctx(),
        &ada.actor(),
        acme.membership_of(&mary).await,
        Role::Admin,
    )
    .await
    .expect("owners may");
    for (inviter, email) in [(&grace, "one@example.test"), (&mary, "two@example.test")] {
        let sent = send(&kit, &inviter.actor(), acme.id, input(email, "member")).await;
        assert_eq!(answers(sent)[0].1, None);
    }
    kit.deliver().await;
    members::leave(&kit.ctx(), &grace.actor(), acme.id)
        .await
        .expect("everybody may");
    let of_mary = acme.membership_of(&mary).await;
    members::change_role(&kit.ctx(), &mary.actor(), of_mary, Role::Member)
        .await
        .expect("down is free");
    kit.clock.advance(7 * DAY);
    for email in ["one@example.test", "two@example.test"] {
        let token = kit.last_mail_to(email).await.token();
        invitations::ask_again(&kit.ctx(), &kit.anonymous(), &token)
            .await
            .expect("it has expired");
        assert_eq!(
            kit.last_mail_to(&ada.email).await.template(),
            "invitation_asked_again"
        );
    }
    assert!(kit.new_mail_to(&grace.email).await.is_empty());
    let to_mary = kit.new_mail_to(&mary.email).await;
    assert!(to_mary.iter().all(|post| post.template() == "role_changed"));
}

async fn asking_again_is_possible_once_a_day(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let invite = acme.invites("new@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    let ask = async || invitations::ask_again(&kit.ctx(), &kit.anonymous(), &invite.token).await;
    ask().await.expect("once is fine");
    let seconds = wait(ask().await);
    assert!((DAY - 60..=DAY).contains(&i64::from(seconds)), "{seconds}");
    kit.clock.advance(DAY);
    ask().await.expect("the day is over");
    kit.discards_mail().await;
}
