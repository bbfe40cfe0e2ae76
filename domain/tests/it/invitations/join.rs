//! New people sign up by an invitation and join in one step.

use contract::{Code, Password, Role, invitations::JoinAsNew, problem::Problem, sessions::SignIn};
use domain::{
    Ctx, Result, accounts,
    invitations::{self, Joined},
    members,
    sessions::{self, Client, Kind},
    settings::SignUpMode,
};
use testkit::{Kit, Org, Person, on_each_database};

use super::{DAY, acme};
use crate::refusals::{faults, problems, refusal, refusal_on};

on_each_database! {
    a_new_person_is_a_member_at_once_verified_and_signed_in,
    a_program_gets_a_programs_session,
    bad_input_makes_no_account_and_keeps_the_invitation,
    a_verified_account_is_not_touched,
    an_account_that_was_never_verified_is_taken_over,
    a_suspended_account_is_not_taken_over,
    who_signs_up_by_a_copied_link_confirms_the_address_and_has_not_joined,
    a_copied_link_touches_no_verified_account,
    where_sign_up_is_closed_an_invitation_opens_it,
    what_does_not_hold_makes_no_account,
    joining_twice_is_joining_once,
}

const PASSWORD: &str = "nine lanterns over the harbour";

pub(crate) fn joining() -> JoinAsNew {
    JoinAsNew {
        name: " Joan Clarke ".to_owned(),
        password: Password::new(PASSWORD),
    }
}

async fn join(ctx: &Ctx, token: &str) -> Result<Joined> {
    invitations::join(ctx, token, joining(), Client::Browser).await
}

async fn signs_in(kit: &Kit, email: &str, password: &str) -> Result<sessions::Opened> {
    let input = SignIn {
        email: email.to_owned(),
        password: Password::new(password),
        remember: false,
    };
    testkit::sign_in(&kit.ctx(), input, Client::Browser).await
}

async fn copied(kit: &Kit, by: &Person, acme: &Org, email: &str) -> String {
    let invite = acme.invites(email, Role::Member).await;
    let link = invitations::copy_link(&kit.ctx(), &by.actor(), invite.id).await;
    let link = link.expect("owners may");
    link.split_once("token=")
        .expect("it has a secret")
        .1
        .to_owned()
}

async fn a_new_person_is_a_member_at_once_verified_and_signed_in(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = acme.invites("Joan@Example.test", Role::Admin).await;
    let Joined::In(joined, opened) = join(&kit.ctx(), &invite.token)
        .await
        .expect("the secret is good")
    else {
        panic!("the letter proves the address");
    };
    assert_eq!((joined.id, joined.member_count), (acme.id, 4));
    assert_eq!(opened.kind, Kind::Browser);
    let joan = kit
        .holder(&opened.token)
        .await
        .expect("the session is live");
    let me = accounts::get(&kit.ctx(), &joan, opened.user_id)
        .await
        .expect("it is hers");
    assert_eq!(
        (me.email.as_str(), me.name.as_str()),
        ("Joan@Example.test", "Joan Clarke")
    );
    assert!(me.email_verified_at.is_some());
    let seen = domain::organizations::enter_by_id(&kit.ctx(), &joan, acme.id).await;
    assert_eq!(seen.expect("she is in").role(), Role::Admin);
    assert_eq!(
        kit.last_mail_to(&ada.email).await.template(),
        "invitation_accepted"
    );
    assert!(
        kit.new_mail_to("joan@example.test").await.is_empty(),
        "nothing is left to confirm"
    );
    let logged = acme.last_logged().await;
    assert_eq!(
        (logged.action.as_str(), logged.by),
        ("invitation.accepted", Some(me.id))
    );
    let log = domain::audit::of_subject(&kit.system(), &kit.operator(), me.id).await;
    let log: Vec<String> = log
        .expect("operators may")
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(log, ["user.joined_by_invitation", "session.started"]);
    signs_in(&kit, "joan@example.test", PASSWORD)
        .await
        .expect("the password is hers");
}

async fn a_program_gets_a_programs_session(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let invite = acme.invites("joan@example.test", Role::Member).await;
    let joined = invitations::join(&kit.ctx(), &invite.token, joining(), Client::Program).await;
    let Joined::In(_, opened) = joined.expect("the secret is good") else {
        panic!("the letter proves the address");
    };
    assert_eq!(opened.kind, Kind::Program);
    kit.discards_mail().await;
}

async fn bad_input_makes_no_account_and_keeps_the_invitation(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let invite = acme.invites("joan@example.test", Role::Member).await;
    let people = kit.count("users").await;
    let refused = async |name: &str, password: &str| -> Vec<Problem> {
        let input = JoinAsNew {
            name: name.to_owned(),
            password: Password::new(password),
        };
        problems(invitations::join(&kit.ctx(), &invite.token, input, Client::Browser).await)
    };
    let named = refused("a\0b", "short").await;
    assert_eq!(
        faults(&named),
        [
            ("name", Code::InvalidCharacters),
            ("password", Code::PasswordTooShort)
        ]
    );
    for (name, password, code) in [
        (&*"x".repeat(101), PASSWORD, Code::TooLong),
        ("Joan", "passwordpassword", Code::PasswordCommon),
        ("Joan", "joan@example.test", Code::PasswordContext),
        ("Joan", "acme-Acme-latchkey", Code::PasswordContext),
        ("Joan", &"x".repeat(129), Code::PasswordTooLong),
        ("Joan", "", Code::Required),
    ] {
        let faults = refused(name, password).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].code, code, "{password}");
    }
    assert_eq!(kit.count("users").await, people);
    join(&kit.ctx(), &invite.token)
        .await
        .expect("the invitation is as good as before");
    kit.discards_mail().await;
}

async fn a_verified_account_is_not_touched(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let session = joan.signs_in().await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    assert_eq!(
        refusal(join(&kit.ctx(), &invite.token).await),
        Code::InvitationHasAccount
    );
    assert!(kit.is_live(&session.token).await);
    assert!(joan.can_sign_in_with(&joan.password).await);
    assert_eq!(acme.role_of(&joan).await, None);
    invitations::accept(&kit.ctx(), &joan.actor(), invite.id)
        .await
        .expect("she signs in instead");
    kit.discards_mail().await;
}

/// Whoever signed up with the address before has not proved it: nothing of theirs opens the account afterwards.
async fn an_account_that_was_never_verified_is_taken_over(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let squatter = kit.person("joan").unverified().await;
    accounts::request_password_reset(&kit.ctx(), &squatter.email)
        .await
        .expect("anybody may ask");
    let reset = kit.last_mail_to(&squatter.email).await.token();
    // A session of an unverified account comes about only where an address lost its proof.
    let verified = "UPDATE users SET email_verified_at = 1 WHERE username = 'joan'";
    kit.sql(verified).await;
    let session = squatter.signs_in().await;
    kit.sql("UPDATE users SET email_verified_at = NULL WHERE username = 'joan'")
        .await;

    let invite = acme.invites("joan@example.test", Role::Member).await;
    let Joined::In(_, opened) = join(&kit.ctx(), &invite.token)
        .await
        .expect("nobody owns it yet")
    else {
        panic!("the letter proves the address");
    };
    assert_eq!(opened.user_id, squatter.id, "the address has one account");
    let password = Password::new("a squatter comes back again");
    for refused in [
        refusal(accounts::verify_email(&kit.ctx(), squatter.verification_token()).await),
        refusal(accounts::reset_password(&kit.ctx(), &reset, &password).await),
    ] {
        assert_eq!(refused, Code::LinkInvalid);
    }
    assert!(!kit.is_live(&session.token).await);
    assert!(!squatter.can_sign_in_with(&squatter.password).await);
    signs_in(&kit, "joan@example.test", PASSWORD)
        .await
        .expect("the new password is right");
    kit.discards_mail().await;
}

async fn a_suspended_account_is_not_taken_over(kit: Kit) {
    let (acme, _) = acme(&kit).await;
    let joan = kit.person("joan").unverified().await;
    joan.is_suspended().await;
    let invite = joan.is_invited_to(&acme, Role::Member).await;
    assert_eq!(
        refusal(join(&kit.ctx(), &invite.token).await),
        Code::InvitationHasAccount
    );
}

// --- by a copied link -------------------------------------------------------------------------------------------------------

async fn who_signs_up_by_a_copied_link_confirms_the_address_and_has_not_joined(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let token = copied(&kit, &ada, &acme, "joan@example.test").await;
    match join(&kit.ctx(), &token).await.expect("the link is good") {
        Joined::CheckInbox(email) => assert_eq!(email, "joan@example.test"),
        Joined::In(..) => panic!("a copied link proves nothing"),
    }
    assert!(signs_in(&kit, "joan@example.test", PASSWORD).await.is_err());
    assert_eq!(acme.seen_by(&ada).await.organization().member_count, 3);
    let letters = kit.new_mail_to("joan@example.test").await;
    let letter = letters.first().expect("a letter went");
    assert_eq!(letter.template(), "verify_email");
    let link = letters.last().expect("the newest one").token();
    accounts::verify_email(&kit.ctx(), &link)
        .await
        .expect("she reads that mailbox");
    assert_eq!(
        acme.seen_by(&ada).await.organization().member_count,
        3,
        "confirming an address accepts nothing"
    );
    let opened = signs_in(&kit, "joan@example.test", PASSWORD)
        .await
        .expect("all is proved");
    let joan = kit
        .holder(&opened.token)
        .await
        .expect("the session is live");
    let open = invitations::open_for(&kit.ctx(), &joan)
        .await
        .expect("she is verified");
    invitations::accept(&kit.ctx(), &joan, open[0].id)
        .await
        .expect("the invitation has waited");
    kit.discards_mail().await;
}

async fn a_copied_link_touches_no_verified_account(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let joan = kit.person("joan").await;
    let session = joan.signs_in().await;
    let token = copied(&kit, &ada, &acme, &joan.email).await;
    let joined = join(&kit.ctx(), &token).await;
    assert!(
        matches!(joined, Ok(Joined::CheckInbox(_))),
        "the answer is the one to a new person"
    );
    assert_eq!(
        kit.last_mail_to(&joan.email).await.template(),
        "known_address"
    );
    assert!(kit.is_live(&session.token).await);
    assert!(joan.can_sign_in_with(&joan.password).await);
    assert_eq!(acme.role_of(&joan).await, None);
    invitations::accept_by_token(&kit.ctx(), &joan.actor(), &token)
        .await
        .expect("signed in, her address is proved");
    kit.discards_mail().await;
}

async fn where_sign_up_is_closed_an_invitation_opens_it(kit: Kit) {
    let elsewhere = SignUpMode::Domains(vec!["other.test".to_owned()]);
    for (mode, handle) in [(elsewhere, "one"), (SignUpMode::InviteOnly, "two")] {
        let closed = kit.with_settings(|settings| settings.sign_up = mode).await;
        let owner = closed.person(&format!("owner-{handle}")).await;
        let acme = closed
            .organization(&format!("acme-{handle}"))
            .owned_by(&owner)
            .await;
        let invite = acme
            .invites(&format!("{handle}@example.test"), Role::Member)
            .await;
        let joined = join(&closed.ctx(), &invite.token).await;
        assert!(matches!(joined, Ok(Joined::In(..))));
        let token = copied(
            &closed,
            &owner,
            &acme,
            &format!("link-{handle}@example.test"),
        )
        .await;
        let joined = join(&closed.ctx(), &token).await;
        assert!(matches!(joined, Ok(Joined::CheckInbox(_))));
        closed.discards_mail().await;
    }
}

// --- when it holds no more --------------------------------------------------------------------------------------------------

async fn what_does_not_hold_makes_no_account(kit: Kit) {
    let (acme, [ada, grace, _]) = acme(&kit).await;
    let people = kit.count("users").await;
    let revoked = acme.invites("revoked@example.test", Role::Member).await;
    invitations::revoke(&kit.ctx(), &ada.actor(), revoked.id)
        .await
        .expect("owners may");
    let from_grace = super::send(
        &kit,
        &grace.actor(),
        acme.id,
        super::input("left@example.test", "member"),
    )
    .await;
    assert_eq!(super::answers(from_grace)[0].1, None);
    let left = kit.last_mail_to("left@example.test").await.token();
    members::leave(&kit.ctx(), &grace.actor(), acme.id)
        .await
        .expect("everybody may");
    assert_eq!(refusal(join(&kit.ctx(), &left).await), Code::InviterLeft);
    let expired = acme.invites("expired@example.test", Role::Member).await;
    kit.clock.advance(7 * DAY);
    for (token, code) in [
        (revoked.token.as_str(), Code::InvitationSettled),
        (&expired.token, Code::InvitationExpired),
        ("lki_guess", Code::InvitationInvalid),
        ("", Code::InvitationInvalid),
    ] {
        assert_eq!(refusal(join(&kit.ctx(), token).await), code);
    }
    let link = invitations::copy_link(&kit.ctx(), &ada.actor(), expired.id).await;
    assert_eq!(refusal(link), Code::InvitationExpired);
    assert_eq!(kit.count("users").await, people);
}

async fn joining_twice_is_joining_once(kit: Kit) {
    let (acme, [ada, ..]) = acme(&kit).await;
    let invite = acme.invites("joan@example.test", Role::Member).await;
    join(&kit.ctx(), &invite.token)
        .await
        .expect("the secret is good");
    assert_eq!(
        refusal(join(&kit.ctx(), &invite.token).await),
        Code::InvitationSettled
    );
    assert_eq!(acme.seen_by(&ada).await.organization().member_count, 4);
    assert_eq!(
        refusal_on(join(&kit.ctx(), &invite.token).await),
        (Code::InvitationSettled, String::new())
    );
    kit.discards_mail().await;
}
