//! Every question and change of organizations, by everybody who could try: each gets what the permission table says, and whoever
//! is no member gets what they would get of something that does not exist.

mod acts;
mod fields;

use contract::{Permission, Role};
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use self::{
    acts::{Input, acts},
    fields::{fields, roots},
};
use super::{
    Answer, Api, Credentials,
    company::{Company, found},
    schema::types,
};

on_each_database! {
    the_walk_leaves_nothing_out,
    what_is_anothers_is_like_what_does_not_exist,
}

/// Mutations of other slices, which no organization has a say in; their tests are in `accounts`, `email_change`,
/// `sessions`, `second_factors`, `passkeys` and `identities`. Those of staff are walked in `admin`.
const ELSEWHERE: &[&str] = &[
    "signUp",
    "verifyEmail",
    "resendVerification",
    "requestPasswordReset",
    "resetPassword",
    "changePassword",
    "updateProfile",
    "updatePreferences",
    "signIn",
    "confirmPassword",
    "signOut",
    "revokeOtherSessions",
    "revokeSession",
    "stopImpersonation",
    "completeSecondFactor",
    "enrolTotp",
    "confirmTotp",
    "disableTotp",
    "regenerateRecoveryCodes",
    "beginPasskeyRegistration",
    "registerPasskey",
    "renamePasskey",
    "removePasskey",
    "beginPasskeySignIn",
    "signInWithPasskey",
    "beginPasskeySecondStep",
    "beginPasskeyConfirmation",
    "unlinkIdentity",
    "setFirstPassword",
    "requestEmailChange",
    "exportData",
    "deleteAccount",
    "undoAccountDeletion",
    "confirmEmailChange",
    "undoEmailChange",
    "requestMagicLink",
    "signInWithMagicLink",
    "verifyApiKey",
];

/// Who may do something.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// Whoever has the secret that is shown.
    Nothing,
    /// Anybody who is signed in.
    Session,
    /// Members with this permission.
    Permission(Permission),
    /// The person whom it is about.
    Oneself,
    /// Staff, who are nobody here.
    Staff,
}

const fn may(permission: Permission) -> Need {
    Need::Permission(permission)
}

/// Somebody who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Stranger,
    /// An owner who was suspended; the session was good.
    Suspended,
    /// The owner of another organization.
    Other,
    Inside(Role),
}

const EVERYBODY: [Caller; 6] = [
    Caller::Stranger,
    Caller::Suspended,
    Caller::Other,
    Caller::Inside(Role::Member),
    Caller::Inside(Role::Admin),
    Caller::Inside(Role::Owner),
];

impl Caller {
    const fn has_session(self) -> bool {
        !matches!(self, Self::Stranger | Self::Suspended)
    }

    fn may(self, permission: Permission) -> bool {
        matches!(self, Self::Inside(role) if role.may(permission))
    }
}

/// People of every kind, with what they show.
struct World {
    kit: Kit,
    api: Api,
    founder: Person,
    people: Vec<(Caller, Person, Credentials)>,
}

impl World {
    async fn new(kit: &Kit) -> Self {
        let founder = kit.person("founder").await;
        founder.signs_in().await;
        let mut people = Vec::new();
        for (handle, caller) in [
            ("gone", Caller::Suspended),
            ("other", Caller::Other),
            ("member", Caller::Inside(Role::Member)),
            ("admin", Caller::Inside(Role::Admin)),
            ("owner", Caller::Inside(Role::Owner)),
        ] {
            let person = kit.person(handle).await;
            let credentials = Credentials::of_program(kit, &person).await;
            people.push((caller, person, credentials));
        }
        Self {
            kit: kit.clone(),
            api: Api::new(kit),
            founder,
            people,
        }
    }

    /// An organization with everybody in it who belongs there. Nobody is suspended before all have joined.
    async fn company(&self, name: &str) -> Company<'_> {
        self.kit.sql("UPDATE users SET suspended_at = NULL").await;
        let company = found(&self.kit, &self.founder, name).await;
        for (caller, person, _) in &self.people {
            match caller {
                Caller::Inside(role) => company.takes_in(person, *role).await,
                Caller::Suspended => company.takes_in(person, Role::Owner).await,
                Caller::Stranger | Caller::Other => continue,
            };
        }
        self.person(Caller::Suspended).gets_suspended().await;
        self.kit.discards_mail().await;
        company
    }

    fn person(&self, caller: Caller) -> &Person {
        let found = self.people.iter().find(|(who, ..)| *who == caller);
        &found.expect("strangers are nobody").1
    }

    fn credentials(&self, caller: Caller) -> &Credentials {
        let found = self.people.iter().find(|(who, ..)| *who == caller);
        found.map_or(&Credentials::None, |(.., credentials)| credentials)
    }

    async fn run(&self, caller: Caller, query: &str, variables: Value) -> Answer {
        self.api
            .run_as(self.credentials(caller), query, variables)
            .await
    }
}

/// What the walk asks about: things of one organization, and of its founder.
async fn subjects(world: &World, company: &Company<'_>) -> Value {
    let key = company.makes_key().await.to_string();
    world.kit.discards_mail().await;
    let invitation = company
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    json!({
        "organization": company.org(),
        "membership": company.membership_of(&world.founder).await.to_string(),
        "user": world.founder.id.to_string(),
        "invitation": invitation,
        "apikey": key,
        "auditevent": company.first_entry().await.to_string(),
        "slug": company.slug,
        "token": world.kit.last_mail_to("zoe@example.test").await.token(),
    })
}

async fn the_walk_leaves_nothing_out(kit: Kit) {
    let types = types(&kit).await;
    let declared = |kind: &str| -> Vec<String> {
        let found = types.iter().find(|declared| declared["name"] == kind);
        let fields = found.map(|kind| kind["fields"].clone()).unwrap_or_default();
        let mut names: Vec<String> = fields
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|field| field["name"].as_str().map(ToOwned::to_owned))
            .collect();
        names.sort();
        names
    };
    let sorted = |names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let mut names: Vec<String> = names.map(ToOwned::to_owned).collect();
        names.sort();
        names.dedup();
        names
    };
    let acts = acts();
    let mutations = sorted(
        &mut acts
            .iter()
            .map(|act| act.name)
            .chain(ELSEWHERE.iter().copied())
            .chain(super::admin::names()),
    );
    assert_eq!(declared("Mutation"), mutations);
    let roots = roots();
    let queries = sorted(
        &mut roots
            .iter()
            .map(|(field, ..)| field.split('(').next().unwrap_or(field)),
    );
    assert_eq!(declared("Query"), queries);
    let fields = fields();
    for kind in [
        "Organization",
        "Membership",
        "User",
        "Invitation",
        "ApiKey",
        "AuditEvent",
    ] {
        let walked = sorted(
            &mut fields
                .iter()
                .filter(|seen| seen.kind == kind)
                .map(|seen| seen.field),
        );
        assert_eq!(declared(kind), walked, "{kind}");
    }
    let node = types
        .iter()
        .find(|kind| kind["name"] == "Node")
        .expect("there is one");
    let kinds = node["possibleTypes"].as_array().into_iter().flatten();
    let kinds = sorted(&mut kinds.filter_map(|kind| kind["name"].as_str()));
    assert_eq!(
        kinds,
        sorted(&mut fields.iter().map(|seen| seen.kind)),
        "every kind of node is walked"
    );
    let roles = types
        .iter()
        .find(|kind| kind["name"] == "Permission")
        .expect("there is one");
    assert_eq!(
        roles["enumValues"].as_array().map(Vec::len),
        Some(Permission::ALL.len())
    );
}

async fn what_is_anothers_is_like_what_does_not_exist(kit: Kit) {
    let world = World::new(&kit).await;
    let company = world.company("Walk").await;
    let subjects = subjects(&world, &company).await;
    let random = |prefix: &str| json!(format!("{prefix}_11111111111111111111"));
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    for (subject, prefix) in [
        ("organization", "org"),
        ("membership", "mem"),
        ("user", "usr"),
        ("invitation", "inv"),
        ("apikey", "key"),
        ("auditevent", "aud"),
    ] {
        for caller in [Caller::Stranger, Caller::Other] {
            let [theirs, nobodys] = [subjects[subject].clone(), random(prefix)];
            for id in [
                theirs,
                nobodys,
                json!(format!("{prefix}_")),
                json!(format!("{prefix}_0OIl")),
            ] {
                let answer = world.run(caller, query, json!({ "id": id })).await;
                assert_eq!(
                    answer.data(),
                    json!({ "node": null }),
                    "{subject} {id} by {caller:?}"
                );
            }
        }
    }
    for act in acts() {
        let kind = format!("{}{}Input", act.name[..1].to_uppercase(), &act.name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {0}(input: $input) {{ userErrors {{ code message field }} }} }}",
            act.name
        );
        let ids = |organization: Value, membership: Value, invitation: Value, key: Value| match act
            .input
        {
            Input::NewKey => Some(json!({ "organizationId": organization, "name": "Mine" })),
            Input::Key | Input::PausedKey | Input::RotatingKey => Some(json!({ "id": key })),
            Input::Name => Some(json!({ "organizationId": organization, "name": "Mine" })),
            Input::Slug => Some(json!({ "organizationId": organization, "slug": "mine" })),
            Input::Deletion => {
                Some(json!({ "organizationId": organization, "slug": company.slug }))
            }
            Input::Restoration | Input::Organization | Input::Grace | Input::Required => {
                Some(json!({ "organizationId": organization }))
            }
            Input::Heir => Some(json!({ "organizationId": organization, "memberId": membership })),
            Input::NewAddress => {
                Some(json!({ "organizationId": organization, "emails": ["x@example.test"] }))
            }
            Input::Invitation | Input::OwnInvitation => Some(json!({ "invitationId": invitation })),
            Input::NewRole => Some(json!({ "memberId": membership, "role": "MEMBER" })),
            Input::Removal => Some(json!({ "memberId": membership })),
            Input::NewOrganization | Input::Letter | Input::OldLetter | Input::NewAccount => None,
        };
        let theirs = ids(
            subjects["organization"].clone(),
            subjects["membership"].clone(),
            subjects["invitation"].clone(),
            subjects["apikey"].clone(),
        );
        let nobodys = ids(random("org"), random("mem"), random("inv"), random("key"));
        let malformed = ids(json!("x"), json!(""), json!("org_0OIl"), json!("key_0OIl"));
        let Some(theirs) = theirs else { continue };
        for caller in [Caller::Stranger, Caller::Other] {
            let answer = world.run(caller, &query, json!({ "input": theirs })).await;
            for other in [&nobodys, &malformed] {
                let same = world.run(caller, &query, json!({ "input": other })).await;
                assert_eq!(answer.text, same.text, "{} by {caller:?}", act.name);
            }
        }
    }
}
