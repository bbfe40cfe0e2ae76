//! Members and open invitations never take more than the seats that there are.

use contract::{Code, Role};
use domain::{
    invitations, members,
    organizations::{self, Plan},
    sessions::Client,
};
use testkit::{Kit, Org, Person, on_each_database};

use super::{DAY, acme, answers, input, join::joining, send};
use crate::refusals::refusal;

on_each_database! {
    the_last_seats_go_to_the_first_addresses,
    whoever_goes_frees_a_seat,
    an_expired_one_that_is_sent_again_takes_a_seat,
    fewer_seats_put_nobody_out_and_let_nobody_in,
}

async fn seats(kit: &Kit, count: Option<u32>) {
    let plan = Plan {
        seats: Some(count),
        ..Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), "acme", plan, "a test")
        .await
        .expect("operators may");
}

/// Whether somebody can be invited now; if so, the invitation is taken back.
async fn is_free(kit: &Kit, acme: &Org, ada: &Person) -> bool {
    let sent = send(
        kit,
        &ada.actor(),
        acme.id,
        input("probe@example.test", "member"),
    )
    .await;
    match sent.expect("the form is right").remove(0).result {
        Ok(made) => {
            invitations::revoke(&kit.ctx(), &ada.actor(), made.id)
                .await
                .expect("owners may");
            kit.discards_mail().await;
            kit.clock.advance(600);
            true
        }
        Err(problem) => {
            assert_eq!(problem.code, Code::NoSeatsLeft);
            false
        }
    }
}

async fn the_last_seats_go_to_the_first_addresses(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    seats(&kit, Some(5)).await;
    let emails = "one@example.test nonsense mary@example.test two@example.test three@example.test";
    let sent = answers(send(&kit, &ada.actor(), acme.id, input(emails, "member")).await);
    let codes: Vec<_> = sent.into_iter().map(|(_, code)| code).collect();
    assert_eq!(
        codes,
        [
            None,
            Some(Code::InvalidEmail),
            Some(Code::AlreadyMember),
            None,
            Some(Code::NoSeatsLeft)
        ],
        "three are in, five may be"
    );
    assert!(!is_free(&kit, &acme, &ada).await);
    seats(&kit, Some(6)).await;
    assert!(is_free(&kit, &acme, &ada).await);
    seats(&kit, None).await;
    assert!(is_free(&kit, &acme, &ada).await);
    kit.discards_mail().await;
}

async fn whoever_goes_frees_a_seat(kit: Kit) {
    let (acme, [ada, grace, mary]) = acme(&kit).await;
    seats(&kit, Some(4)).await;
    let revoked = acme.invites("one@example.test", Role::Member).await;
    assert!(!is_free(&kit, &acme, &ada).await);
    invitations::revoke(&kit.ctx(), &ada.actor(), revoked.id)
        .await
        .expect("owners may");
    assert!(is_free(&kit, &acme, &ada).await);

    let declined = acme.invites("two@example.test", Role::Member).await;
    assert!(!is_free(&kit, &acme, &ada).await);
    invitations::decline_by_token(&kit.ctx(), &kit.anonymous(), &declined.token)
        .await
        .expect("it is good");
    assert!(is_free(&kit, &acme, &ada).await);

    acme.invites("three@example.test", Role::Member).await;
    assert!(!is_free(&kit, &acme, &ada).await);
    kit.clock.advance(7 * DAY);
    assert!(
        is_free(&kit, &acme, &ada).await,
        "an expired one takes none"
    );

    let joan = kit.person("joan").await;
    acme.with(&joan, Role::Member).await;
    assert!(
        !is_free(&kit, &acme, &ada).await,
        "accepting moves a seat and frees none"
    );
    members::leave(&kit.ctx(), &mary.actor(), acme.id)
        .await
        .expect("everybody may");
    assert!(is_free(&kit, &acme, &ada).await);
    let of_grace = acme.membership_of(&grace).await;
    members::remove(&kit.ctx(), &ada.actor(), of_grace)
        .await
        .expect("owners may");
    assert!(is_free(&kit, &acme, &ada).await);
}

async fn an_expired_one_that_is_sent_again_takes_a_seat(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    seats(&kit, Some(4)).await;
    let old = acme.invites("one@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    let new = acme.invites("two@example.test", Role::Member).await;
    let again = invitations::resend(&kit.ctx(), &ada.actor(), old.id).await;
    assert_eq!(refusal(again), Code::NoSeatsLeft);
    invitations::resend(&kit.ctx(), &ada.actor(), new.id)
        .await
        .expect("an open one has its seat");
    invitations::revoke(&kit.ctx(), &ada.actor(), new.id)
        .await
        .expect("owners may");
    invitations::resend(&kit.ctx(), &ada.actor(), old.id)
        .await
        .expect("a seat is free");
    assert!(!is_free(&kit, &acme, &ada).await);
    kit.discards_mail().await;
}

async fn fewer_seats_put_nobody_out_and_let_nobody_in(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let known = joan.is_invited_to(&acme, Role::Member).await;
    let new = acme.invites("new@example.test", Role::Member).await;
    seats(&kit, Some(1)).await;
    assert_eq!(acme.seen_by(&ada).await.organization().member_count, 3);
    let (ctx, joans, people) = (kit.ctx(), joan.signed_in().await, kit.count("users").await);
    for refused in [
        refusal(invitations::accept(&ctx, &joans, known.id).await),
        refusal(invitations::accept_by_token(&ctx, &joans, &known.token).await),
        refusal(invitations::join(&ctx, &new.token, joining(), Client::Browser).await),
    ] {
        assert_eq!(refused, Code::NoSeatsLeft);
    }
    assert_eq!(kit.count("users").await, people);
    seats(&kit, Some(4)).await;
    invitations::accept(&ctx, &joans, known.id)
        .await
        .expect("one seat is free again");
    let joined = invitations::join(&ctx, &new.token, joining(), Client::Browser).await;
    assert_eq!(refusal(joined), Code::NoSeatsLeft, "and only one");
    kit.discards_mail().await;
}
