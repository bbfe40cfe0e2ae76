//! An owner who can sign in never disappears.

use contract::{Code, MembershipId, Role, accounts::UpdateProfile};
use domain::{accounts, invitations, members, organizations, own_data};
use testkit::{Kit, Org, Person, on_each_database};

use super::{Act, ROUNDS, act, assert_one, at_once, granted, is_whole};

on_each_database! {
    of_two_owners_who_leave_one_stays,
    of_six_owners_who_leave_one_stays,
    one_leaves_while_the_other_steps_down,
    two_who_demote_each_other,
    two_who_remove_each_other,
    one_leaves_while_the_other_is_suspended,
    both_are_suspended,
    both_delete_their_accounts,
    one_leaves_while_the_other_deletes_the_account,
    somebody_joins_while_the_only_owner_deletes_the_account,
    an_heir_is_suspended_while_the_owner_goes,
    one_leaves_while_the_other_hands_over,
    a_member_is_removed_while_leaving,
    it_is_deleted_twice,
    roles_change_while_people_edit_their_profiles,
}

/// An organization of two owners.
struct Pair {
    org: Org,
    people: [Person; 2],
    of: [MembershipId; 2],
}

async fn pair(kit: &Kit, round: u32) -> Pair {
    let people = [
        kit.person(&format!("ada-{round}")).await,
        kit.person(&format!("grace-{round}")).await,
    ];
    let org = kit
        .organization(&format!("org-{round}"))
        .owned_by(&people[0])
        .await;
    let of = [
        org.membership_of(&people[0]).await,
        org.with(&people[1], Role::Owner).await,
    ];
    Pair { org, people, of }
}

fn leaves(kit: &Kit, person: &Person, org: &Org) -> Act {
    let (ctx, actor, id) = (kit.ctx(), person.actor(), org.id);
    act(async move { members::leave(&ctx, &actor, id).await })
}

fn changes(kit: &Kit, by: &Person, of: MembershipId, role: Role) -> Act {
    let (ctx, actor) = (kit.ctx(), by.actor());
    act(async move { members::change_role(&ctx, &actor, of, role).await })
}

fn removes(kit: &Kit, by: &Person, of: MembershipId) -> Act {
    let (ctx, actor) = (kit.ctx(), by.actor());
    act(async move { members::remove(&ctx, &actor, of).await })
}

fn is_suspended(kit: &Kit, person: &Person) -> Act {
    let (ctx, actor, id) = (kit.system(), kit.operator(), person.id);
    act(async move { accounts::suspend(&ctx, &actor, id, "spam").await })
}

fn deletes_account(kit: &Kit, person: &Person) -> Act {
    let (ctx, actor, email) = (kit.ctx(), person.actor(), person.email.clone());
    act(async move { own_data::delete(&ctx, &actor, &email).await })
}

fn hands_over(kit: &Kit, by: &Person, org: &Org, to: MembershipId) -> Act {
    let (ctx, actor, id) = (kit.ctx(), by.actor(), org.id);
    act(async move { organizations::transfer(&ctx, &actor, id, to).await })
}

async fn of_two_owners_who_leave_one_stays(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, .. } = pair(&kit, round).await;
        let acts = people.iter().map(|one| leaves(&kit, one, &org)).collect();
        assert_one(&at_once(acts).await, &[Code::LastOwner]);
        is_whole(&kit).await;
    }
}

async fn of_six_owners_who_leave_one_stays(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, .. } = pair(&kit, round).await;
        let mut owners = Vec::from(people);
        for number in 2..6 {
            let person = kit.person(&format!("owner-{round}-{number}")).await;
            org.with(&person, Role::Owner).await;
            owners.push(person);
        }
        let acts = owners.iter().map(|one| leaves(&kit, one, &org)).collect();
        let codes = at_once(acts).await;
        assert_eq!(granted(&codes), 5, "{codes:?}");
        assert!(codes.contains(&Some(Code::LastOwner)));
        is_whole(&kit).await;
    }
}

async fn one_leaves_while_the_other_steps_down(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, of } = pair(&kit, round).await;
        let acts = vec![
            leaves(&kit, &people[0], &org),
            changes(&kit, &people[1], of[1], Role::Member),
        ];
        assert_one(&at_once(acts).await, &[Code::LastOwner]);
        is_whole(&kit).await;
    }
}

async fn two_who_demote_each_other(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { people, of, .. } = pair(&kit, round).await;
        let acts = vec![
            changes(&kit, &people[0], of[1], Role::Admin),
            changes(&kit, &people[1], of[0], Role::Member),
        ];
        // Whoever comes second is no owner any more.
        assert_one(&at_once(acts).await, &[Code::MemberAbove, Code::Forbidden]);
        is_whole(&kit).await;
    }
}

async fn two_who_remove_each_other(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { people, of, .. } = pair(&kit, round).await;
        let acts = vec![
            removes(&kit, &people[0], of[1]),
            removes(&kit, &people[1], of[0]),
        ];
        assert_one(&at_once(acts).await, &[Code::NotFound]);
        is_whole(&kit).await;
    }
}

async fn one_leaves_while_the_other_is_suspended(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, .. } = pair(&kit, round).await;
        let acts = vec![
            leaves(&kit, &people[0], &org),
            is_suspended(&kit, &people[1]),
        ];
        assert_one(&at_once(acts).await, &[Code::LastOwner]);
        is_whole(&kit).await;
    }
}

async fn both_are_suspended(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { people, .. } = pair(&kit, round).await;
        let acts = people.iter().map(|one| is_suspended(&kit, one)).collect();
        assert_one(&at_once(acts).await, &[Code::LastOwner]);
        is_whole(&kit).await;
    }
}

async fn both_delete_their_accounts(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { people, .. } = pair(&kit, round).await;
        people[1].signed_in().await;
        let acts = people
            .iter()
            .map(|one| deletes_account(&kit, one))
            .collect();
        assert_one(&at_once(acts).await, &[Code::LastOwner]);
        is_whole(&kit).await;
        kit.discards_mail().await;
    }
}

async fn one_leaves_while_the_other_deletes_the_account(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, .. } = pair(&kit, round).await;
        people[1].signed_in().await;
        let acts = vec![
            leaves(&kit, &people[0], &org),
            deletes_account(&kit, &people[1]),
        ];
        let codes = at_once(acts).await;
        // Whoever leaves first leaves the other with nobody else, so that the organization may go with the account.
        assert!(granted(&codes) >= 1, "{codes:?}");
        is_whole(&kit).await;
        kit.discards_mail().await;
    }
}

async fn somebody_joins_while_the_only_owner_deletes_the_account(kit: Kit) {
    for round in 0..ROUNDS {
        let ada = kit.person(&format!("ada-{round}")).await;
        let grace = kit.person(&format!("grace-{round}")).await;
        let org = kit
            .organization(&format!("org-{round}"))
            .owned_by(&ada)
            .await;
        let invited = grace.is_invited_to(&org, Role::Member).await;
        let (ctx, actor) = (kit.ctx(), grace.signed_in().await);
        let joins = act(async move { invitations::accept(&ctx, &actor, invited.id).await });
        let codes = at_once(vec![joins, deletes_account(&kit, &ada)]).await;
        assert_eq!(granted(&codes), 1, "{codes:?}");
        is_whole(&kit).await;
        kit.discards_mail().await;
    }
}

/// The heir becomes an owner after the one who suspends has looked up what they own.
async fn an_heir_is_suspended_while_the_owner_goes(kit: Kit) {
    for round in 0..ROUNDS * 2 {
        let Pair { org, people, of } = pair(&kit, round).await;
        let (ctx, [ada, grace]) = (kit.ctx(), people);
        members::change_role(&ctx, &ada.actor(), of[1], Role::Member)
            .await
            .expect("owners may");
        let (actor, heir, id) = (ada.actor(), of[1], org.id);
        let goes = act(async move {
            members::change_role(&ctx, &actor, heir, Role::Owner).await?;
            members::leave(&ctx, &actor, id).await
        });
        let codes = at_once(vec![goes, is_suspended(&kit, &grace)]).await;
        assert!(
            granted(&codes) >= 1 || codes[1] == Some(Code::Conflict),
            "{codes:?}"
        );
        is_whole(&kit).await;
    }
}

async fn one_leaves_while_the_other_hands_over(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, of } = pair(&kit, round).await;
        let acts = vec![
            leaves(&kit, &people[1], &org),
            hands_over(&kit, &people[0], &org, of[1]),
            is_suspended(&kit, &people[1]),
        ];
        let codes = at_once(acts).await;
        assert!(granted(&codes) >= 1, "{codes:?}");
        is_whole(&kit).await;
        assert_eq!(org.role_of(&people[0]).await, Some(Role::Owner));
    }
}

async fn a_member_is_removed_while_leaving(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, of } = pair(&kit, round).await;
        let acts = vec![
            leaves(&kit, &people[1], &org),
            removes(&kit, &people[0], of[1]),
            removes(&kit, &people[0], of[1]),
        ];
        assert_one(&at_once(acts).await, &[Code::NotFound]);
        is_whole(&kit).await;
        assert_eq!(org.seen_by(&people[0]).await.organization().member_count, 1);
    }
}

async fn it_is_deleted_twice(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, .. } = pair(&kit, round).await;
        let acts = people
            .iter()
            .map(|owner| {
                let (ctx, actor, org) = (kit.ctx(), owner.actor(), org.clone());
                act(async move { organizations::delete(&ctx, &actor, org.id, &org.slug).await })
            })
            .collect();
        assert_one(&at_once(acts).await, &[Code::PendingDeletion]);
        for owner in &people {
            let deleted = kit.new_mail_to(&owner.email).await;
            let deleted = deleted
                .iter()
                .filter(|post| post.template() == "organization_deleted");
            assert_eq!(deleted.count(), 1);
        }
        is_whole(&kit).await;
    }
}

/// They lock the person and the membership in one order, so nobody waits for whoever waits for them.
async fn roles_change_while_people_edit_their_profiles(kit: Kit) {
    for round in 0..ROUNDS {
        let Pair { org, people, of } = pair(&kit, round).await;
        let mary = kit.person(&format!("mary-{round}")).await;
        let of_mary = org.with(&mary, Role::Member).await;
        let edits = |person: &Person, name: &str| {
            let (ctx, actor) = (kit.ctx(), person.actor());
            let input = UpdateProfile {
                name: Some(name.to_owned()),
                ..UpdateProfile::default()
            };
            act(async move { accounts::update_profile(&ctx, &actor, input).await })
        };
        let mut acts = vec![
            hands_over(&kit, &people[0], &org, of_mary),
            changes(&kit, &people[1], of[0], Role::Admin),
            leaves(&kit, &people[1], &org),
        ];
        for name in ["One", "Two", "Three"] {
            acts.extend([&people[0], &people[1], &mary].map(|person| edits(person, name)));
        }
        let codes = at_once(acts).await;
        assert_eq!(granted(&codes[3..]), 9, "{codes:?}");
        is_whole(&kit).await;
    }
}
