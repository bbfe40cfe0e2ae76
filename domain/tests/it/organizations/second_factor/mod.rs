//! An organization asks for a second factor: members are told, have time, and are kept out from then on until they have one.

mod asking;
mod keeping_out;
mod telling;

use contract::{OrganizationId, Role};
use domain::{Actor, InOrg, Result, organizations};
use testkit::{App, Kit, Org, Person};

const DAY: i64 = 24 * 60 * 60;

/// The person, who has just proved who they are.
fn fresh(kit: &Kit, person: &Person) -> Actor {
    let mut actor = person.actor();
    if let Actor::User(user) = &mut actor {
        user.authenticated_at = kit.ctx().now();
    }
    actor
}

async fn require(kit: &Kit, actor: &Actor, id: OrganizationId, days: i64) -> Result<InOrg> {
    organizations::require_second_factor(&kit.ctx(), actor, id, days).await
}

async fn enter(kit: &Kit, person: &Person, acme: &Org) -> Result<InOrg> {
    organizations::enter_by_id(&kit.ctx(), &person.actor(), acme.id).await
}

/// Ada owns it and has an app; Grace is an admin and Mary a member without.
struct Acme {
    acme: Org,
    ada: Person,
    grace: Person,
    mary: Person,
    app: App,
}

impl Acme {
    async fn founded(kit: &Kit) -> Self {
        let (ada, grace, mary) = (
            kit.person("ada").await,
            kit.person("grace").await,
            kit.person("mary").named("Mary Jackson").await,
        );
        let acme = kit.organization("acme").named("Acme").owned_by(&ada).await;
        acme.with(&grace, Role::Admin).await;
        acme.with(&mary, Role::Member).await;
        let app = ada.sets_app_up(kit).await;
        kit.discards_mail().await;
        Self {
            acme,
            ada,
            grace,
            mary,
            app,
        }
    }

    /// Asked for in so many days; the letters are thrown away.
    async fn asking(kit: &Kit, days: i64) -> Self {
        let acme = Self::founded(kit).await;
        require(kit, &acme.ada.actor(), acme.acme.id, days)
            .await
            .expect("the owner has one");
        kit.discards_mail().await;
        acme
    }
}
