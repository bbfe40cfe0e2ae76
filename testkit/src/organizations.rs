//! Organizations that people act in: `kit.organization("acme").owned_by(&ada)` is one with a slug and an owner.

use contract::{
    InvitationId, MembershipId, OrganizationId, Role, UserId, invitations::InviteMembers,
    organizations::CreateOrganization,
};
use domain::{Actor, InOrg, invitations, organizations};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

use crate::{Backend, Kit, Person};

/// An organization that nobody owns yet; [`Founding::owned_by`] makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is there before somebody owns it"]
pub struct Founding {
    kit: Kit,
    slug: String,
    name: String,
}

impl Founding {
    pub(crate) fn new(kit: &Kit, slug: &str) -> Self {
        Self {
            kit: kit.clone(),
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
        }
    }

    /// Unless said otherwise, the name is the slug in capital letters.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Made by this person, who is signed in first if they are not.
    pub async fn owned_by(self, owner: &Person) -> Org {
        let founder = owner.signed_in().await;
        let input = CreateOrganization {
            name: self.name.clone(),
            slug: self.slug.clone(),
        };
        let made = organizations::create(&self.kit.ctx(), &founder, input)
            .await
            .expect("the slug is free");
        Org {
            id: made.id(),
            slug: self.slug,
            name: self.name,
            kit: self.kit,
            founder,
            founder_email: owner.email.clone(),
        }
    }
}

/// An organization, and who made it.
#[derive(Clone, Debug)]
pub struct Org {
    pub id: OrganizationId,
    /// As it was in the beginning, like the name.
    pub slug: String,
    pub name: String,
    kit: Kit,
    founder: Actor,
    founder_email: String,
}

/// An invitation whose letter was read.
#[derive(Clone, Debug)]
pub struct Invite {
    pub id: InvitationId,
    pub email: String,
    /// The secret of the letter's link.
    pub token: String,
}

/// One line of an organization's audit log.
#[derive(Clone, Debug)]
pub struct Logged {
    pub action: String,
    /// Who did it; `None` for operators and for people without an account.
    pub by: Option<UserId>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Org {
    /// The founder invites an address; the letter is read.
    pub async fn invites(&self, email: &str, role: Role) -> Invite {
        let input = InviteMembers {
            emails: email.to_owned(),
            role: role.as_str().to_owned(),
            ..InviteMembers::default()
        };
        let mut answers = invitations::send(&self.kit.ctx(), &self.founder, self.id, input)
            .await
            .expect("the founder may invite");
        let made = answers.remove(0).result.expect("the address is new here");
        Invite {
            id: made.id,
            email: email.to_owned(),
            token: self.kit.last_mail_to(email).await.token(),
        }
    }

    /// Somebody joins by an invitation of the founder; both have read their letters.
    pub async fn with(&self, person: &Person, role: Role) -> MembershipId {
        let actor = person.signed_in().await;
        let invite = self.invites(&person.email, role).await;
        invitations::accept_by_token(&self.kit.ctx(), &actor, &invite.token)
            .await
            .expect("the invitation is for this person");
        let told = self.kit.last_mail_to(&self.founder_email).await;
        assert_eq!(told.template(), "invitation_accepted");
        self.membership_of(person).await
    }

    /// The proof that this person is a member, as of now.
    pub async fn seen_by(&self, person: &Person) -> InOrg {
        organizations::enter_by_id(&self.kit.ctx(), &person.actor(), self.id)
            .await
            .unwrap_or_else(|error| panic!("{} is no member: {error}", person.email))
    }

    pub async fn membership_of(&self, person: &Person) -> MembershipId {
        self.seen_by(person).await.membership_id()
    }

    /// The person's role; `None` for who is no member.
    pub async fn role_of(&self, person: &Person) -> Option<Role> {
        organizations::enter_by_id(&self.kit.ctx(), &person.actor(), self.id)
            .await
            .ok()
            .map(|found| found.role())
    }

    /// The organization's audit log, oldest first.
    pub async fn log(&self) -> Vec<Logged> {
        let query = "SELECT action, actor_id, before, after FROM audit_events WHERE organization_id = $1 ORDER BY at, id";
        let backend = self.kit.connection().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, query, [self.id.0.into()]);
        let rows = self.kit.connection().query_all_raw(statement).await;
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        rows.expect("the log can be read")
            .into_iter()
            .map(|row| Logged {
                action: row.try_get_by_index(0).expect("it has an action"),
                by: row
                    .try_get_by_index(1)
                    .map(|id: Option<_>| id.map(UserId))
                    .expect("it is an id"),
                before: json(row.try_get_by_index(2).expect("it is text")),
                after: json(row.try_get_by_index(3).expect("it is text")),
            })
            .collect()
    }

    /// The newest line of the log.
    pub async fn last_logged(&self) -> Logged {
        self.log().await.pop().expect("its making was logged")
    }

    /// Adds members as fast as the database takes them, past the use cases: `Person 1` (`person-1`,
    /// `person-1@crowd.test`) and so on, in this order. The same numbers are the same people in every organization.
    pub async fn with_crowd(&self, numbers: std::ops::Range<u32>) {
        for statement in self.crowd(&numbers) {
            self.kit.sql(&statement).await;
        }
    }

    fn crowd(&self, numbers: &std::ops::Range<u32>) -> [String; 4] {
        let hex = self.id.0.simple().to_string();
        let tail = &hex[24..];
        // Ids of 16 bytes that end in the number: people are alike in every crowd, memberships in each one's own.
        let (organization, person, member) = match self.kit.backend() {
            Backend::Sqlite => (
                format!("x'{hex}'"),
                "unhex('70' || printf('%030d', i))".to_owned(),
                format!("unhex('{tail}' || printf('%024d', i))"),
            ),
            Backend::Postgres => (
                format!("'{hex}'::uuid"),
                "('70' || lpad(i::text, 30, '0'))::uuid".to_owned(),
                format!("('{tail}' || lpad(i::text, 24, '0'))::uuid"),
            ),
        };
        let (first, last) = (numbers.start, numbers.end - 1);
        let count = numbers.len();
        let numbers = format!(
            "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
        );
        [
            format!(
                "INSERT INTO users (id, email, email_key, username, name, email_verified_at, created_at, updated_at)
                 {numbers} SELECT {person}, 'person-' || i || '@crowd.test', 'person-' || i || '@crowd.test', 'person-' || i,
                 'Person ' || i, 1, 1, 1 FROM n WHERE true ON CONFLICT DO NOTHING"
            ),
            format!(
                "INSERT INTO profiles (user_id, time_zone, language, theme, updated_at)
                 {numbers} SELECT {person}, 'UTC', 'en', 'system', 1 FROM n WHERE true ON CONFLICT DO NOTHING"
            ),
            format!(
                "INSERT INTO memberships (id, organization_id, user_id, role, name_key, email_key, joined_at)
                 {numbers} SELECT {member}, {organization}, {person}, 'member', 'person ' || i || ' person-' || i,
                 'person-' || i || '@crowd.test', 1 FROM n"
            ),
            format!(
                "UPDATE organizations SET member_count = member_count + {count} WHERE id = {organization}"
            ),
        ]
    }
}

impl Person {
    /// The founder of the organization invites this person, who reads the letter.
    pub async fn is_invited_to(&self, organization: &Org, role: Role) -> Invite {
        organization.invites(&self.email, role).await
    }
}
