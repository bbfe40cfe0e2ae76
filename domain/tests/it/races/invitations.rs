//! An invitation is answered once, and seats are never overrun.

use contract::{
    Code, InvitationId, Password, Role, invitations::InviteMembers, invitations::JoinAsNew,
};
use domain::{
    Actor, invitations,
    organizations::{self, Plan},
    sessions::Client,
};
use testkit::{Invite, Kit, Org, Person, on_each_database};

use super::{Act, ROUNDS, act, assert_one, at_once, granted, is_whole};

on_each_database! {
    many_are_invited_to_the_last_seats,
    one_seat_is_left_for_two_who_accept,
    the_last_seat_is_wanted_by_an_expired_one_and_a_new_one,
    one_address_is_invited_by_two,
    one_is_accepted_twice_in_one_session,
    one_is_accepted_in_two_sessions_by_id_and_by_token,
    one_is_accepted_while_it_is_taken_back,
    one_is_accepted_while_it_is_declined,
    one_is_accepted_while_the_organization_is_deleted,
    a_new_person_joins_twice,
    a_new_person_joins_two_organizations,
}

async fn founded(kit: &Kit, round: u32) -> (Org, Person) {
    let ada = kit.person(&format!("ada-{round}")).await;
    let org = kit
        .organization(&format!("org-{round}"))
        .owned_by(&ada)
        .await;
    (org, ada)
}

async fn seats(kit: &Kit, org: &Org, count: u32) {
    let plan = Plan {
        seats: Some(Some(count)),
        ..Plan::default()
    };
    organizations::set_plan(&kit.system(), &kit.operator(), &org.slug, plan, "a test")
        .await
        .expect("operators may");
}

/// The refusal of an address counts as the refusal of the act.
fn invites(kit: &Kit, by: &Person, org: &Org, email: &str) -> Act {
    let (ctx, actor, id) = (kit.ctx(), by.actor(), org.id);
    let input = InviteMembers {
        emails: email.to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    };
    act(async move {
        let answers = invitations::send(&ctx, &actor, id, input).await?;
        Ok(answers
            .into_iter()
            .next()
            .map(|one| one.result)
            .transpose()?)
    })
}

fn accepts(kit: &Kit, actor: &Actor, id: InvitationId) -> Act {
    let (ctx, actor) = (kit.ctx(), actor.clone());
    act(async move { invitations::accept(&ctx, &actor, id).await })
}

fn accepts_by_token(kit: &Kit, actor: &Actor, invite: &Invite) -> Act {
    let (ctx, actor, token) = (kit.ctx(), actor.clone(), invite.token.clone());
    act(async move { invitations::accept_by_token(&ctx, &actor, &token).await })
}

fn joins(kit: &Kit, invite: &Invite) -> Act {
    let (ctx, token) = (kit.ctx(), invite.token.clone());
    let input = JoinAsNew {
        name: "Joan".to_owned(),
        password: Password::new("nine lanterns over the harbour"),
    };
    act(async move { invitations::join(&ctx, &token, input, Client::Browser).await })
}

async fn told(kit: &Kit, person: &Person, template: &str) -> usize {
    let letters = kit.new_mail_to(&person.email).await;
    letters
        .iter()
        .filter(|post| post.template() == template)
        .count()
}

async fn members_of(org: &Org, person: &Person) -> u64 {
    org.seen_by(person).await.organization().member_count
}

// --- seats ------------------------------------------------------------------------------------------------------------------

async fn many_are_invited_to_the_last_seats(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let grace = kit.person(&format!("grace-{round}")).await;
        org.with(&grace, Role::Admin).await;
        seats(&kit, &org, 4).await;
        let acts = (0..8)
            .map(|number| {
                let by = if number % 2 == 0 { &ada } else { &grace };
                invites(
                    &kit,
                    by,
                    &org,
                    &format!("new-{round}-{number}@example.test"),
                )
            })
            .collect();
        let codes = at_once(acts).await;
        assert_eq!(granted(&codes), 2, "{codes:?}");
        assert!(
            codes
                .iter()
                .flatten()
                .all(|code| *code == Code::NoSeatsLeft)
        );
        is_whole(&kit).await;
    }
}

async fn one_seat_is_left_for_two_who_accept(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let mut acts = Vec::new();
        for handle in ["joan", "mary", "edith"] {
            let person = kit.person(&format!("{handle}-{round}")).await;
            let invite = person.is_invited_to(&org, Role::Member).await;
            acts.push(accepts(&kit, &person.signed_in().await, invite.id));
        }
        acts.push(joins(
            &kit,
            &org.invites(&format!("new-{round}@example.test"), Role::Member)
                .await,
        ));
        seats(&kit, &org, 2).await;
        assert_one(&at_once(acts).await, &[Code::NoSeatsLeft]);
        assert_eq!(members_of(&org, &ada).await, 2);
        is_whole(&kit).await;
    }
}

async fn the_last_seat_is_wanted_by_an_expired_one_and_a_new_one(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let expired = org
            .invites(&format!("old-{round}@example.test"), Role::Member)
            .await;
        kit.clock.advance(7 * 24 * 60 * 60);
        seats(&kit, &org, 2).await;
        let (ctx, actor) = (kit.ctx(), ada.actor());
        let resends = act(async move { invitations::resend(&ctx, &actor, expired.id).await });
        let sends = invites(&kit, &ada, &org, &format!("new-{round}@example.test"));
        assert_one(&at_once(vec![resends, sends]).await, &[Code::NoSeatsLeft]);
        is_whole(&kit).await;
    }
}

async fn one_address_is_invited_by_two(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let grace = kit.person(&format!("grace-{round}")).await;
        org.with(&grace, Role::Admin).await;
        let email = format!("new-{round}@example.test");
        let acts = [&ada, &grace, &ada, &grace].map(|by| invites(&kit, by, &org, &email));
        assert_one(&at_once(Vec::from(acts)).await, &[Code::AlreadyInvited]);
        assert_eq!(kit.new_mail_to(&email).await.len(), 1);
        is_whole(&kit).await;
    }
}

// --- answers ----------------------------------------------------------------------------------------------------------------

async fn one_is_accepted_twice_in_one_session(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let joan = kit.person(&format!("joan-{round}")).await;
        let invite = joan.is_invited_to(&org, Role::Member).await;
        let joans = joan.signed_in().await;
        let acts = (0..4).map(|_| accepts(&kit, &joans, invite.id)).collect();
        assert_one(&at_once(acts).await, &[Code::InvitationSettled]);
        assert_eq!(members_of(&org, &ada).await, 2);
        assert_eq!(told(&kit, &ada, "invitation_accepted").await, 1);
        is_whole(&kit).await;
    }
}

async fn one_is_accepted_in_two_sessions_by_id_and_by_token(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let joan = kit.person(&format!("joan-{round}")).await;
        let invite = joan.is_invited_to(&org, Role::Admin).await;
        let (one, two) = (
            kit.holder(&joan.signs_in().await.token).await,
            joan.signed_in().await,
        );
        let one = one.expect("the session is live");
        joan.signs_in().await;
        let acts = vec![
            accepts(&kit, &one, invite.id),
            accepts_by_token(&kit, &two, &invite),
            accepts_by_token(&kit, &joan.actor(), &invite),
        ];
        assert_one(&at_once(acts).await, &[Code::InvitationSettled]);
        assert_eq!(org.role_of(&joan).await, Some(Role::Admin));
        assert_eq!(told(&kit, &ada, "invitation_accepted").await, 1);
        is_whole(&kit).await;
    }
}

async fn one_is_accepted_while_it_is_taken_back(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let joan = kit.person(&format!("joan-{round}")).await;
        let invite = joan.is_invited_to(&org, Role::Member).await;
        let accepts = accepts(&kit, &joan.signed_in().await, invite.id);
        let (ctx, actor) = (kit.ctx(), ada.actor());
        let revokes = act(async move { invitations::revoke(&ctx, &actor, invite.id).await });
        let codes = at_once(vec![accepts, revokes]).await;
        assert_one(&codes, &[Code::InvitationSettled]);
        assert_eq!(org.role_of(&joan).await.is_some(), codes[0].is_none());
        is_whole(&kit).await;
    }
}

async fn one_is_accepted_while_it_is_declined(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let joan = kit.person(&format!("joan-{round}")).await;
        let invite = joan.is_invited_to(&org, Role::Member).await;
        let accepts = accepts(&kit, &joan.signed_in().await, invite.id);
        let (ctx, token) = (kit.ctx(), invite.token.clone());
        let declines =
            act(
                async move { invitations::decline_by_token(&ctx, &Actor::Anonymous, &token).await },
            );
        let codes = at_once(vec![accepts, declines]).await;
        assert_one(&codes, &[Code::InvitationSettled]);
        assert_eq!(org.role_of(&joan).await.is_some(), codes[0].is_none());
        assert_eq!(
            kit.new_mail_to(&ada.email).await.len(),
            1,
            "one answer, one letter"
        );
        is_whole(&kit).await;
    }
}

async fn one_is_accepted_while_the_organization_is_deleted(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let joan = kit.person(&format!("joan-{round}")).await;
        let invite = joan.is_invited_to(&org, Role::Member).await;
        let accepts = accepts(&kit, &joan.signed_in().await, invite.id);
        let (ctx, actor, id, slug) = (kit.ctx(), ada.actor(), org.id, org.slug.clone());
        let deletes = act(async move { organizations::delete(&ctx, &actor, id, &slug).await });
        let codes = at_once(vec![accepts, deletes]).await;
        assert_eq!(codes[1], None);
        assert!(
            [None, Some(Code::InvitationSettled)].contains(&codes[0]),
            "{codes:?}"
        );
        assert_eq!(
            members_of(&org, &ada).await,
            1 + u64::from(codes[0].is_none())
        );
        is_whole(&kit).await;
    }
    assert_eq!(
        kit.number("SELECT count(*) FROM invitations WHERE open_key IS NOT NULL")
            .await,
        0
    );
}

// --- joining ----------------------------------------------------------------------------------------------------------------

async fn a_new_person_joins_twice(kit: Kit) {
    for round in 0..ROUNDS {
        let (org, ada) = founded(&kit, round).await;
        let invite = org
            .invites(&format!("joan-{round}@example.test"), Role::Member)
            .await;
        let people = kit.count("users").await;
        let acts = (0..4).map(|_| joins(&kit, &invite)).collect();
        assert_one(&at_once(acts).await, &[Code::InvitationSettled]);
        assert_eq!(kit.count("users").await, people + 1);
        assert_eq!(members_of(&org, &ada).await, 2);
        is_whole(&kit).await;
    }
}

/// One invitation makes the account; the other waits for its owner to sign in.
async fn a_new_person_joins_two_organizations(kit: Kit) {
    for round in 0..ROUNDS {
        let (one, ada) = founded(&kit, round).await;
        let two = kit
            .organization(&format!("two-{round}"))
            .owned_by(&ada)
            .await;
        let email = format!("joan-{round}@example.test");
        let people = kit.count("users").await;
        let acts = vec![
            joins(&kit, &one.invites(&email, Role::Member).await),
            joins(&kit, &two.invites(&email, Role::Member).await),
        ];
        assert_one(
            &at_once(acts).await,
            &[Code::InvitationHasAccount, Code::Conflict],
        );
        assert_eq!(kit.count("users").await, people + 1);
        is_whole(&kit).await;
    }
}
