//! People are invited.

use contract::{
    Code, OrganizationId, Role,
    invitations::{InvitationStatus, InviteMembers},
};
use domain::invitations;
use serde_json::json;
use testkit::{Kit, on_each_database};

use super::{DAY, acme, answers, input, send, status};
use crate::refusals::{faults, problems, refusal, refusal_on};

on_each_database! {
    known_and_unknown_people_are_invited_alike,
    each_address_is_answered_for_itself,
    addresses_are_read_as_people_type_them,
    a_request_whose_form_is_wrong_names_every_fault,
    nobody_is_invited_to_a_role_above_the_inviters,
    inviting_wants_a_role_that_may,
    who_has_enough_mail_is_not_invited,
    after_a_hundred_invitations_a_person_waits,
    an_expired_invitation_makes_room_for_a_new_one,
    the_time_can_be_chosen,
}

async fn known_and_unknown_people_are_invited_alike(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    kit.person("joan").await;
    kit.person("edith").unverified().await;
    let invite = InviteMembers {
        message: "  Come\nand see  ".to_owned(),
        ..input(
            "joan@example.test edith@example.test new@example.test",
            "Admin",
        )
    };
    let sent = send(&kit, &ada.actor(), acme.id, invite).await;
    for one in sent.expect("owners may") {
        let made = one.result.expect("all are new here");
        assert_eq!(
            (made.role, made.status, made.invited_by.as_str()),
            (Role::Admin, InvitationStatus::Pending, "Ada King")
        );
        assert_eq!(made.email, one.email);
        let days = made.expires_at.0 - made.created_at.0;
        assert!((7 * DAY * 1000 - days).abs() < 1000, "a week");
        let letter = kit.last_mail_to(&one.email).await;
        assert_eq!(letter.template(), "invitation");
        assert_eq!(letter.letter.subject, "Ada King invites you to Acme");
        assert!(letter.letter.text.contains("as an admin"));
        assert!(letter.letter.text.contains("They wrote: “Come and see”"));
        let preview = invitations::preview(&kit.ctx(), &letter.token()).await;
        let preview = preview.expect("the secret is good");
        assert_eq!(
            (preview.id, preview.email.as_str()),
            (made.id, one.email.as_str())
        );
        assert_eq!(preview.has_account, one.email == "joan@example.test");
    }
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by, logged.after),
        (
            "invitation.sent",
            Some(ada.id),
            Some(json!({ "email": "new@example.test", "role": "admin" }))
        )
    );
}

async fn each_address_is_answered_for_itself(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let emails = "ADA@example.test, mary@EXAMPLE.test; nonsense новый@example.test\n\
                  new@example.test New@Example.Test other@example.test";
    let sent = answers(send(&kit, &ada.actor(), acme.id, input(emails, "member")).await);
    let expected = [
        ("ADA@example.test", Some(Code::InvitedSelf)),
        ("mary@EXAMPLE.test", Some(Code::AlreadyMember)),
        ("nonsense", Some(Code::InvalidEmail)),
        ("новый@example.test", Some(Code::InvalidEmail)),
        ("new@example.test", None),
        ("other@example.test", None),
    ];
    assert_eq!(sent, expected.map(|(text, code)| (text.to_owned(), code)));
    let again = input("NEW@example.test third@example.test", "admin");
    assert_eq!(
        answers(send(&kit, &ada.actor(), acme.id, again).await),
        [
            ("NEW@example.test".to_owned(), Some(Code::AlreadyInvited)),
            ("third@example.test".to_owned(), None)
        ]
    );
    for email in [
        "new@example.test",
        "other@example.test",
        "third@example.test",
    ] {
        assert_eq!(kit.new_mail_to(email).await.len(), 1, "{email}");
    }
    assert_eq!(
        kit.count("invitations").await,
        3 + 2,
        "with those of grace and mary"
    );
}

async fn addresses_are_read_as_people_type_them(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let emails =
        " \t<One@Example.test>,,two@example.test;\r\n three@example.test\u{a0}four@example.test , ";
    let sent = answers(send(&kit, &ada.actor(), acme.id, input(emails, "member")).await);
    let expected = [
        "One@Example.test",
        "two@example.test",
        "three@example.test",
        "four@example.test",
    ];
    assert_eq!(sent, expected.map(|text| (text.to_owned(), None)));
    assert_eq!(
        kit.last_mail_to("one@example.test").await.to.as_str(),
        "One@Example.test"
    );
    kit.discards_mail().await;
}

async fn a_request_whose_form_is_wrong_names_every_fault(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let many: String = (0..21).map(|n| format!("a{n}@example.test ")).collect();
    let wrong = InviteMembers {
        message: "x".repeat(501),
        days: Some(31),
        ..input(&many, "king")
    };
    let named = problems(send(&kit, &ada.actor(), acme.id, wrong).await);
    assert_eq!(
        faults(&named),
        [
            ("emails", Code::TooManyAddresses),
            ("role", Code::InvalidRole),
            ("message", Code::TooLong),
            ("days", Code::InvalidExpiry)
        ]
    );
    for emails in ["", " ,;\n"] {
        let sent = send(&kit, &ada.actor(), acme.id, input(emails, "member")).await;
        assert_eq!(refusal_on(sent), (Code::Required, "emails".to_owned()));
    }
    for days in [0, -1, 31, i64::MAX] {
        let invite = InviteMembers {
            days: Some(days),
            ..input("new@example.test", "member")
        };
        let sent = send(&kit, &ada.actor(), acme.id, invite).await;
        assert_eq!(refusal(sent), Code::InvalidExpiry, "{days}");
    }
    assert_eq!(
        acme.log()
            .await
            .iter()
            .filter(|l| l.action == "invitation.sent")
            .count(),
        2
    );
}

async fn nobody_is_invited_to_a_role_above_the_inviters(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("new@example.test", "owner"),
    )
    .await;
    assert_eq!(refusal_on(sent), (Code::RoleTooHigh, "role".to_owned()));
    for (by, role) in [(&grace, "admin"), (&ada, "owner")] {
        let email = format!("{role}@example.test");
        let sent = send(&kit, &by.actor(), acme.id, input(&email, role)).await;
        assert_eq!(answers(sent), [(email, None)]);
    }
    kit.discards_mail().await;
}

async fn inviting_wants_a_role_that_may(kit: Kit) {
    let (acme, [_, _, mary]) = acme(&kit).await;
    let eve = kit.person("eve").await.signed_in().await;
    let nobodys = OrganizationId(uuid::Uuid::nil());
    for (actor, id, code) in [
        (kit.anonymous(), acme.id, Code::Unauthenticated),
        (eve.clone(), acme.id, Code::NotFound),
        (eve, nobodys, Code::NotFound),
        (mary.actor(), acme.id, Code::Forbidden),
    ] {
        for emails in ["new@example.test", ""] {
            let sent = send(&kit, &actor, id, input(emails, "member")).await;
            assert_eq!(refusal(sent), code, "before the form is looked at");
        }
    }
}

async fn who_has_enough_mail_is_not_invited(kit: Kit) {
    let ada = kit.person("ada").await;
    for number in 0..6 {
        let org = kit
            .organization(&format!("org-{number}"))
            .owned_by(&ada)
            .await;
        let sent = send(
            &kit,
            &ada.actor(),
            org.id,
            input("new@example.test old@example.test", "member"),
        )
        .await;
        let expected = (number == 5).then_some(Code::RateLimited);
        assert_eq!(
            answers(sent),
            ["new@example.test", "old@example.test"].map(|email| (email.to_owned(), expected))
        );
    }
    assert_eq!(kit.count("invitations").await, 10);
    kit.discards_mail().await;
}

async fn after_a_hundred_invitations_a_person_waits(kit: Kit) {
    let (acme, [_, grace, _]) = acme(&kit).await;
    for chunk in 0..5 {
        let emails: String = (0..20)
            .map(|n| format!("p{chunk}-{n}@example.test "))
            .collect();
        let sent = send(&kit, &grace.actor(), acme.id, input(&emails, "member")).await;
        assert!(answers(sent).iter().all(|(_, code)| code.is_none()));
    }
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("one@example.test too@example.test", "member"),
    )
    .await;
    for one in sent.expect("the form is right") {
        let problem = one.result.expect_err("the hundred are used up");
        assert_eq!(problem.code, Code::RateLimited);
        assert!(
            problem.retry_after_seconds.is_some_and(|s| s <= 60),
            "{problem}"
        );
    }
    kit.clock.advance(60);
    let sent = send(
        &kit,
        &grace.actor(),
        acme.id,
        input("one@example.test too@example.test", "member"),
    )
    .await;
    assert_eq!(
        answers(sent),
        [
            ("one@example.test".to_owned(), None),
            ("too@example.test".to_owned(), Some(Code::RateLimited))
        ]
    );
    acme.invites("other@example.test", Role::Member).await;
    kit.discards_mail().await;
}

async fn an_expired_invitation_makes_room_for_a_new_one(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let old = acme.invites("new@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    assert_eq!(
        status(&kit, &old.token).await,
        Some(InvitationStatus::Expired)
    );
    let new = acme.invites("new@example.test", Role::Admin).await;
    assert_ne!(new.id, old.id);
    assert_eq!(
        status(&kit, &old.token).await,
        Some(InvitationStatus::Expired)
    );
    assert_eq!(
        status(&kit, &new.token).await,
        Some(InvitationStatus::Pending)
    );
}

async fn the_time_can_be_chosen(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    for days in [1, 30] {
        let email = format!("days-{days}@example.test");
        let invite = InviteMembers {
            days: Some(days),
            ..input(&email, "member")
        };
        let sent = send(&kit, &ada.actor(), acme.id, invite).await;
        assert_eq!(answers(sent), [(email.clone(), None)]);
        let token = kit.last_mail_to(&email).await.token();
        kit.clock.advance(days * DAY - 60);
        assert_eq!(status(&kit, &token).await, Some(InvitationStatus::Pending));
        kit.clock.advance(60);
        assert_eq!(status(&kit, &token).await, Some(InvitationStatus::Expired));
        ada.signs_in().await;
    }
}
