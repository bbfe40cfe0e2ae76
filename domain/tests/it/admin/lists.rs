//! Finding people, organizations and keys among many.

use contract::{
    Code, Role,
    admin::{OrganizationFilter, UserFilter},
    page::{Page, PageRequest},
};
use domain::{
    Actor, accounts, admin,
    api_keys::{KeyFilter, ListKeys},
    organizations::{self, Plan},
};
use testkit::{Kit, on_each_database};

use super::{WHY, staff};
use crate::{
    api_keys::{key, plain},
    refusals::{refusal, refusal_on},
};

on_each_database! {
    people_are_found_by_name_username_address_and_the_beginning_of_the_id,
    people_are_filtered_by_how_they_stand,
    a_list_goes_on_where_the_page_ended_newest_first,
    among_many_people_one_is_found,
    a_list_reads_one_index_in_its_order_and_the_rows_of_its_page,
    organizations_are_found_and_filtered,
    keys_are_found_across_organizations,
    lists_are_for_staff_and_refuse_what_is_none,
}

async fn usernames(kit: &Kit, actor: &Actor, filter: UserFilter) -> Vec<String> {
    let request = PageRequest::first(100);
    let page = admin::users::page(&kit.ctx(), actor, &filter, &request).await;
    let page = page.expect("staff may look");
    let count = admin::users::count(&kit.ctx(), actor, &filter).await;
    assert_eq!(count.ok(), Some(page.items.len() as u64));
    page.items
        .into_iter()
        .map(|(_, row)| row.username)
        .collect()
}

fn searching(text: &str) -> UserFilter {
    UserFilter {
        search: text.to_owned(),
        ..UserFilter::default()
    }
}

async fn people_are_found_by_name_username_address_and_the_beginning_of_the_id(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").named("Åsa Öberg").await;
    kit.clock.advance(1);
    kit.person("edith").named("Edith 100%").await;
    let found = async |text: &str| usernames(&kit, &grace, searching(text)).await;
    for text in ["öberg", "ÅSA", "Ada", "ADA@EXAMPLE"] {
        assert_eq!(found(text).await, ["ada"], "{text}");
    }
    assert_eq!(found("100%").await, ["edith"]);
    assert_eq!(found("_").await, Vec::<String>::new());
    let id = ada.id.to_string();
    assert_eq!(found(&id).await, ["ada"]);
    assert!(found(&id[..16]).await.contains(&"ada".to_owned()));
    assert_eq!(found("usr_").await.len(), 3, "all ids begin so");
    assert_eq!(found("usr_zzzz").await, Vec::<String>::new());
}

async fn people_are_filtered_by_how_they_stand(kit: Kit) {
    let grace = staff(&kit).await;
    kit.person("nina").unverified().await;
    let (out, gone) = (kit.person("out").await, kit.person("gone").await);
    out.is_suspended().await;
    domain::own_data::delete_as_staff(&kit.system(), &kit.operator(), gone.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    kit.clock.advance(60);
    let later = kit.ctx().now();
    kit.person("late").await;
    let of = |status: &str| UserFilter {
        status: status.to_owned(),
        ..UserFilter::default()
    };
    let found = async |filter| usernames(&kit, &grace, filter).await;
    assert_eq!(found(of("unverified")).await, ["nina"]);
    assert_eq!(found(of("suspended")).await, ["out"]);
    assert_eq!(found(of("deleted")).await, ["gone"]);
    assert_eq!(found(of("active")).await, ["late", "grace"]);
    let staff = |is_staff| UserFilter {
        is_staff: Some(is_staff),
        ..UserFilter::default()
    };
    assert_eq!(found(staff(true)).await, ["grace"]);
    assert_eq!(found(staff(false)).await.len(), 4);
    let factor = |has| UserFilter {
        has_second_factor: Some(has),
        ..UserFilter::default()
    };
    assert_eq!(found(factor(true)).await, ["grace"]);
    assert_eq!(found(factor(false)).await.len(), 4);
    let from = UserFilter {
        created_from: Some(later),
        ..UserFilter::default()
    };
    assert_eq!(found(from).await, ["late"]);
    let to = UserFilter {
        created_to: Some(later),
        ..UserFilter::default()
    };
    assert_eq!(found(to).await.len(), 4);
}

async fn a_list_goes_on_where_the_page_ended_newest_first(kit: Kit) {
    let grace = staff(&kit).await;
    for number in 1..=5 {
        kit.clock.advance(1);
        kit.person(&format!("person{number}")).await;
    }
    let (ctx, filter) = (kit.ctx(), UserFilter::default());
    let ask = async |request: PageRequest| -> Page<_> {
        let page = admin::users::page(&ctx, &grace, &filter, &request).await;
        page.expect("staff may look")
    };
    let names = |page: &Page<contract::admin::UserRow>| -> Vec<String> {
        let rows = page.items.iter();
        rows.map(|(_, row)| row.username.clone()).collect()
    };
    let first = ask(PageRequest::first(2)).await;
    assert_eq!(names(&first), ["person5", "person4"]);
    let after = first.next().map(ToOwned::to_owned);
    let second = ask(PageRequest {
        after,
        ..PageRequest::first(2)
    })
    .await;
    assert_eq!(names(&second), ["person3", "person2"]);
    let before = second.previous().map(ToOwned::to_owned);
    let back = ask(PageRequest {
        size: Some(2),
        before,
        ..PageRequest::default()
    })
    .await;
    assert_eq!(names(&back), names(&first));
    let foreign = PageRequest {
        after: Some("x".repeat(44)),
        ..PageRequest::default()
    };
    let refused = admin::users::page(&ctx, &grace, &filter, &foreign).await;
    assert_eq!(refusal(refused), Code::InvalidCursor);
}

async fn among_many_people_one_is_found(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with_crowd(1..5_001).await;
    kit.sql("UPDATE users SET name_key = lower(name || ' ' || username) WHERE name_key = ''")
        .await;
    let found = usernames(&kit, &grace, searching("person 4999")).await;
    assert_eq!(found, ["person-4999"]);
    assert_eq!(
        usernames(&kit, &grace, searching("person-2500@crowd")).await,
        ["person-2500"]
    );
}

async fn a_list_reads_one_index_in_its_order_and_the_rows_of_its_page(kit: Kit) {
    let grace = staff(&kit).await;
    let (ctx, first) = (kit.ctx(), PageRequest::first(50));
    let active = || "active".to_owned();
    for search in ["", "ada"] {
        let people = UserFilter {
            status: active(),
            is_staff: Some(false),
            ..searching(search)
        };
        let companies = OrganizationFilter {
            status: active(),
            tier: "pro".to_owned(),
            search: search.to_owned(),
            ..OrganizationFilter::default()
        };
        let (done, statements) = kit
            .statements_of(async {
                admin::users::page(&ctx, &grace, &people, &first).await?;
                admin::users::count(&ctx, &grace, &people).await?;
                admin::organizations::page(&ctx, &grace, &companies, &first).await?;
                admin::organizations::count(&ctx, &grace, &companies).await
            })
            .await;
        done.expect("staff may look");
        let mut asked = 0;
        for statement in &statements {
            // What only these lists ask.
            if !statement.contains("\"suspended_at\" IS NULL") {
                continue;
            }
            asked += 1;
            let plan = kit.plan_of(statement).await.join("; ");
            let is_read_well = plan.contains("USING COVERING INDEX")
                && plan.contains("_search")
                && !plan.contains("TEMP B-TREE FOR ORDER BY");
            assert!(plan.is_empty() || is_read_well, "{statement}: {plan}");
        }
        assert_eq!(asked, 4, "{statements:#?}");
    }
}

async fn organizations_are_found_and_filtered(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let acme = kit
        .organization("acme")
        .named("Ätna Werke")
        .owned_by(&ada)
        .await;
    kit.clock.advance(1);
    let bell = kit.organization("bell").owned_by(&ada).await;
    kit.clock.advance(1);
    let cog = kit.organization("cog").owned_by(&ada).await;
    let (system, operator) = (kit.system(), kit.operator());
    let pro = Plan {
        tier: Some(contract::organizations::SubscriptionTier::Pro),
        quota_limit: Some(0),
        ..Plan::default()
    };
    organizations::set_plan_of(&system, &operator, acme.id, pro, WHY)
        .await
        .expect("operators may");
    organizations::suspend(&system, &operator, bell.id, WHY)
        .await
        .expect("operators may");
    organizations::delete_as_staff(&system, &operator, cog.id, WHY)
        .await
        .expect("operators may");
    kit.discards_mail().await;
    let found = async |filter: OrganizationFilter| -> Vec<String> {
        let request = PageRequest::first(10);
        let page = admin::organizations::page(&kit.ctx(), &grace, &filter, &request).await;
        let page = page.expect("staff may look");
        let count = admin::organizations::count(&kit.ctx(), &grace, &filter).await;
        assert_eq!(count.ok(), Some(page.items.len() as u64));
        let rows = page.items.into_iter();
        rows.map(|(_, row)| row.organization.slug).collect()
    };
    let all = OrganizationFilter::default;
    assert_eq!(found(all()).await, ["cog", "bell", "acme"]);
    for search in ["ätna", "ÄTNA", "acm", &acme.id.to_string()] {
        let filter = OrganizationFilter {
            search: search.to_owned(),
            ..all()
        };
        assert_eq!(found(filter).await, ["acme"], "{search}");
    }
    for (status, slug) in [
        ("active", "acme"),
        ("suspended", "bell"),
        ("deleted", "cog"),
    ] {
        let filter = OrganizationFilter {
            status: status.to_owned(),
            ..all()
        };
        assert_eq!(found(filter).await, [slug]);
    }
    let pro = OrganizationFilter {
        tier: "pro".to_owned(),
        ..all()
    };
    assert_eq!(found(pro).await, ["acme"]);
    let over = || OrganizationFilter {
        is_over_quota: true,
        ..all()
    };
    assert_eq!(found(over()).await, Vec::<String>::new());
    use_units(&kit, &acme.id, 5).await;
    assert_eq!(found(over()).await, ["acme"]);
}

/// Counts units of this month past the use cases.
async fn use_units(kit: &Kit, organization: &contract::OrganizationId, units: i64) {
    let hex = organization.0.simple();
    let id = match kit.backend() {
        testkit::Backend::Sqlite => format!("x'{hex}'"),
        testkit::Backend::Postgres => format!("'{hex}'::uuid"),
    };
    let month = kit.ctx().now().month();
    kit.sql(&format!(
        "INSERT INTO quotas (subject_id, month, used, told_percent) VALUES ({id}, {month}, {units}, 0)"
    ))
    .await;
}

async fn keys_are_found_across_organizations(kit: Kit) {
    let grace = staff(&kit).await;
    let (ada, joan) = (kit.person("ada").await, kit.person("joan").await);
    let acme = kit.organization("acme").owned_by(&ada).await;
    let bell = kit.organization("bell").owned_by(&joan).await;
    let one = key(&kit, &acme, &ada, &plain("Über")).await.key;
    kit.clock.advance(1);
    let other = key(&kit, &bell, &joan, &plain("Other")).await.key;
    let found = async |search: &str, status: &str| -> Vec<(String, String)> {
        let input = ListKeys {
            filter: KeyFilter {
                search: search.to_owned(),
                status: status.to_owned(),
            },
            page: PageRequest::default(),
        };
        let page = admin::keys::page(&kit.ctx(), &grace, &input).await;
        let page = page.expect("staff may look");
        let count = admin::keys::count(&kit.ctx(), &grace, &input.filter).await;
        assert_eq!(count.ok(), Some(page.items.len() as u64));
        let rows = page.items.into_iter();
        rows.map(|(_, row)| (row.key.name, row.organization.slug))
            .collect()
    };
    let (over, others) = (
        ("Über".to_owned(), "acme".to_owned()),
        ("Other".to_owned(), "bell".to_owned()),
    );
    assert_eq!(found("", "").await, [others.clone(), over.clone()]);
    for search in ["über", &one.id.to_string(), &one.start, &one.last4] {
        assert_eq!(
            found(search, "all").await,
            std::slice::from_ref(&over),
            "{search}"
        );
    }
    let revoked = domain::api_keys::revoke_as_staff(&kit.ctx(), &grace, other.id, WHY).await;
    assert_eq!(
        revoked.map(|key| key.revoke_reason).ok().as_deref(),
        Some(WHY)
    );
    let told = kit.last_mail_to(&joan.email).await;
    assert_eq!(told.template(), "api_key_revoked_by_staff");
    assert_eq!(found("", "").await, [over]);
    kit.clock.advance(90 * 24 * 60 * 60);
    assert_eq!(
        found("", "revoked").await,
        [others],
        "staff find also what members see no more"
    );
    let (system, operator) = (kit.system(), kit.operator());
    let again = domain::api_keys::revoke_as_staff(&system, &operator, other.id, WHY).await;
    assert_eq!(refusal(again), Code::KeyRevoked);
}

async fn lists_are_for_staff_and_refuse_what_is_none(kit: Kit) {
    let grace = staff(&kit).await;
    let ada = kit.person("ada").await;
    let acme = kit.organization("acme").owned_by(&ada).await;
    acme.with(&kit.person("mary").await, Role::Member).await;
    let (ctx, request) = (kit.ctx(), PageRequest::default());
    for actor in [ada.actor(), kit.anonymous(), Actor::Service] {
        let users = admin::users::page(&ctx, &actor, &UserFilter::default(), &request).await;
        assert_eq!(refusal(users), Code::NotFound);
        let filter = OrganizationFilter::default();
        let all = admin::organizations::page(&ctx, &actor, &filter, &request).await;
        assert_eq!(refusal(all), Code::NotFound);
        let one = admin::organizations::get(&ctx, &actor, acme.id).await;
        assert_eq!(refusal(one), Code::NotFound);
        let keys = admin::keys::page(&ctx, &actor, &ListKeys::default()).await;
        assert_eq!(refusal(keys), Code::NotFound);
        let listed = accounts::list(&ctx, &actor, None, 10).await;
        assert_eq!(refusal(listed), Code::NotFound);
    }
    let filter = UserFilter {
        status: "gone".to_owned(),
        ..UserFilter::default()
    };
    let refused = admin::users::page(&ctx, &grace, &filter, &request).await;
    assert_eq!(refusal_on(refused), (Code::OutOfRange, "status".to_owned()));
}
