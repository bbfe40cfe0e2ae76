//! Organizations for tests: made and filled by the use cases that people go through.

use contract::{
    ApiKeyId, AuditEventId, InvitationId, MembershipId, OrganizationId, Role,
    invitations::InviteMembers, members::ListMembers, organizations::CreateOrganization,
    page::PageRequest,
};
use domain::{
    api_keys,
    audit::{self, AuditFilter, ListAudit},
    invitations, members, organizations,
};
use testkit::{Backend, Kit, Person};

/// An organization, and the owner who looks after it.
pub(super) struct Company<'a> {
    kit: &'a Kit,
    owner: &'a Person,
    pub(super) id: OrganizationId,
    pub(super) slug: String,
}

/// Has somebody who is signed in make an organization.
pub(super) async fn found<'a>(kit: &'a Kit, owner: &'a Person, name: &str) -> Company<'a> {
    let input = CreateOrganization {
        name: name.to_owned(),
        slug: String::new(),
    };
    let made = organizations::create(&kit.ctx(), &owner.actor(), input)
        .await
        .expect("the slug is free");
    Company {
        kit,
        owner,
        id: made.id(),
        slug: made.organization().slug.clone(),
    }
}

impl Company<'_> {
    pub(super) fn org(&self) -> String {
        self.id.to_string()
    }

    /// Makes a key.
    pub(super) async fn makes_key(&self) -> ApiKeyId {
        let input = contract::api_keys::CreateApiKey {
            name: "Key".to_owned(),
            ..Default::default()
        };
        let made = api_keys::create(&self.kit.ctx(), &self.owner.actor(), self.id, &input).await;
        made.expect("owners make keys").key.id
    }

    /// The entry of the log that tells of its making.
    pub(super) async fn first_entry(&self) -> AuditEventId {
        let (ctx, owner) = (self.kit.ctx(), self.owner.actor());
        let viewer = organizations::enter_by_id(&ctx, &owner, self.id)
            .await
            .expect("the owner is in");
        let asked = ListAudit {
            filter: AuditFilter {
                action: "organization.created".to_owned(),
                ..AuditFilter::default()
            },
            ..ListAudit::default()
        };
        let page = audit::page(&ctx, &viewer, &asked).await;
        page.expect("owners read it").items[0].1.id
    }

    /// Invites an address, and forgets how often it was invited.
    pub(super) async fn invites(&self, email: &str, role: Role) -> InvitationId {
        let input = InviteMembers {
            emails: email.to_owned(),
            role: role.as_str().to_owned(),
            ..InviteMembers::default()
        };
        let sent = invitations::send(&self.kit.ctx(), &self.owner.actor(), self.id, input)
            .await
            .expect("owners invite");
        self.kit.sql("DELETE FROM throttles").await;
        let invited = sent.into_iter().next().expect("there is one address");
        invited.result.expect("the address is good and new here").id
    }

    /// The secret of the letter that an invitation sent.
    pub(super) async fn token_for(&self, email: &str, role: Role) -> String {
        self.invites(email, role).await;
        self.kit.last_mail_to(email).await.token()
    }

    /// Invites somebody who is signed in, and has them accept.
    pub(super) async fn takes_in(&self, person: &Person, role: Role) -> MembershipId {
        let id = self.invites(&person.email, role).await;
        invitations::accept(&self.kit.ctx(), &person.actor(), id)
            .await
            .expect("it is theirs and open");
        self.membership_of(person).await
    }

    pub(super) async fn membership_of(&self, person: &Person) -> MembershipId {
        let (ctx, owner) = (self.kit.ctx(), self.owner.actor());
        let viewer = organizations::enter_by_id(&ctx, &owner, self.id)
            .await
            .expect("the owner is in");
        let input = ListMembers {
            page: PageRequest::first(100),
            ..ListMembers::default()
        };
        let page = members::list(&ctx, &viewer, &input)
            .await
            .expect("members are listed");
        let found = page
            .items
            .iter()
            .find(|(_, member)| member.person.id == person.id);
        found.expect("the person is in").1.id
    }

    /// Fills the organization with people at once; that many invitations would take their limits.
    pub(super) async fn takes_in_many(&self, people: &[Person]) {
        let id = |id: u128| match self.kit.backend() {
            Backend::Sqlite => format!("X'{id:032x}'"),
            Backend::Postgres => format!("'{id:032x}'"),
        };
        let organization = self.id.0.as_u128();
        for (person, membership) in people.iter().zip(organization + 1..) {
            let (user, email) = (id(person.id.0.as_u128()), &person.email);
            let (organization, membership) = (id(organization), id(membership));
            self.kit
                .sql(&format!(
                    "INSERT INTO memberships (id, organization_id, user_id, role, name_key, email_key, joined_at) \
                     VALUES ({membership}, {organization}, {user}, 'member', '{email}', '{email}', 1)"
                ))
                .await;
            let count = "UPDATE organizations SET member_count = member_count + 1 WHERE id =";
            self.kit.sql(&format!("{count} {organization}")).await;
        }
    }
}
