//! What a person is in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use contract::{UserId, accounts, members::Person};
use domain::{Actor, accounts as people, actor::SignedIn, invitations, organizations, sessions};

use super::{
    acting::Acting,
    connection::{Listed, Total, asked, listed},
    errors::Field,
    identities::{self, Identity},
    invitations::Invitation,
    loaders::Loads,
    members::Membership,
    organizations::picture_url,
    own_data::DeletionPreview,
    scalars::DateTime,
    second_factors::SecondFactors,
    sessions::{Impersonation, Session},
};

/// A person with an account. Readable by that person, and in part by members of the same organizations; to everybody else it
/// does not exist.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct User {
    /// Begins with `usr_`, and never changes.
    pub(super) id: ID,
    /// Where e-mails go, and what the person signs in with. No two people share one, regardless of case. Of others only for
    /// admins and owners of the organization that they are read in, or that is shared with them; null for whoever may not read
    /// it.
    email: Option<String>,
    /// 3 to 32 letters a–z and digits, with single dots, hyphens or underscores between them. No two people share one.
    username: String,
    /// The person's name; may be empty.
    name: String,
    /// A telephone number in the form of ITU-T E.164, like `+442079460000`. Null for others.
    phone: Option<String>,
    /// When the address was verified. Before that, nobody can sign in with it. Null for others.
    email_verified_at: Option<DateTime>,
    /// When the account was created. Null for others.
    created_at: Option<DateTime>,
    /// When address, username, name, phone number or password last changed. Null for others.
    updated_at: Option<DateTime>,
    /// The person's preferences. Null for others.
    profile: Option<Profile>,
    #[graphql(skip)]
    user_id: UserId,
    #[graphql(skip)]
    avatar: Option<String>,
}

#[ComplexObject]
impl User {
    /// The address of the person's picture, a square PNG; null without one. A new picture has a new address. Set by
    /// `POST /_upload/avatar`, a form (`multipart/form-data`) with the file as `avatar`, or with `remove=1`.
    async fn avatar_url(&self, context: &Context<'_>) -> Option<String> {
        picture_url(Acting::of(context).ctx(), self.avatar.as_deref())
    }

    /// The address that the person wants to change to, until its link is used. Null if there is none, and for others.
    async fn pending_email(&self, context: &Context<'_>) -> Field<String> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let read = async {
            let user = people::get(acting.ctx(), &actor, self.user_id).await?;
            people::pending_email(acting.ctx(), &user).await
        };
        let found = read.await.map_err(|error| acting.error(&error));
        found.transpose()
    }

    /// Whether the person has a password; people who sign in with a passkey or a provider may have none. Null for others.
    async fn has_password(&self, context: &Context<'_>) -> Field<bool> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let security = people::security(acting.ctx(), &actor).await;
        acting.seen(security.map(|security| security.has_password))
    }

    /// What `deleteAccount` would do to organizations. Null for others.
    async fn deletion_preview(&self, context: &Context<'_>) -> Field<DeletionPreview> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let preview = domain::own_data::preview(acting.ctx(), &actor).await;
        acting.seen(preview.map(DeletionPreview::from))
    }

    /// Staff who act as this person in the caller's session. Null if it is the person, and for others.
    async fn impersonation(&self, context: &Context<'_>) -> Field<Impersonation> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let found = sessions::impersonation(acting.ctx(), &actor).await;
        let found = found.map_err(|error| acting.error(&error));
        found.map(|told| told.map(Impersonation::from)).transpose()
    }

    /// What the person has set up besides a password. Null for others.
    async fn second_factors(&self, context: &Context<'_>) -> Field<SecondFactors> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let factors = domain::second_factors::get(acting.ctx(), &actor).await;
        acting.seen(factors.map(SecondFactors::from))
    }

    /// The connected accounts that can sign the person in, oldest first; at most one of each issuer. Null for others.
    async fn identities(&self, context: &Context<'_>) -> Field<Vec<Identity>> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        identities::own(acting, &actor).await
    }

    /// Where the person is signed in, the newest first. Null for others. Refused: `INVALID_PAGE_SIZE`, `INVALID_CURSOR`.
    async fn sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Session>> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let read = async {
            let request = asked(first, after, last, before)?;
            sessions::page_own(acting.ctx(), &actor, &request).await
        };
        let own = |page| listed(&page, Total::OwnSessions, Session::from);
        Some(read.await.map(own).map_err(|error| acting.error(&error)))
    }

    /// What the person is a member of, in the order of joining. Null for others. Refused: `INVALID_PAGE_SIZE`,
    /// `INVALID_CURSOR`.
    async fn memberships(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Membership>> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let read = async {
            let request = asked(first, after, last, before)?;
            organizations::page_own(acting.ctx(), &actor, &request).await
        };
        let own = |page| listed(&page, Total::OwnMemberships, Membership::from);
        Some(read.await.map(own).map_err(|error| acting.error(&error)))
    }

    /// The invitations that wait for the person's answer, newest first. Null for others. Refused: `INVALID_PAGE_SIZE`,
    /// `INVALID_CURSOR`.
    async fn invitations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most this many, from the start: 1 to 100; 25 by default.")]
        first: Option<i64>,
        #[graphql(desc = "Items after the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many, from the end: 1 to 100; not together with `first`.")]
        last: Option<i64>,
        #[graphql(desc = "Items before the one with this cursor.")] before: Option<String>,
    ) -> Field<Listed<Invitation>> {
        let acting = Acting::of(context);
        let actor = self.acts(acting)?;
        let read = async {
            let request = asked(first, after, last, before)?;
            invitations::page_open(acting.ctx(), &actor, &request).await
        };
        let own = |page| listed(&page, Total::OwnInvitations, Invitation::from);
        Some(read.await.map(own).map_err(|error| acting.error(&error)))
    }
}

impl User {
    /// Who has just signed in, as they see themselves.
    pub(super) async fn of_new_session(
        context: &Context<'_>,
        signed_in: Option<SignedIn>,
    ) -> Field<Self> {
        let acting = Acting::of(context);
        let signed_in = signed_in?;
        let id = signed_in.user_id;
        let found = people::get(acting.ctx(), &Actor::User(signed_in), id).await;
        acting.seen(found.map(Self::from))
    }

    /// The caller, where this is who calls.
    fn acts(&self, acting: &Acting) -> Option<Actor> {
        let actor = acting.actor();
        let is_self = actor
            .signed_in()
            .is_ok_and(|user| user.user_id == self.user_id);
        is_self.then_some(actor)
    }
}

/// A person by id: oneself, or somebody whom one shares an organization with.
pub(super) async fn find(context: &Context<'_>, id: UserId) -> Field<User> {
    let loads = context.data_unchecked::<Loads>();
    loads.load_one(id).await.transpose()
}

/// A person who is at hand; oneself is read whole.
pub(super) async fn see(context: &Context<'_>, person: &Person) -> Field<User> {
    let seen = User::from(person.clone());
    if seen.acts(Acting::of(context)).is_some() {
        find(context, person.id).await
    } else {
        Some(Ok(seen))
    }
}

/// A person's preferences. Created together with the account.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Profile {
    /// A name of the IANA time zone database, like `Europe/Berlin`; `UTC` at first.
    time_zone: String,
    /// A BCP 47 tag, like `en` or `pt-BR`; `en` at first.
    language: String,
    /// How pages are coloured for this person.
    theme: Theme,
    /// The e-mails that this person has turned off.
    muted_notifications: Vec<Notification>,
    /// When any of these last changed.
    updated_at: DateTime,
}

/// E-mails that can be turned off. Those about the security of an account, and about what one can do in an organization, are
/// not among them.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "accounts::Notification")]
pub(super) enum Notification {
    /// API keys that are about to expire; to owners.
    KeyExpiry,
    /// Quotas that are nearly used up; to owners.
    Usage,
    /// Answers to invitations that the person sent.
    InvitationAnswers,
}

/// How pages are coloured.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "accounts::Theme")]
pub(super) enum Theme {
    /// As the device is set.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl From<contract::User> for User {
    fn from(user: contract::User) -> Self {
        Self {
            id: user.id.to_string().into(),
            email: Some(user.email),
            username: user.username,
            name: user.name,
            phone: user.phone,
            email_verified_at: user.email_verified_at.map(DateTime),
            created_at: Some(user.created_at.into()),
            updated_at: Some(user.updated_at.into()),
            profile: Some(user.profile.into()),
            user_id: user.id,
            avatar: user.avatar,
        }
    }
}

impl From<Person> for User {
    fn from(person: Person) -> Self {
        Self {
            id: person.id.to_string().into(),
            email: person.email,
            username: person.username,
            name: person.name,
            phone: None,
            email_verified_at: None,
            created_at: None,
            updated_at: None,
            profile: None,
            user_id: person.id,
            avatar: person.avatar,
        }
    }
}

impl From<accounts::Profile> for Profile {
    fn from(profile: accounts::Profile) -> Self {
        Self {
            time_zone: profile.time_zone,
            language: profile.language,
            theme: profile.theme.into(),
            muted_notifications: profile.muted.into_iter().map(Into::into).collect(),
            updated_at: profile.updated_at.into(),
        }
    }
}
