//! Who may ask for it and lift it, and who of the members lacks one.

use contract::{
    Code, OrganizationId,
    members::{ListMembers, MemberFilter},
    page::PageRequest,
};
use domain::{Actor, members, organizations, second_factors};
use serde_json::json;
use testkit::{Authenticator, Kit, on_each_database};

use super::{Acme, enter, fresh, require};
use crate::{
    members::usernames,
    refusals::{refusal, refusal_on},
};

on_each_database! {
    asking_wants_an_owner_who_has_one_and_a_fresh_proof,
    once_it_is_lifted_all_get_in,
    who_lacks_one_is_found_page_by_page,
}

async fn asking_wants_an_owner_who_has_one_and_a_fresh_proof(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        app,
    } = Acme::founded(&kit).await;
    let eve = kit.person("eve").await.signed_in().await;
    let lift =
        async |actor: &Actor| organizations::lift_second_factor(&kit.ctx(), actor, acme.id).await;
    for (actor, code) in [
        (kit.anonymous(), Code::Unauthenticated),
        (kit.operator(), Code::Unauthenticated),
        (eve, Code::NotFound),
        (mary.actor(), Code::Forbidden),
        (grace.actor(), Code::Forbidden),
    ] {
        assert_eq!(refusal(require(&kit, &actor, acme.id, 7).await), code);
        assert_eq!(refusal(lift(&actor).await), code);
    }
    for days in [-1, 91] {
        assert_eq!(
            refusal_on(require(&kit, &ada.actor(), acme.id, days).await),
            (Code::OutOfRange, "graceDays".to_owned())
        );
    }
    assert_eq!(
        refusal(require(&kit, &ada.actor(), OrganizationId::NOTHING, 7).await),
        Code::NotFound
    );
    kit.clock.advance(600);
    assert_eq!(
        refusal(require(&kit, &ada.actor(), acme.id, 7).await),
        Code::StepUpRequired
    );
    assert_eq!(refusal(lift(&ada.actor()).await), Code::StepUpRequired);
    let owner = fresh(&kit, &ada);
    second_factors::remove_app(&kit.ctx(), &owner, &app.recovery_codes[0].as_str().into())
        .await
        .expect("it is hers");
    assert_eq!(
        refusal(require(&kit, &owner, acme.id, 7).await),
        Code::SecondFactorMissing
    );
    organizations::delete(&kit.ctx(), &owner, acme.id, "acme")
        .await
        .expect("owners may");
    assert_eq!(
        refusal(require(&kit, &owner, acme.id, 7).await),
        Code::PendingDeletion
    );
    kit.discards_mail().await;
    let seen = acme.seen_by(&mary).await;
    assert_eq!(seen.organization().second_factor_from, None);
}

async fn once_it_is_lifted_all_get_in(kit: Kit) {
    let Acme {
        acme, ada, mary, ..
    } = Acme::asking(&kit, 0).await;
    let from = acme.seen_by(&ada).await.organization().second_factor_from;
    let lift = async || {
        let done = organizations::lift_second_factor(&kit.ctx(), &fresh(&kit, &ada), acme.id).await;
        done.expect("owners may")
    };
    assert_eq!(lift().await.organization().second_factor_from, None);
    assert!(enter(&kit, &mary, &acme).await.is_ok());
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.before, logged.after),
        (
            "organization.second_factor_lifted",
            Some(json!({ "second_factor_from": from })),
            Some(json!({ "second_factor_from": null }))
        )
    );
    let entries = acme.log().await.len();
    lift().await;
    assert_eq!(acme.log().await.len(), entries, "nothing was to be lifted");
}

async fn who_lacks_one_is_found_page_by_page(kit: Kit) {
    let Acme {
        acme,
        ada,
        grace,
        mary,
        ..
    } = Acme::founded(&kit).await;
    acme.with_crowd(1..30).await;
    grace
        .sets_passkey_up(&kit, &mut Authenticator::new(&kit, 7))
        .await;
    kit.discards_mail().await;
    let viewer = acme.seen_by(&grace).await;
    let filter = |has| MemberFilter {
        has_second_factor: Some(has),
        ..MemberFilter::default()
    };
    let lacking = filter(false);
    let counted = members::count(&kit.ctx(), &viewer, &lacking).await;
    assert_eq!(counted.expect("admins may"), 30);
    let mut input = ListMembers {
        filter: lacking.clone(),
        page: PageRequest::first(12),
    };
    let mut found = Vec::new();
    loop {
        let page = members::list(&kit.ctx(), &viewer, &input).await;
        let page = page.expect("admins may");
        found.extend(page.items.iter().map(|(_, member)| member.clone()));
        let Some(after) = page.next() else { break };
        input.page.after = Some(after.to_owned());
    }
    assert_eq!(found.len(), 30);
    assert!(
        found
            .iter()
            .all(|member| member.has_second_factor == Some(false))
    );
    assert!(found.iter().any(|member| member.person.id == mary.id));
    let having = ListMembers {
        filter: filter(true),
        page: PageRequest::first(100),
    };
    let having = members::list(&kit.ctx(), &viewer, &having).await;
    let having = having.expect("admins may");
    assert_eq!(usernames(&having), ["ada", "grace"]);

    let member = acme.seen_by(&mary).await;
    assert_eq!(
        refusal(members::list(&kit.ctx(), &member, &input).await),
        Code::Forbidden
    );
    assert_eq!(
        refusal(members::count(&kit.ctx(), &member, &lacking).await),
        Code::Forbidden
    );
    let told = async |id| {
        let found = members::get(&kit.ctx(), &member, id).await;
        found.expect("members see members").has_second_factor
    };
    let of_ada = acme.membership_of(&ada).await;
    assert_eq!(told(of_ada).await, None, "of another she is not told");
    assert_eq!(told(member.membership_id()).await, Some(false), "her own");
}
