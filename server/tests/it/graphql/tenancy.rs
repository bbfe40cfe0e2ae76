//! Every question and change of organizations, by everybody who could try: each gets what the permission table says, and whoever
//! is no member gets what they would get of something that does not exist.

use contract::{Code, Permission, Role};
use serde_json::{Value, json};
use testkit::{Kit, Person, on_each_database};

use super::{
    Answer, Api, Credentials,
    company::{Company, found},
    schema::types,
};

on_each_database! {
    every_mutation_is_granted_as_the_table_says,
    every_field_is_seen_as_the_table_says,
    what_is_anothers_is_like_what_does_not_exist,
    the_walk_leaves_nothing_out,
}

/// Mutations of other slices, which no organization has a say in; their tests are in `accounts` and `sessions`.
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
}

use Need::{Nothing, Oneself, Session};

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

// --- mutations --------------------------------------------------------------------------------------------------------------

/// A mutation, who may use it, and an input that would be granted to this caller in this organization.
struct Act {
    name: &'static str,
    need: Need,
    /// What is in the way for those without a session who have what is needed otherwise.
    input: Input,
}

/// What an act is about; made anew for everybody who may.
#[derive(Clone, Copy, Debug)]
enum Input {
    NewOrganization,
    Name,
    Slug,
    Deletion,
    /// The organization is deleted before.
    Restoration,
    Organization,
    Heir,
    NewAddress,
    Invitation,
    OwnInvitation,
    /// The letter to a new address.
    Letter,
    /// The same, when it has expired.
    OldLetter,
    NewAccount,
    NewRole,
    Removal,
}

fn acts() -> Vec<Act> {
    use Permission as P;
    let act = |name, need, input| Act { name, need, input };
    vec![
        act("createOrganization", Session, Input::NewOrganization),
        act(
            "updateOrganization",
            may(P::UpdateOrganization),
            Input::Name,
        ),
        act("updateOrganization", may(P::ChangeSlug), Input::Slug),
        act(
            "deleteOrganization",
            may(P::DeleteOrganization),
            Input::Deletion,
        ),
        act(
            "restoreOrganization",
            may(P::DeleteOrganization),
            Input::Restoration,
        ),
        act(
            "leaveOrganization",
            may(P::ReadOrganization),
            Input::Organization,
        ),
        act("transferOwnership", may(P::TransferOwnership), Input::Heir),
        act("inviteMembers", may(P::InviteMembers), Input::NewAddress),
        act("resendInvitation", may(P::InviteMembers), Input::Invitation),
        act("revokeInvitation", may(P::InviteMembers), Input::Invitation),
        act(
            "copyInvitationLink",
            may(P::InviteMembers),
            Input::Invitation,
        ),
        act("acceptInvitation", Oneself, Input::OwnInvitation),
        act("declineInvitation", Oneself, Input::OwnInvitation),
        act("declineInvitation", Nothing, Input::Letter),
        act("requestNewInvitation", Nothing, Input::OldLetter),
        act("joinByInvitation", Nothing, Input::NewAccount),
        act("changeMemberRole", may(P::ChangeRoles), Input::NewRole),
        act("removeMember", may(P::RemoveMembers), Input::Removal),
    ]
}

impl Input {
    /// Something fresh, so that what one caller does leaves the next as much to do.
    async fn make(self, world: &World, company: &Company<'_>, number: usize) -> Value {
        let (org, email) = (company.org(), format!("new{number}@example.test"));
        let token = async || company.token_for(&email, Role::Member).await;
        match self {
            Self::NewOrganization => json!({ "name": format!("New {number}") }),
            Self::Name => json!({ "organizationId": org, "name": format!("Name {number}") }),
            Self::Slug => json!({ "organizationId": org, "slug": format!("slug-{number}") }),
            Self::Deletion => json!({ "organizationId": org, "slug": company.slug }),
            Self::Restoration => {
                let deleted = "UPDATE organizations SET deleted_at = 1795428000000 WHERE slug =";
                world
                    .kit
                    .sql(&format!("{deleted} '{}'", company.slug))
                    .await;
                json!({ "organizationId": org })
            }
            Self::Organization => json!({ "organizationId": org }),
            Self::Heir => {
                let heir = company
                    .membership_of(world.person(Caller::Inside(Role::Admin)))
                    .await;
                json!({ "organizationId": org, "memberId": heir.to_string() })
            }
            Self::NewAddress => json!({ "organizationId": org, "emails": [email] }),
            Self::Invitation => {
                json!({ "invitationId": company.invites(&email, Role::Member).await.to_string() })
            }
            Self::OwnInvitation => unreachable!("each caller has their own"),
            Self::Letter => json!({ "token": token().await }),
            Self::OldLetter => {
                let token = token().await;
                world
                    .kit
                    .sql("UPDATE invitations SET expires_at = 1 WHERE accepted_at IS NULL")
                    .await;
                json!({ "token": token })
            }
            Self::NewAccount => {
                json!({ "token": token().await, "password": "nine brown otters dive" })
            }
            Self::NewRole | Self::Removal => {
                let person = world.kit.person(&format!("new{number}")).await;
                person.signs_in().await;
                let member = company.takes_in(&person, Role::Member).await.to_string();
                match self {
                    Self::NewRole => json!({ "memberId": member, "role": "ADMIN" }),
                    _ => json!({ "memberId": member }),
                }
            }
        }
    }
}

/// How a mutation ended: `"done"`, the code of an error with its sentence, or of a user error.
fn ending(answer: &Answer, name: &str) -> String {
    let json = answer.json();
    if let Some(error) = json["errors"].as_array().and_then(|errors| errors.first()) {
        assert!(
            json["data"].is_null() || json["data"][name].is_null(),
            "{}",
            answer.text
        );
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        return format!(
            "{} {}",
            text(&error["extensions"]["code"]),
            text(&error["message"])
        );
    }
    match json["data"][name]["userErrors"][0]["code"].as_str() {
        Some(code) => format!("refused {code}"),
        None => "done".to_owned(),
    }
}

fn error(code: Code) -> String {
    format!("{code} {}", code.sentence())
}

fn expected(need: Need, caller: Caller) -> String {
    if caller == Caller::Suspended {
        return error(Code::Unauthenticated);
    }
    match need {
        Nothing => "done".to_owned(),
        _ if caller == Caller::Stranger => error(Code::Unauthenticated),
        Session | Oneself => "done".to_owned(),
        Need::Permission(_) if caller == Caller::Other => "refused NOT_FOUND".to_owned(),
        Need::Permission(permission) if caller.may(permission) => "done".to_owned(),
        Need::Permission(permission) => {
            let problem = contract::Problem::not_allowed(permission.least_role());
            format!("{} {}", problem.code, problem.message)
        }
    }
}

async fn every_mutation_is_granted_as_the_table_says(kit: Kit) {
    let world = World::new(&kit).await;
    let mut number = 0;
    for act in acts() {
        let company = world.company(&format!("Walk {number}")).await;
        let kind = format!("{}{}Input", act.name[..1].to_uppercase(), &act.name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {0}(input: $input) {{ userErrors {{ code }} }} }}",
            act.name
        );
        let mut shared = None;
        for caller in EVERYBODY {
            number += 1;
            let expected = expected(act.need, caller);
            let is_done = expected == "done";
            let input = match (act.input, &shared) {
                (Input::OwnInvitation, _) => own_invitation(&world, caller, number).await,
                (_, Some(input)) if !is_done => Value::clone(input),
                (input, _) => input.make(&world, &company, number).await,
            };
            let before = kit.count("audit_events").await;
            let answer = world.run(caller, &query, json!({ "input": input })).await;
            assert_eq!(
                ending(&answer, act.name),
                expected,
                "{} {:?} by {caller:?}: {}",
                act.name,
                act.input,
                answer.text
            );
            let after = kit.count("audit_events").await;
            assert_eq!(
                after > before,
                is_done,
                "{} by {caller:?} has left a trace, or none",
                act.name
            );
            shared = shared.or(Some(input).filter(|_| !is_done));
        }
        kit.discards_mail().await;
    }
}

/// An invitation to whoever calls, to an organization of somebody else; to nobody's address for who has none.
async fn own_invitation(world: &World, caller: Caller, number: usize) -> Value {
    let company = found(&world.kit, &world.founder, &format!("Own {number}")).await;
    let email = match caller {
        Caller::Stranger => "nobody@example.test",
        _ => &world.person(caller).email,
    };
    json!({ "invitationId": company.invites(email, Role::Member).await.to_string() })
}

// --- fields -----------------------------------------------------------------------------------------------------------------

/// How what may not be seen reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    Null,
    /// Null, and an error that names who may.
    Forbidden,
}

/// A field, what is selected of it, and who sees it. The object that it is of is seen by members alone, and null to others.
struct Seen {
    kind: &'static str,
    field: &'static str,
    selection: &'static str,
    need: Need,
    otherwise: Otherwise,
    /// It is null in the walk for those who may see it too.
    is_empty: bool,
}

fn fields() -> Vec<Seen> {
    use Permission as P;
    let seen = |kind, need| {
        move |(field, selection): (&'static str, &'static str)| Seen {
            kind,
            field,
            selection,
            need,
            otherwise: Otherwise::Null,
            is_empty: false,
        }
    };
    let plain = |fields: &'static [&'static str]| fields.iter().map(|field| (*field, ""));
    let mut all: Vec<Seen> = Vec::new();
    all.extend(
        plain(&[
            "id",
            "name",
            "slug",
            "logoUrl",
            "subscriptionTier",
            "quotaLimit",
            "seats",
            "memberCount",
            "createdAt",
        ])
        .chain(plain(&[
            "updatedAt",
            "deletedAt",
            "purgesAt",
            "viewerRole",
            "viewerCan",
        ]))
        .chain([("owner", "{ id }")])
        .map(seen("Organization", may(P::ReadOrganization))),
    );
    all.push(seen("Organization", may(P::ReadMembers))((
        "members",
        "{ totalCount nodes { id } }",
    )));
    all.push(Seen {
        otherwise: Otherwise::Forbidden,
        ..seen("Organization", may(P::InviteMembers))(("invitations", "{ nodes { id } }"))
    });
    all.extend(
        plain(&["id", "role", "joinedAt", "isPrimaryOwner", "isActive"])
            .chain([("user", "{ id }"), ("organization", "{ id }")])
            .map(seen("Membership", may(P::ReadMembers))),
    );
    all.extend(plain(&["lastActiveAt"]).map(seen("Membership", may(P::ReadMemberDetails))));
    all.extend(plain(&["id", "username", "name"]).map(seen("User", may(P::ReadMembers))));
    all.extend(plain(&["email"]).map(seen("User", may(P::ReadMemberDetails))));
    all.extend(
        plain(&["phone", "emailVerifiedAt", "createdAt", "updatedAt"])
            .chain([
                ("profile", "{ theme }"),
                ("memberships", "{ totalCount }"),
                ("invitations", "{ totalCount }"),
            ])
            .map(seen("User", Oneself)),
    );
    all.extend(
        plain(&[
            "id",
            "email",
            "role",
            "status",
            "invitedBy",
            "createdAt",
            "sentAt",
            "expiresAt",
            "organizationName",
        ])
        .chain(plain(&["organizationLogoUrl"]))
        .chain([("organization", "{ id }")])
        .map(seen("Invitation", may(P::InviteMembers))),
    );
    let empty = [
        "logoUrl",
        "organizationLogoUrl",
        "seats",
        "deletedAt",
        "purgesAt",
    ];
    for seen in &mut all {
        seen.is_empty = empty.contains(&seen.field);
    }
    all
}

/// Fields of the root, with what a caller gives and who gets an answer.
fn roots() -> Vec<(&'static str, &'static str, Need)> {
    vec![
        ("viewer", "{ __typename }", Session),
        (
            "node(id: $organization)",
            "{ id }",
            may(Permission::ReadOrganization),
        ),
        (
            "node(id: $membership)",
            "{ id }",
            may(Permission::ReadMembers),
        ),
        ("node(id: $user)", "{ id }", may(Permission::ReadMembers)),
        (
            "node(id: $invitation)",
            "{ id }",
            may(Permission::InviteMembers),
        ),
        (
            "organization(slug: $slug)",
            "{ id }",
            may(Permission::ReadOrganization),
        ),
        ("organizationSlugAvailable(slug: $slug)", "", Session),
        ("invitation(token: $token)", "{ id }", Nothing),
    ]
}

/// What the walk asks about: things of one organization, and of its founder.
async fn subjects(world: &World, company: &Company<'_>) -> Value {
    let invitation = company
        .invites("zoe@example.test", Role::Member)
        .await
        .to_string();
    json!({
        "organization": company.org(),
        "membership": company.membership_of(&world.founder).await.to_string(),
        "user": world.founder.id.to_string(),
        "invitation": invitation,
        "slug": company.slug,
        "token": world.kit.last_mail_to("zoe@example.test").await.token(),
    })
}

async fn every_field_is_seen_as_the_table_says(kit: Kit) {
    let world = World::new(&kit).await;
    let company = world.company("Walk").await;
    let subjects = subjects(&world, &company).await;
    kit.sql("UPDATE memberships SET last_active_at = 1795428000000")
        .await;
    for caller in EVERYBODY {
        for seen in fields() {
            check_field(&world, caller, &seen, &subjects).await;
        }
        for (field, selection, need) in roots() {
            check_root(&world, caller, field, selection, need, &subjects).await;
        }
    }
}

/// Suspended people are told that their token is dead, before anything is read.
fn is_turned_away(caller: Caller, answer: &Answer) -> bool {
    if caller == Caller::Suspended {
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "UNAUTHENTICATED")
        );
    }
    caller == Caller::Suspended
}

async fn check_field(world: &World, caller: Caller, seen: &Seen, subjects: &Value) {
    let id = &subjects[seen.kind.to_lowercase()];
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ __typename ... on {} {{ it: {}{} }} }} }}",
        seen.kind, seen.field, seen.selection
    );
    let answer = world.run(caller, &query, json!({ "id": id })).await;
    if is_turned_away(caller, &answer) {
        return;
    }
    let (node, context) = (
        &answer.json()["data"]["node"],
        format!(
            "{}.{} by {caller:?}: {}",
            seen.kind, seen.field, answer.text
        ),
    );
    let is_visible = match seen.kind {
        "Invitation" => caller.may(Permission::InviteMembers),
        _ => caller.may(Permission::ReadMembers),
    };
    let is_granted = matches!(seen.need, Need::Permission(permission) if caller.may(permission));
    assert_eq!(node.is_object(), is_visible, "{context}");
    assert_eq!(
        !node["it"].is_null(),
        is_granted && !seen.is_empty,
        "{context}"
    );
    let forbidden = is_visible && !is_granted && seen.otherwise == Otherwise::Forbidden;
    let message = &answer.json()["errors"][0]["message"];
    match seen.need {
        Need::Permission(permission) if forbidden => {
            assert_eq!(
                *message,
                contract::Problem::not_allowed(permission.least_role())
                    .message
                    .as_ref(),
                "{context}"
            );
            assert_eq!(answer.code(), "FORBIDDEN", "{context}");
        }
        _ => assert!(message.is_null(), "{context}"),
    }
}

async fn check_root(
    world: &World,
    caller: Caller,
    field: &str,
    selection: &str,
    need: Need,
    subjects: &Value,
) {
    let name = field
        .split('$')
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let (declared, variables) = match name {
        Some(name) => {
            let kind = if matches!(name, "slug" | "token") {
                "String!"
            } else {
                "ID!"
            };
            (
                format!("(${name}: {kind})"),
                json!({ name: subjects[name] }),
            )
        }
        None => (String::new(), Value::Null),
    };
    let query = format!("query{declared} {{ it: {field}{selection} }}");
    let answer = world.run(caller, &query, variables).await;
    if is_turned_away(caller, &answer) {
        return;
    }
    let is_granted = match need {
        Nothing => true,
        Session => caller.has_session(),
        Need::Permission(permission) => caller.may(permission),
        Oneself => unreachable!("nothing of the root is"),
    };
    assert_eq!(
        !answer.json()["data"]["it"].is_null(),
        is_granted,
        "{field} by {caller:?}: {}",
        answer.text
    );
    let is_refused = field.starts_with("organizationSlugAvailable") && !is_granted;
    assert_eq!(
        answer.code(),
        if is_refused { "UNAUTHENTICATED" } else { "" },
        "{field} by {caller:?}"
    );
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
            .chain(ELSEWHERE.iter().copied()),
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
    for kind in ["Organization", "Membership", "User", "Invitation"] {
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

// --- what is another's ------------------------------------------------------------------------------------------------------

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
        let ids = |organization: Value, membership: Value, invitation: Value| match act.input {
            Input::Name => Some(json!({ "organizationId": organization, "name": "Mine" })),
            Input::Slug => Some(json!({ "organizationId": organization, "slug": "mine" })),
            Input::Deletion => {
                Some(json!({ "organizationId": organization, "slug": company.slug }))
            }
            Input::Restoration | Input::Organization => {
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
        );
        let nobodys = ids(random("org"), random("mem"), random("inv"));
        let malformed = ids(json!("x"), json!(""), json!("org_0OIl"));
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
