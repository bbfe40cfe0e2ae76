//! Who asks, and from where.

use contract::UserId;
use domain::{
    Actor, Ctx, Origin, PlainSecret, accounts,
    sessions::{self, Client},
};

use super::{Kit, at_home};
use crate::{organizations::Founding, people::Invitee};

impl Kit {
    /// A request of a browser at home.
    pub fn ctx(&self) -> Ctx {
        self.ctx.with_origin(at_home())
    }

    /// The same browser, elsewhere.
    pub fn ctx_from(&self, ip: &str) -> Ctx {
        self.ctx.with_origin(Origin {
            ip: Some(ip.parse().expect("this is an address")),
            ..at_home()
        })
    }

    /// A browser with a device cookie.
    pub fn ctx_on(&self, device: &str) -> Ctx {
        self.ctx.with_origin(Origin {
            device: Some(device.to_owned()),
            ..at_home()
        })
    }

    /// The process itself.
    pub fn system(&self) -> Ctx {
        self.ctx.with_origin(Origin::system())
    }

    pub fn anonymous(&self) -> Actor {
        Actor::Anonymous
    }

    pub fn operator(&self) -> Actor {
        Actor::Operator
    }

    /// Somebody with the address `{handle}@example.test` and, unless said otherwise, a verified account.
    pub fn person(&self, handle: &str) -> Invitee {
        Invitee::new(self, handle)
    }

    /// An organization with this slug, once somebody owns it.
    pub fn organization(&self, slug: &str) -> Founding {
        Founding::new(self, slug)
    }

    /// Who holds this browser's token now.
    pub async fn holder(&self, token: &PlainSecret) -> Option<Actor> {
        self.holder_with(token, Client::Browser).await
    }

    /// Who holds this token now, when this kind of client shows it.
    pub async fn holder_with(&self, token: &PlainSecret, client: Client) -> Option<Actor> {
        let found = sessions::authenticate(&self.ctx(), token.expose(), client)
            .await
            .expect("sessions can be read");
        found.map(|found| Actor::User(found.signed_in))
    }

    /// Whether this browser's token opens anything.
    pub async fn is_live(&self, token: &PlainSecret) -> bool {
        self.holder(token).await.is_some()
    }

    /// The person with this address.
    pub async fn id_of(&self, email: &str) -> UserId {
        let all = accounts::list(&self.system(), &Actor::Operator, None, 1_000)
            .await
            .expect("operators see everybody");
        let found = all
            .into_iter()
            .find(|listed| listed.email.eq_ignore_ascii_case(email));
        found.unwrap_or_else(|| panic!("{email} has no account")).id
    }
}
