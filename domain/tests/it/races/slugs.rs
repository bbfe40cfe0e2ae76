//! A slug has one organization.

use contract::{
    Code, OrganizationId,
    organizations::{CreateOrganization, UpdateOrganization},
};
use domain::organizations;
use testkit::{Kit, Person, on_each_database};

use super::{Act, ROUNDS, act, assert_one, at_once, granted, is_whole};

on_each_database! {
    one_slug_is_made_by_many,
    one_slug_is_made_by_one_and_taken_by_others,
    a_slug_that_is_given_up_is_not_taken_meanwhile,
    two_who_swap_their_slugs,
    a_slug_that_has_become_free_goes_to_one,
}

const NINETY_DAYS: i64 = 90 * 24 * 60 * 60;

fn makes(kit: &Kit, person: &Person, slug: &str) -> Act {
    let (ctx, actor) = (kit.ctx(), person.actor());
    let input = CreateOrganization {
        name: "Any".to_owned(),
        slug: slug.to_owned(),
    };
    act(async move { organizations::create(&ctx, &actor, input).await })
}

fn takes(kit: &Kit, person: &Person, id: OrganizationId, slug: &str) -> Act {
    let (ctx, actor) = (kit.ctx(), person.actor());
    let input = UpdateOrganization {
        name: None,
        slug: Some(slug.to_owned()),
    };
    act(async move { organizations::update(&ctx, &actor, id, input).await })
}

async fn four(kit: &Kit) -> [Person; 4] {
    let people = [
        kit.person("ada").await,
        kit.person("grace").await,
        kit.person("joan").await,
        kit.person("mary").await,
    ];
    for person in &people {
        person.signs_in().await;
    }
    people
}

async fn one_slug_is_made_by_many(kit: Kit) {
    let people = four(&kit).await;
    for round in 0..ROUNDS {
        let slug = format!("acme-{round}");
        let acts = people
            .iter()
            .chain(&people)
            .map(|one| makes(&kit, one, &slug))
            .collect();
        assert_one(&at_once(acts).await, &[Code::SlugTaken]);
        is_whole(&kit).await;
    }
}

async fn one_slug_is_made_by_one_and_taken_by_others(kit: Kit) {
    let people = four(&kit).await;
    for round in 0..ROUNDS {
        let slug = format!("acme-{round}");
        let mut acts = vec![
            makes(&kit, &people[0], &slug),
            makes(&kit, &people[1], &slug),
        ];
        for (number, person) in people.iter().enumerate() {
            let own = kit
                .organization(&format!("own-{round}-{number}"))
                .owned_by(person)
                .await;
            acts.push(takes(&kit, person, own.id, &slug));
        }
        assert_one(&at_once(acts).await, &[Code::SlugTaken]);
        is_whole(&kit).await;
    }
}

async fn a_slug_that_is_given_up_is_not_taken_meanwhile(kit: Kit) {
    let people = four(&kit).await;
    for round in 0..ROUNDS {
        let (old, new) = (format!("old-{round}"), format!("new-{round}"));
        let org = kit.organization(&old).owned_by(&people[0]).await;
        let other = kit
            .organization(&format!("other-{round}"))
            .owned_by(&people[1])
            .await;
        let acts = vec![
            takes(&kit, &people[0], org.id, &new),
            makes(&kit, &people[2], &old),
            takes(&kit, &people[1], other.id, &old),
        ];
        let codes = at_once(acts).await;
        assert_eq!(codes, [None, Some(Code::SlugTaken), Some(Code::SlugTaken)]);
        is_whole(&kit).await;
    }
}

async fn two_who_swap_their_slugs(kit: Kit) {
    let people = four(&kit).await;
    for round in 0..ROUNDS {
        let slugs = [format!("one-{round}"), format!("two-{round}")];
        let one = kit.organization(&slugs[0]).owned_by(&people[0]).await;
        let two = kit.organization(&slugs[1]).owned_by(&people[1]).await;
        let acts = vec![
            takes(&kit, &people[0], one.id, &slugs[1]),
            takes(&kit, &people[1], two.id, &slugs[0]),
        ];
        assert_eq!(at_once(acts).await, [Some(Code::SlugTaken); 2]);
        is_whole(&kit).await;
    }
}

async fn a_slug_that_has_become_free_goes_to_one(kit: Kit) {
    let people = four(&kit).await;
    for round in 0..ROUNDS {
        for person in &people {
            person.signs_in().await;
        }
        let (old, new) = (format!("old-{round}"), format!("new-{round}"));
        let org = kit.organization(&old).owned_by(&people[0]).await;
        let moved = at_once(vec![takes(&kit, &people[0], org.id, &new)]).await;
        assert_eq!(granted(&moved), 1);
        kit.clock.advance(NINETY_DAYS);
        for person in &people {
            person.signs_in().await;
        }
        let acts = vec![
            takes(&kit, &people[0], org.id, &old),
            makes(&kit, &people[1], &old),
            makes(&kit, &people[2], &old),
        ];
        assert_one(&at_once(acts).await, &[Code::SlugTaken]);
        is_whole(&kit).await;
    }
}
