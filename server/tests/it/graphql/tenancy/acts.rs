//! Every change, by everybody.

use contract::{Code, Permission, Problem, Role, api_keys::Overlap};
use domain::api_keys;
use serde_json::{Value, json};
use testkit::{Backend, Kit, on_each_database};

use super::{
    Answer, Caller, Company, EVERYBODY,
    Need::{self, Nothing, Oneself, Session},
    World, found, may,
};

on_each_database! {
    every_mutation_is_granted_as_the_table_says,
}

/// A mutation, who may use it, and what it is about.
pub(super) struct Act {
    pub(super) name: &'static str,
    need: Need,
    pub(super) input: Input,
}

/// What an act is about; made anew for everybody who may.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input {
    NewOrganization,
    Name,
    Slug,
    Deletion,
    /// The organization is deleted before.
    Restoration,
    Organization,
    /// Everybody has a second factor by then.
    Grace,
    /// A second factor is asked for before.
    Required,
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
    NewKey,
    Key,
    PausedKey,
    RotatingKey,
}

pub(super) fn acts() -> Vec<Act> {
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
        act(
            "requireSecondFactor",
            may(P::RequireSecondFactor),
            Input::Grace,
        ),
        act(
            "liftSecondFactor",
            may(P::RequireSecondFactor),
            Input::Required,
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
        act("createApiKey", may(P::CreateKeys), Input::NewKey),
        act("rotateApiKey", may(P::CreateKeys), Input::Key),
        act("updateApiKey", may(P::ManageKeys), Input::Key),
        act("pauseApiKey", may(P::ManageKeys), Input::Key),
        act("resumeApiKey", may(P::ManageKeys), Input::PausedKey),
        act("endApiKeyRotation", may(P::ManageKeys), Input::RotatingKey),
        act("revokeApiKey", may(P::ManageKeys), Input::Key),
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
            Self::Grace => {
                let kind = match world.kit.backend() {
                    Backend::Sqlite => "blob",
                    Backend::Postgres => "bytea",
                };
                let apps = format!(
                    "INSERT INTO authenticator_apps (user_id, sealed_secret, last_step, created_at, confirmed_at) \
                     SELECT id, CAST('x' AS {kind}), 0, 1, 1 FROM users WHERE true ON CONFLICT DO NOTHING"
                );
                world.kit.sql(&apps).await;
                json!({ "organizationId": org })
            }
            Self::Required => {
                let asked =
                    "UPDATE organizations SET second_factor_from = 9795428000000 WHERE slug =";
                world.kit.sql(&format!("{asked} '{}'", company.slug)).await;
                json!({ "organizationId": org })
            }
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
            Self::NewKey => json!({ "organizationId": org, "name": format!("Key {number}") }),
            Self::Key => json!({ "id": company.makes_key().await.to_string() }),
            Self::PausedKey => {
                let id = company.makes_key().await;
                let ctx = world.kit.ctx();
                let paused = api_keys::pause(&ctx, &world.founder.actor(), id).await;
                json!({ "id": paused.expect("owners may").id.to_string() })
            }
            Self::RotatingKey => {
                let id = company.makes_key().await;
                let (ctx, founder) = (world.kit.ctx(), world.founder.actor());
                let rotated = api_keys::rotate(&ctx, &founder, id, Overlap::Day).await;
                json!({ "id": rotated.expect("owners may").key.id.to_string() })
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
        Need::Staff => unreachable!("acts of staff are walked in `admin`"),
        Need::Permission(_) if caller == Caller::Other => "refused NOT_FOUND".to_owned(),
        Need::Permission(permission) if caller.may(permission) => "done".to_owned(),
        Need::Permission(permission) => {
            let problem = Problem::not_allowed(permission.least_role());
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
