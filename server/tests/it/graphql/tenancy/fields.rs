//! Every question, by everybody.

use contract::{Permission, Problem};
use serde_json::{Value, json};
use testkit::{Kit, on_each_database};

use super::{
    Answer, Caller, EVERYBODY,
    Need::{self, Nothing, Oneself, Session},
    World, may, subjects,
};

on_each_database! {
    every_field_is_seen_as_the_table_says,
}

/// How what may not be seen reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    Null,
    /// Null, and an error that names who may.
    Forbidden,
}

/// A field, what is selected of it, and who sees it. The object that it is of is seen by members alone, and null to others.
pub(super) struct Seen {
    pub(super) kind: &'static str,
    pub(super) field: &'static str,
    selection: &'static str,
    need: Need,
    otherwise: Otherwise,
    /// It is null in the walk for those who may see it too.
    is_empty: bool,
}

pub(super) fn fields() -> Vec<Seen> {
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
            "secondFactorFrom",
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
            .chain(plain(&[
                "organizationId",
                "organizationName",
                "organizationSlug",
            ]))
            .chain([("user", "{ id }"), ("organization", "{ id }")])
            .map(seen("Membership", may(P::ReadMembers))),
    );
    all.push(Seen {
        otherwise: Otherwise::Forbidden,
        ..seen("Membership", may(P::ReadMemberDetails))(("hasSecondFactor", ""))
    });
    all.extend(plain(&["lastActiveAt"]).map(seen("Membership", may(P::ReadMemberDetails))));
    all.extend(
        plain(&["id", "username", "name", "avatarUrl"]).map(seen("User", may(P::ReadMembers))),
    );
    all.extend(plain(&["email"]).map(seen("User", may(P::ReadMemberDetails))));
    all.extend(
        plain(&["phone", "emailVerifiedAt", "createdAt", "updatedAt"])
            .chain(plain(&["pendingEmail", "hasPassword"]))
            .chain([
                ("deletionPreview", "{ deleted { id } }"),
                ("profile", "{ theme }"),
                ("memberships", "{ totalCount }"),
                ("sessions", "{ totalCount }"),
                ("secondFactors", "{ recoveryCodesLeft }"),
                ("identities", "{ id }"),
                ("impersonation", "{ operatorId }"),
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
    all.push(seen("Organization", may(P::ReadKeys))((
        "apiKeys",
        "{ totalCount }",
    )));
    all.extend(
        [("quota", "{ used }"), ("usage", "{ valid }")]
            .map(seen("Organization", may(P::ReadUsage))),
    );
    all.extend(
        plain(&[
            "id",
            "name",
            "start",
            "last4",
            "scopes",
            "status",
            "hints",
            "createdBy",
            "createdAt",
            "updatedAt",
            "expiresAt",
            "lastUsedAt",
            "lastUsedIp",
            "allowedIps",
            "revokedAt",
            "revokeReason",
        ])
        .chain([
            ("rotation", "{ start }"),
            ("rateLimit", "{ limit }"),
            ("organization", "{ id }"),
        ])
        .map(seen("ApiKey", may(P::ReadKeys))),
    );
    all.extend(
        [("quota", "{ used }"), ("usage", "{ valid }")].map(seen("ApiKey", may(P::ReadUsage))),
    );
    all.push(Seen {
        otherwise: Otherwise::Forbidden,
        ..seen("Organization", may(P::ReadAudit))(("auditEvents", "{ totalCount nodes { id } }"))
    });
    all.extend(
        plain(&[
            "id", "at", "action", "sentence", "face", "before", "after", "ip", "traceId", "seq",
            "isErased",
        ])
        .chain([
            ("actor", "{ id name }"),
            ("impersonator", "{ id name }"),
            ("subject", "{ id name }"),
            ("organization", "{ id }"),
        ])
        .map(seen("AuditEvent", may(P::ReadAudit))),
    );
    let empty_of_keys = [
        "quota",
        "rotation",
        "rateLimit",
        "lastUsedAt",
        "lastUsedIp",
        "revokedAt",
        "revokeReason",
    ];
    let empty = [
        "avatarUrl",
        "logoUrl",
        "organizationLogoUrl",
        "seats",
        "deletedAt",
        "purgesAt",
        "secondFactorFrom",
        "impersonation",
    ];
    for seen in &mut all {
        seen.is_empty = match seen.kind {
            "ApiKey" => empty_of_keys.contains(&seen.field),
            // It tells of a beginning.
            "AuditEvent" => ["before", "impersonator"].contains(&seen.field),
            _ => empty.contains(&seen.field),
        };
    }
    all
}

/// Fields of the root, with what a caller gives and who gets an answer.
pub(super) fn roots() -> Vec<(&'static str, &'static str, Need)> {
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
        ("node(id: $apikey)", "{ id }", may(Permission::ReadKeys)),
        (
            "node(id: $auditevent)",
            "{ id }",
            may(Permission::ReadAudit),
        ),
        ("apiKeyScopes", "{ name }", Nothing),
        ("identityProviders", "{ kind }", Nothing),
        ("admin", "{ overview { version } }", Need::Staff),
    ]
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
        "AuditEvent" => caller.may(Permission::ReadAudit),
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
                Problem::not_allowed(permission.least_role())
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
        Need::Staff => false,
        Oneself => unreachable!("nothing of the root is"),
    };
    assert_eq!(
        !answer.json()["data"]["it"].is_null(),
        is_granted,
        "{field} by {caller:?}: {}",
        answer.text
    );
    let code = match need {
        Need::Staff => "NOT_FOUND",
        _ if field.starts_with("organizationSlugAvailable") && !is_granted => "UNAUTHENTICATED",
        _ => "",
    };
    assert_eq!(answer.code(), code, "{field} by {caller:?}");
}
