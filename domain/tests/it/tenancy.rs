//! Every use case of an organization is tried as everybody: what the one table of permissions grants is done, what it does
//! not is refused, and who is no member cannot tell an organization from one that does not exist.

use std::{future::Future, pin::Pin};

use contract::{
    ApiKeyId, Code, InvitationId, MembershipId, OrganizationId, Permission, Role,
    api_keys::{CreateApiKey, Overlap, UpdateApiKey},
    invitations::InviteMembers,
    members::{ListMembers, MemberFilter},
    organizations::UpdateOrganization,
    page::PageRequest,
    usage::UsageRange,
};
use domain::{
    Actor, Ctx, Result,
    api_keys::{self, KeyFilter, ListKeys},
    audit::{self, AuditFilter, ExportFormat, ListAudit},
    invitations, members, organizations,
    usage::{self, Span},
};
use testkit::{Kit, Org, Person, on_each_database};

use crate::refusals::refusal;

on_each_database! {
    every_use_case_grants_what_the_table_says,
    details_are_shown_to_whom_the_table_says,
    to_a_stranger_nothing_exists,
    without_a_session_nothing_is_done,
    who_was_suspended_has_no_session_to_act_with,
    of_another_organization_a_role_is_worth_nothing,
}

type Done = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What use cases are tried on: ids, of which some belong to nothing.
#[derive(Clone, Debug)]
struct Subject {
    id: OrganizationId,
    slug: String,
    member: MembershipId,
    invitation: InvitationId,
    key: ApiKeyId,
    paused: ApiKeyId,
    rotating: ApiKeyId,
}

/// One use case, with the permission that it needs.
struct UseCase {
    name: &'static str,
    needs: Permission,
    run: fn(Ctx, Actor, Subject) -> Done,
}

macro_rules! use_cases {
    ($($needs:ident $name:literal = |$ctx:ident, $actor:ident, $subject:ident| $act:expr;)*) => {
        &[$(UseCase {
            name: $name,
            needs: Permission::$needs,
            run: |$ctx, $actor, $subject| Box::pin(async move {
                let ($ctx, $actor) = (&$ctx, &$actor);
                $act.await.map(|_| ())
            }),
        },)*]
    };
}

/// Each acts as if by the person's own hand: the proof of membership is got first where one is asked for.
const USE_CASES: &[UseCase] = use_cases! {
    ReadOrganization "organizations::enter" = |ctx, actor, s| organizations::enter(ctx, actor, &s.slug);
    ReadOrganization "organizations::enter_by_id" = |ctx, actor, s| organizations::enter_by_id(ctx, actor, s.id);
    ReadMembers "members::list" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        members::list(ctx, &seen, &ListMembers::default()).await
    };
    ReadMembers "members::count" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        members::count(ctx, &seen, &MemberFilter::default()).await
    };
    ReadMembers "members::get" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        members::get(ctx, &seen, s.member).await
    };
    ReadMembers "members::organization_of" = |ctx, actor, s| members::organization_of(ctx, actor, s.member);
    InviteMembers "invitations::list" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        invitations::list(ctx, &seen, &PageRequest::default()).await
    };
    InviteMembers "invitations::count_pending" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        invitations::count_pending(ctx, &seen).await
    };
    InviteMembers "invitations::send" = |ctx, actor, s| invitations::send(ctx, actor, s.id, InviteMembers {
        emails: "other@example.test".to_owned(),
        role: "member".to_owned(),
        ..InviteMembers::default()
    });
    InviteMembers "invitations::get" = |ctx, actor, s| invitations::get(ctx, actor, s.invitation);
    InviteMembers "invitations::resend" = |ctx, actor, s| invitations::resend(ctx, actor, s.invitation);
    InviteMembers "invitations::copy_link" = |ctx, actor, s| invitations::copy_link(ctx, actor, s.invitation);
    InviteMembers "invitations::revoke" = |ctx, actor, s| invitations::revoke(ctx, actor, s.invitation);
    ReadKeys "api_keys::list" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        api_keys::list(ctx, &seen, &ListKeys::default()).await
    };
    ReadKeys "api_keys::count" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        api_keys::count(ctx, &seen, &KeyFilter::default()).await
    };
    ReadKeys "api_keys::get" = |ctx, actor, s| api_keys::get(ctx, actor, s.key);
    ReadUsage "usage::series" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        let span = Span::of(UsageRange::Day, ctx.now());
        usage::series(ctx, &seen, span).await
    };
    ReadUsage "usage::by_key" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        usage::by_key(ctx, &seen, Span::of(UsageRange::Day, ctx.now()), 10).await
    };
    ReadUsage "usage::quota" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        usage::quota(ctx, &seen).await
    };
    ReadAudit "audit::page" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        audit::page(ctx, &seen, &ListAudit::default()).await
    };
    ReadAudit "audit::count" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        audit::count(ctx, &seen, &AuditFilter::default()).await
    };
    ReadAudit "audit::actors" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        audit::actors(ctx, &seen).await
    };
    ReadAudit "audit::export" = |ctx, actor, s| async {
        let seen = organizations::enter_by_id(ctx, actor, s.id).await?;
        audit::export(ctx, actor, seen, AuditFilter::default(), ExportFormat::Csv).await
    };
    CreateKeys "api_keys::create" = |ctx, actor, s| async {
        api_keys::create(ctx, actor, s.id, &asked_key()).await
    };
    CreateKeys "api_keys::rotate" = |ctx, actor, s| api_keys::rotate(ctx, actor, s.key, Overlap::Day);
    ManageKeys "api_keys::update" = |ctx, actor, s| async {
        api_keys::update(ctx, actor, s.key, &UpdateApiKey::default()).await
    };
    ManageKeys "api_keys::pause" = |ctx, actor, s| api_keys::pause(ctx, actor, s.key);
    ManageKeys "api_keys::resume" = |ctx, actor, s| api_keys::resume(ctx, actor, s.paused);
    ManageKeys "api_keys::end_rotation" = |ctx, actor, s| api_keys::end_rotation(ctx, actor, s.rotating);
    ManageKeys "api_keys::revoke" = |ctx, actor, s| api_keys::revoke(ctx, actor, s.key, "");
    ChangeRoles "members::change_role" = |ctx, actor, s| members::change_role(ctx, actor, s.member, Role::Member);
    RemoveMembers "members::remove" = |ctx, actor, s| members::remove(ctx, actor, s.member);
    UpdateOrganization "organizations::update" = |ctx, actor, s| organizations::update(ctx, actor, s.id, UpdateOrganization {
        name: Some("Other".to_owned()),
        slug: None,
    });
    UpdateOrganization "organizations::set_logo" = |ctx, actor, s| organizations::set_logo(ctx, actor, s.id, None);
    ChangeSlug "organizations::update (slug)" = |ctx, actor, s| organizations::update(ctx, actor, s.id, UpdateOrganization {
        name: None,
        slug: Some("acme-works".to_owned()),
    });
    RequireSecondFactor "organizations::require_second_factor" = |ctx, actor, s| organizations::require_second_factor(ctx, actor, s.id, 7);
    RequireSecondFactor "organizations::lift_second_factor" = |ctx, actor, s| organizations::lift_second_factor(ctx, actor, s.id);
    TransferOwnership "organizations::transfer" = |ctx, actor, s| organizations::transfer(ctx, actor, s.id, s.member);
    DeleteOrganization "organizations::delete" = |ctx, actor, s| organizations::delete(ctx, actor, s.id, &s.slug);
    DeleteOrganization "organizations::restore" = |ctx, actor, s| organizations::restore(ctx, actor, s.id);
};

/// An organization with somebody of each role, a member to act on, and an open invitation.
struct Acme {
    acme: Org,
    ada: Person,
    grace: Person,
    mary: Person,
    subject: Subject,
}

impl Acme {
    async fn founded(kit: &Kit, slug: &str) -> Self {
        let person = async |role: &str| kit.person(&format!("{role}-of-{slug}")).await;
        let (ada, grace, mary, other) = (
            person("owner").await,
            person("admin").await,
            person("member").await,
            person("other").await,
        );
        let acme = kit.organization(slug).owned_by(&ada).await;
        acme.with(&grace, Role::Admin).await;
        acme.with(&mary, Role::Member).await;
        let member = acme.with(&other, Role::Member).await;
        let invite = acme
            .invites(&format!("new-{slug}@example.test"), Role::Member)
            .await;
        let (ctx, owner) = (kit.ctx(), ada.actor());
        let mut keys = Vec::new();
        for _ in 0..3 {
            let made = api_keys::create(&ctx, &owner, acme.id, &asked_key()).await;
            keys.push(made.expect("owners may").key.id);
        }
        api_keys::pause(&ctx, &owner, keys[1])
            .await
            .expect("owners may");
        api_keys::rotate(&ctx, &owner, keys[2], Overlap::Day)
            .await
            .expect("owners may");
        kit.discards_mail().await;
        let subject = Subject {
            key: keys[0],
            paused: keys[1],
            rotating: keys[2],
            id: acme.id,
            slug: slug.to_owned(),
            member,
            invitation: invite.id,
        };
        Self {
            acme,
            ada,
            grace,
            mary,
            subject,
        }
    }

    fn of(&self, role: Role) -> &Person {
        match role {
            Role::Owner => &self.ada,
            Role::Admin => &self.grace,
            Role::Member => &self.mary,
        }
    }
}

fn asked_key() -> CreateApiKey {
    CreateApiKey {
        name: "Key".to_owned(),
        ..CreateApiKey::default()
    }
}

fn nothing(slug: &str) -> Subject {
    Subject {
        id: OrganizationId(uuid::Uuid::nil()),
        slug: slug.to_owned(),
        member: MembershipId(uuid::Uuid::nil()),
        invitation: InvitationId(uuid::Uuid::nil()),
        key: ApiKeyId::NOTHING,
        paused: ApiKeyId::NOTHING,
        rotating: ApiKeyId::NOTHING,
    }
}

/// A new organization for each attempt, because many of them change it.
async fn every_use_case_grants_what_the_table_says(kit: Kit) {
    for (number, case) in USE_CASES.iter().enumerate() {
        for role in Role::ALL {
            let acme = Acme::founded(&kit, &format!("acme-{number}-{}", role.as_str())).await;
            if case.name == "organizations::restore" {
                organizations::delete(&kit.ctx(), &acme.ada.actor(), acme.acme.id, &acme.acme.slug)
                    .await
                    .expect("owners may");
            }
            if case.name == "organizations::require_second_factor" {
                // Nobody asks others for what they do not have.
                acme.ada.sets_app_up(&kit).await;
            }
            let actor = acme.of(role).actor();
            let done = (case.run)(kit.ctx(), actor, acme.subject.clone()).await;
            let told = format!("{} as {}", case.name, role.as_str());
            if role >= case.needs.least_role() {
                done.unwrap_or_else(|error| panic!("{told}: {error}"));
            } else if case.name == "invitations::get" {
                // Its answer to who may not is that it does not exist.
                assert_eq!(refusal(done), Code::NotFound, "{told}");
            } else {
                assert_eq!(refusal(done), Code::Forbidden, "{told}");
            }
            kit.discards_mail().await;
        }
    }
    let needed: Vec<Permission> = USE_CASES.iter().map(|case| case.needs).collect();
    for permission in Permission::ALL {
        assert!(
            needed.contains(permission) || *permission == Permission::ReadMemberDetails,
            "{permission:?} is tried by no use case here"
        );
    }
}

async fn details_are_shown_to_whom_the_table_says(kit: Kit) {
    let acme = Acme::founded(&kit, "acme").await;
    for role in Role::ALL {
        let may = role >= Permission::ReadMemberDetails.least_role();
        let viewer = acme.acme.seen_by(acme.of(role)).await;
        let seen = members::get(&kit.ctx(), &viewer, acme.subject.member).await;
        assert_eq!(
            seen.expect("members may").person.email.is_some(),
            may,
            "{role:?}"
        );
        let listed = members::list(&kit.ctx(), &viewer, &ListMembers::default()).await;
        let of_another = listed
            .expect("members may")
            .items
            .pop()
            .expect("they are four");
        assert_eq!(of_another.1.has_second_factor.is_some(), may, "{role:?}");
        let lacking = MemberFilter {
            has_second_factor: Some(false),
            ..MemberFilter::default()
        };
        let counted = members::count(&kit.ctx(), &viewer, &lacking).await;
        assert_eq!(counted.is_ok(), may, "{role:?}");
        let filter = MemberFilter {
            search: "other-of-acme@example".to_owned(),
            ..MemberFilter::default()
        };
        let found = members::count(&kit.ctx(), &viewer, &filter).await;
        assert_eq!(found.expect("members may") == 1, may, "{role:?}");
    }
}

async fn to_a_stranger_nothing_exists(kit: Kit) {
    let acme = Acme::founded(&kit, "acme").await;
    let eve = kit.person("eve").await.signed_in().await;
    let before = (kit.count("audit_events").await, kit.count("mails").await);
    for case in USE_CASES {
        for (subject, what) in [
            (acme.subject.clone(), "another's"),
            (nothing("nobodys"), "nobody's"),
        ] {
            let done = (case.run)(kit.ctx(), eve.clone(), subject).await;
            assert_eq!(refusal(done), Code::NotFound, "{} of {what}", case.name);
        }
    }
    let after = (kit.count("audit_events").await, kit.count("mails").await);
    assert_eq!(after, before, "what is refused leaves no trace");
}

async fn without_a_session_nothing_is_done(kit: Kit) {
    let acme = Acme::founded(&kit, "acme").await;
    for case in USE_CASES {
        for actor in [kit.anonymous(), kit.operator()] {
            for subject in [acme.subject.clone(), nothing("nobodys")] {
                let done = (case.run)(kit.ctx(), actor.clone(), subject).await;
                assert_eq!(refusal(done), Code::Unauthenticated, "{}", case.name);
            }
        }
    }
}

async fn who_was_suspended_has_no_session_to_act_with(kit: Kit) {
    let acme = Acme::founded(&kit, "acme").await;
    let session = acme.grace.signs_in().await;
    acme.grace.is_suspended().await;
    let held = kit.holder(&session.token).await;
    assert!(held.is_none());
    for case in USE_CASES {
        let actor = held.clone().unwrap_or(Actor::Anonymous);
        let done = (case.run)(kit.ctx(), actor, acme.subject.clone()).await;
        assert_eq!(refusal(done), Code::Unauthenticated, "{}", case.name);
    }
}

/// The owner of one names the other's ids beside their own.
async fn of_another_organization_a_role_is_worth_nothing(kit: Kit) {
    let (acme, bell) = (
        Acme::founded(&kit, "acme").await,
        Acme::founded(&kit, "bell").await,
    );
    let mixed = Subject {
        member: bell.subject.member,
        invitation: bell.subject.invitation,
        key: bell.subject.key,
        paused: bell.subject.paused,
        rotating: bell.subject.rotating,
        ..acme.subject.clone()
    };
    let (mut refused, ada) = (Vec::new(), acme.ada.actor());
    for case in USE_CASES {
        let touches_theirs = [
            "members::get",
            "members::organization_of",
            "members::change_role",
            "members::remove",
            "organizations::transfer",
            "invitations::get",
            "invitations::resend",
            "invitations::copy_link",
            "invitations::revoke",
            "api_keys::get",
            "api_keys::rotate",
            "api_keys::update",
            "api_keys::pause",
            "api_keys::resume",
            "api_keys::end_rotation",
            "api_keys::revoke",
        ]
        .contains(&case.name);
        if touches_theirs {
            let done = (case.run)(kit.ctx(), ada.clone(), mixed.clone()).await;
            assert_eq!(refusal(done), Code::NotFound, "{}", case.name);
            refused.push(case.name);
        }
    }
    assert_eq!(refused.len(), 16);
    assert_eq!(bell.acme.role_of(&bell.mary).await, Some(Role::Member));
    assert_eq!(
        bell.acme
            .seen_by(&bell.ada)
            .await
            .organization()
            .member_count,
        4
    );
}
