//! People with an account look at invitations and accept them.

use contract::{Code, InvitationId, Role, invitations::InvitationStatus};
use domain::{accounts, invitations, members, sessions::Client};
use serde_json::json;
use testkit::{HOME, Kit, on_each_database};

use super::{DAY, acme, answers, input, send, status};
use crate::refusals::{refusal, wait};

on_each_database! {
    looking_at_one_tells_what_is_offered_and_changes_nothing,
    a_copied_link_does_not_tell_whether_there_is_an_account,
    accepting_makes_a_member_with_the_role_and_tells_the_inviter,
    the_letters_secret_does_the_same,
    the_address_is_compared_without_case,
    open_ones_are_shown_to_whom_they_are_for,
    accepting_wants_a_session_and_a_verified_address,
    as_another_address_it_is_refused_and_stays_good,
    what_is_no_secret_of_an_invitation_is_not_valid,
    wrong_secrets_are_slowed_by_address_and_spoil_nothing,
    an_answered_or_expired_one_is_not_accepted,
    who_is_a_member_already_is_not_made_one_twice,
    it_dies_with_the_inviters_right_to_invite,
    letters_from_who_left_are_of_no_use_to_who_left,
}

async fn looking_at_one_tells_what_is_offered_and_changes_nothing(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Admin).await;
    let before = kit.everything_stored().await;
    for _ in 0..3 {
        let seen = invitations::preview(&kit.ctx(), &format!(" {} ", invite.token)).await;
        let seen = seen.expect("the secret is good");
        assert_eq!(
            (
                seen.id,
                seen.organization_name.as_str(),
                seen.invited_by.as_str()
            ),
            (invite.id, "Acme", "Ada King")
        );
        assert_eq!(
            (seen.email.as_str(), seen.role, seen.status),
            ("joan@example.test", Role::Admin, InvitationStatus::Pending)
        );
        assert!(seen.proves_address && seen.has_account);
    }
    assert!(before == kit.everything_stored().await, "a look is no act");
    assert_eq!(acme.seen_by(&ada).await.organization().member_count, 3);
}

async fn a_copied_link_does_not_tell_whether_there_is_an_account(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Admin).await;
    let link = invitations::copy_link(&kit.ctx(), &ada.actor(), invite.id).await;
    let link = link.expect("owners may");
    let copied = link.split_once("token=").expect("it has a secret").1;
    let seen = invitations::preview(&kit.ctx(), copied).await;
    let seen = seen.expect("the secret is good");
    assert!(!seen.proves_address && !seen.has_account);
}

async fn accepting_makes_a_member_with_the_role_and_tells_the_inviter(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Admin).await;
    let joans = joan.signed_in().await;
    let joined = invitations::accept(&kit.ctx(), &joans, invite.id).await;
    let joined = joined.expect("it is hers");
    assert_eq!((joined.id, joined.member_count), (acme.id, 4));
    assert_eq!(acme.role_of(&joan).await, Some(Role::Admin));
    let letter = kit.last_mail_to(&ada.email).await;
    assert_eq!(letter.template(), "invitation_accepted");
    assert_eq!(letter.letter.subject, "joan@example.test joined Acme");
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by, logged.after),
        (
            "invitation.accepted",
            Some(joan.id),
            Some(json!({ "user": joan.id, "role": "admin" }))
        )
    );
    let viewer = acme.seen_by(&ada).await;
    assert_eq!(
        invitations::count_pending(&kit.ctx(), &viewer).await.ok(),
        Some(0)
    );
}

async fn the_letters_secret_does_the_same(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    let joans = joan.signed_in().await;
    let joined =
        invitations::accept_by_token(&kit.ctx(), &joans, &format!("\n{} ", invite.token)).await;
    assert_eq!(joined.expect("it is hers").slug, "acme");
    assert_eq!(acme.role_of(&joan).await, Some(Role::Member));
    kit.discards_mail().await;
    for refused in [
        refusal(invitations::accept_by_token(&kit.ctx(), &joans, &invite.token).await),
        refusal(invitations::accept(&kit.ctx(), &joans, invite.id).await),
    ] {
        assert_eq!(refused, Code::InvitationSettled, "once is enough");
    }
    assert_eq!(
        status(&kit, &invite.token).await,
        Some(InvitationStatus::Accepted)
    );
}

async fn the_address_is_compared_without_case(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = acme.invites("JOAN@Example.TEST", Role::Member).await;
    invitations::accept(&kit.ctx(), &joan.signed_in().await, invite.id)
        .await
        .expect("it is her address");
    kit.discards_mail().await;
}

async fn open_ones_are_shown_to_whom_they_are_for(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let bell = kit.organization("bell").named("Bell").owned_by(&ada).await;
    let joan = kit.person("joan").await;
    let one = joan.is_invited_to(&acme, Role::Member).await;
    let two = joan.is_invited_to(&bell, Role::Owner).await;
    let open = async |actor| {
        let open = invitations::open_for(&kit.ctx(), &actor).await;
        let open = open.expect("the address is verified");
        open.iter()
            .map(|one| (one.id, one.organization_slug.clone(), one.role))
            .collect::<Vec<_>>()
    };
    let joans = joan.signed_in().await;
    let both = [
        (two.id, "bell".to_owned(), Role::Owner),
        (one.id, "acme".to_owned(), Role::Member),
    ];
    assert_eq!(open(joans.clone()).await, both, "newest first");
    assert!(open(grace.actor()).await.is_empty());
    invitations::decline(&kit.ctx(), &joans, two.id)
        .await
        .expect("it is hers");
    kit.discards_mail().await;
    assert_eq!(open(joans.clone()).await, both[1..]);
    kit.clock.advance(7 * DAY);
    assert!(
        open(joans).await.is_empty(),
        "what has expired waits for nothing"
    );
    let nobodys = invitations::open_for(&kit.ctx(), &kit.anonymous()).await;
    assert_eq!(refusal(nobodys), Code::Unauthenticated);
}

// --- who may ----------------------------------------------------------------------------------------------------------------

async fn accepting_wants_a_session_and_a_verified_address(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    let (ctx, joans) = (kit.ctx(), joan.signed_in().await);
    kit.sql("UPDATE users SET email_verified_at = NULL WHERE username = 'joan'")
        .await;
    for (actor, code) in [
        (kit.anonymous(), Code::Unauthenticated),
        (kit.operator(), Code::Unauthenticated),
        (joans, Code::EmailUnverified),
    ] {
        for refused in [
            refusal(invitations::accept(&ctx, &actor, invite.id).await),
            refusal(invitations::accept_by_token(&ctx, &actor, &invite.token).await),
            refusal(invitations::decline(&ctx, &actor, invite.id).await),
            refusal(invitations::open_for(&ctx, &actor).await),
        ] {
            assert_eq!(refused, code);
        }
    }
}

async fn as_another_address_it_is_refused_and_stays_good(kit: Kit) {
    let (acme, [ada, _, mary]) = acme(&kit).await;
    let (joan, eve) = (kit.person("joan").await, kit.person("eve").await);
    let invite = joan.is_invited_to(&acme, Role::Admin).await;
    let other = eve.is_invited_to(&acme, Role::Member).await;
    let (ctx, nobodys) = (kit.ctx(), InvitationId(uuid::Uuid::nil()));
    for actor in [eve.signed_in().await, mary.actor(), ada.actor()] {
        for id in [invite.id, nobodys] {
            assert_eq!(
                refusal(invitations::accept(&ctx, &actor, id).await),
                Code::NotFound
            );
            assert_eq!(
                refusal(invitations::decline(&ctx, &actor, id).await),
                Code::NotFound
            );
        }
        let by_token = invitations::accept_by_token(&ctx, &actor, &invite.token).await;
        assert_eq!(refusal(by_token), Code::InvitationForOther);
    }
    assert_eq!(acme.role_of(&eve).await, None);
    assert_eq!(acme.role_of(&mary).await, Some(Role::Member));
    for (person, invite, role) in [(&joan, invite, Role::Admin), (&eve, other, Role::Member)] {
        let actor = person.signed_in().await;
        invitations::accept_by_token(&ctx, &actor, &invite.token)
            .await
            .expect("each has its own");
        assert_eq!(acme.role_of(person).await, Some(role));
    }
    kit.discards_mail().await;
}

async fn what_is_no_secret_of_an_invitation_is_not_valid(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    accounts::request_password_reset(&kit.ctx(), "joan@example.test")
        .await
        .expect("anybody may");
    let reset = kit.last_mail_to("joan@example.test").await.token();
    let session = joan.signs_in().await.token;
    let cut = &invite.token[..invite.token.len() - 1];
    let (ctx, joans) = (kit.ctx(), joan.actor());
    for wrong in [
        "",
        "garbage",
        cut,
        &reset,
        session.expose(),
        &"x".repeat(100_000),
        "lki_é\0",
    ] {
        for refused in [
            refusal(invitations::preview(&ctx, wrong).await),
            refusal(invitations::accept_by_token(&ctx, &joans, wrong).await),
            refusal(invitations::decline_by_token(&ctx, &joans, wrong).await),
        ] {
            assert_eq!(refused, Code::InvitationInvalid, "{wrong:.30}");
        }
    }
}

async fn wrong_secrets_are_slowed_by_address_and_spoil_nothing(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let invite = acme.invites("joan@example.test", Role::Member).await;
    for _ in 0..30 {
        let looked = invitations::preview(&kit.ctx(), "lki_guess").await;
        assert_eq!(refusal(looked), Code::InvitationInvalid);
    }
    let seconds = wait(invitations::preview(&kit.ctx(), "lki_guess").await);
    assert!(seconds <= 20, "{seconds}");
    assert!(
        wait(invitations::preview(&kit.ctx_from(HOME), &invite.token).await) > 0,
        "whoever guesses learns nothing by guessing right"
    );
    let elsewhere = invitations::preview(&kit.ctx_from("198.51.100.9"), &invite.token).await;
    assert_eq!(
        elsewhere.expect("it is as good as before").status,
        InvitationStatus::Pending
    );
    kit.clock.advance(20);
    assert_eq!(
        status(&kit, &invite.token).await,
        Some(InvitationStatus::Pending)
    );
}

// --- when it holds no more --------------------------------------------------------------------------------------------------

async fn an_answered_or_expired_one_is_not_accepted(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let joans = joan.signed_in().await;
    let (ctx, declined) = (kit.ctx(), joan.is_invited_to(&acme, Role::Member).await);
    invitations::decline(&ctx, &joans, declined.id)
        .await
        .expect("it is hers");
    kit.discards_mail().await;
    let revoked = joan.is_invited_to(&acme, Role::Member).await;
    invitations::revoke(&ctx, &ada.actor(), revoked.id)
        .await
        .expect("owners may");
    let expired = joan.is_invited_to(&acme, Role::Member).await;
    kit.clock.advance(7 * DAY);
    for (invite, code) in [
        (declined, Code::InvitationSettled),
        (revoked, Code::InvitationSettled),
        (expired, Code::InvitationExpired),
    ] {
        for refused in [
            refusal(invitations::accept(&ctx, &joans, invite.id).await),
            refusal(invitations::accept_by_token(&ctx, &joans, &invite.token).await),
            refusal(invitations::decline(&ctx, &joans, invite.id).await),
            refusal(invitations::decline_by_token(&ctx, &joans, &invite.token).await),
        ] {
            assert_eq!(refused, code);
        }
    }
    assert_eq!(acme.role_of(&joan).await, None);
}

/// No use case lets a member hold an open invitation; a membership that came another way does.
async fn who_is_a_member_already_is_not_made_one_twice(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let invite = joan.is_invited_to(&acme, Role::Admin).await;
    let joans = joan.signed_in().await;
    invitations::accept(&kit.ctx(), &joans, invite.id)
        .await
        .expect("it is hers");
    kit.discards_mail().await;
    kit.sql("UPDATE invitations SET accepted_at = NULL WHERE role = 'admin' AND email_key = 'joan@example.test'").await;
    let again = invitations::accept(&kit.ctx(), &joans, invite.id).await;
    assert_eq!(refusal(again), Code::AlreadyMember);
    assert_eq!(acme.seen_by(&joan).await.organization().member_count, 4);
}

async fn it_dies_with_the_inviters_right_to_invite(kit: Kit) {
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    let joan = kit.person("joan").await;
    let joans = joan.signed_in().await;
    for (handle, role) in [
        ("leaves", "admin"),
        ("removed", "admin"),
        ("demoted", "admin"),
        ("lowered", "owner"),
        ("suspended", "owner"),
    ] {
        let inviter = kit.person(handle).await;
        let of = acme
            .with(&inviter, Role::parse(role).expect("it is one"))
            .await;
        let sent = send(
            &kit,
            &inviter.actor(),
            acme.id,
            input("joan@example.test", role),
        )
        .await;
        assert_eq!(answers(sent)[0].1, None, "{handle}");
        let token = kit.last_mail_to("joan@example.test").await.token();
        let (ctx, adas) = (kit.ctx(), ada.actor());
        match handle {
            "leaves" => members::leave(&ctx, &inviter.actor(), acme.id)
                .await
                .expect("everybody may"),
            "removed" => members::remove(&ctx, &adas, of).await.expect("owners may"),
            "demoted" => drop(
                members::change_role(&ctx, &adas, of, Role::Member)
                    .await
                    .expect("owners may"),
            ),
            "lowered" => drop(
                members::change_role(&ctx, &adas, of, Role::Admin)
                    .await
                    .expect("owners may"),
            ),
            _ => inviter.is_suspended().await,
        }
        let id = invitations::preview(&ctx, &token)
            .await
            .expect("it explains itself")
            .id;
        for refused in [
            refusal(invitations::accept_by_token(&ctx, &joans, &token).await),
            refusal(invitations::accept(&ctx, &joans, id).await),
            refusal(invitations::join(&ctx, &token, super::join::joining(), Client::Browser).await),
        ] {
            assert_eq!(refused, Code::InviterLeft, "{handle}");
        }
        invitations::revoke(&ctx, &adas, id)
            .await
            .expect("owners may");
        kit.discards_mail().await;
        kit.clock.advance(DAY);
    }
    assert_eq!(acme.role_of(&joan).await, None);
}

async fn letters_from_who_left_are_of_no_use_to_who_left(kit: Kit) {
    let (acme, [_, grace, _]) = acme(&kit).await;
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("joan@example.test", "member"),
    )
    .await;
    assert_eq!(answers(sent)[0].1, None);
    let token = kit.last_mail_to("joan@example.test").await.token();
    members::leave(&kit.ctx(), &grace.actor(), acme.id)
        .await
        .expect("everybody may");
    invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &token)
        .await
        .expect("declining is always possible");
    assert!(
        kit.new_mail_to(&grace.email).await.is_empty(),
        "who left learns of nothing"
    );
}
