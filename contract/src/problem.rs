//! Every refusal that the product can give, with its sentence, on one screen.
//!
//! A code is never renamed or given another meaning; a sentence may be improved. Programs decide by `code`, people read
//! `message`, and `field` (when there is one) names the input that is to be mended.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $sentence:literal;)*) => {
        /// The stable name of a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The sentence for people, where no number makes it more exact.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

codes! {
    // what was typed
    Required = "REQUIRED", "Fill this in.";
    TooLong = "TOO_LONG", "This is too long.";
    InvalidCharacters = "INVALID_CHARACTERS", "This contains characters that cannot be used here.";
    InvalidEmail = "INVALID_EMAIL", "Enter an e-mail address, like ada@example.com. Letters outside a–z are not supported.";
    EmailTaken = "EMAIL_TAKEN", "There is already an account with this address.";
    InvalidUsername = "INVALID_USERNAME", "Use 3 to 32 letters a–z and digits, with single dots, hyphens or underscores between them.";
    UsernameReserved = "USERNAME_RESERVED", "This username is reserved. Choose another.";
    UsernameTaken = "USERNAME_TAKEN", "This username is taken. Choose another.";
    InvalidPhone = "INVALID_PHONE", "Enter the number with its country code, like +44 20 7946 0000.";
    InvalidTimeZone = "INVALID_TIME_ZONE", "Choose a time zone from the list, like Europe/Berlin.";
    InvalidLanguage = "INVALID_LANGUAGE", "Choose a language from the list.";
    InvalidTheme = "INVALID_THEME", "Choose system, light or dark.";
    PasswordTooShort = "PASSWORD_TOO_SHORT", "This password is too short.";
    PasswordTooLong = "PASSWORD_TOO_LONG", "This password is too long.";
    PasswordCommon = "PASSWORD_COMMON", "This password is on lists that attackers try first. Choose one that nobody else would think of.";
    PasswordContext = "PASSWORD_CONTEXT", "This password is based on your name, your address or the product's name. Choose other words.";
    PasswordUnchanged = "PASSWORD_UNCHANGED", "This is the password you already have. Choose a new one.";
    EmailUnchanged = "EMAIL_UNCHANGED", "This is the address you already have. Enter another one.";
    PasswordWrong = "PASSWORD_WRONG", "This is not your current password.";
    InvalidSlug = "INVALID_SLUG", "Use 2 to 39 letters a–z and digits, with single hyphens between them.";
    SlugReserved = "SLUG_RESERVED", "This address is reserved. Choose another.";
    SlugTaken = "SLUG_TAKEN", "This address is taken. Choose another.";
    InvalidRole = "INVALID_ROLE", "Choose owner, admin or member.";
    InvalidExpiry = "INVALID_EXPIRY", "This time cannot be used. Choose another.";
    InvalidCursor = "INVALID_CURSOR", "This place in the list is not valid. Start from the first page.";
    InvalidPageSize = "INVALID_PAGE_SIZE", "Ask for 1 to 100 at a time.";
    OutOfRange = "OUT_OF_RANGE", "This number is outside the allowed range.";
    InvalidPicture = "INVALID_PICTURE", "This file cannot be used as a picture. Choose a PNG, JPEG, WebP or GIF.";
    PictureTooLarge = "PICTURE_TOO_LARGE", "This picture is too large. Use at most 5 MB and 8,000 by 8,000 pixels.";
    InvalidCode = "INVALID_CODE", "Enter the six digits that your app shows, or one of your recovery codes.";
    CodeWrong = "CODE_WRONG", "This code is wrong or has already been used. Wait for the next one.";
    ConfirmationWrong = "CONFIRMATION_WRONG", "This does not match. Type it exactly as shown.";
    // who asks
    InvalidCredentials = "INVALID_CREDENTIALS", "The e-mail address or the password is wrong, or the address is not verified yet.";
    Unauthenticated = "UNAUTHENTICATED", "Sign in to continue.";
    ChallengeExpired = "CHALLENGE_EXPIRED", "This took too long or has already been done. Sign in again.";
    StepUpRequired = "STEP_UP_REQUIRED", "Confirm that it is you to continue.";
    Forbidden = "FORBIDDEN", "You are not allowed to do this.";
    StaffFactorMissing = "STAFF_FACTOR_MISSING", "The console asks for a second step at sign-in. Set one up under Security to get in.";
    StaffProtected = "STAFF_PROTECTED", "Staff cannot do this to other staff or to themselves. Use the command line on the server.";
    Impersonated = "IMPERSONATED", "You are viewing somebody else's account. Only its owner can do this.";
    NotFound = "NOT_FOUND", "Nothing was found by that name.";
    EmailUnverified = "EMAIL_UNVERIFIED", "Confirm your e-mail address first.";
    SignUpClosed = "SIGN_UP_CLOSED", "New accounts cannot be created here at the moment.";
    MagicLinksOff = "MAGIC_LINKS_OFF", "Signing in with a link is turned off here. Use your password.";
    SignUpDomain = "SIGN_UP_DOMAIN", "Accounts here are limited to certain e-mail domains, and this is not one of them.";
    AppOn = "APP_ON", "An authenticator app is already set up. Turn it off before you set up another.";
    AppOff = "APP_OFF", "No authenticator app is set up.";
    FactorNeeded = "FACTOR_NEEDED", "Your password alone is not enough for this. Use your passkey, a code from your app, or a recovery code.";
    PasswordNeeded = "PASSWORD_NEEDED", "You have a password. Use it to confirm that it is you.";
    PasskeysOff = "PASSKEYS_OFF", "Passkeys need a domain name, and this installation has none.";
    PasskeyWrong = "PASSKEY_WRONG", "This passkey is not known here, or it could not be verified. Try another way.";
    PasskeyKnown = "PASSKEY_KNOWN", "This passkey is already set up.";
    PasskeyNone = "PASSKEY_NONE", "No passkey was received. Try again, or use another way.";
    PasskeyUnsupported = "PASSKEY_UNSUPPORTED", "This browser does not support passkeys. Use another browser, or another way.";
    TooManyPasskeys = "TOO_MANY_PASSKEYS", "You have reached the limit of passkeys. Remove one that you do not use.";
    LastWayIn = "LAST_WAY_IN", "You have no other way to sign in. Set a password first.";
    PasswordOn = "PASSWORD_ON", "You already have a password. Change it instead.";
    ProviderFailed = "PROVIDER_FAILED", "The provider did not respond as expected. Try again in a moment, or use another way to sign in.";
    ProviderDenied = "PROVIDER_DENIED", "The provider did not tell us who you are, because you or the provider cancelled. Nothing was changed.";
    ProviderEmailUnverified = "PROVIDER_EMAIL_UNVERIFIED", "The provider gave no verified e-mail address. Create an account with your e-mail, then connect the provider under Security.";
    ProviderNotFresh = "PROVIDER_NOT_FRESH", "The provider did not ask you again who you are. Sign out there first, or confirm in another way.";
    ProviderConnected = "PROVIDER_CONNECTED", "Another account of this provider is already connected. Disconnect it first.";
    IdentityTaken = "IDENTITY_TAKEN", "This provider account is already connected to another account here.";
    IdentityUnknown = "IDENTITY_UNKNOWN", "This is not the provider account that is connected here.";
    // links from letters
    LinkInvalid = "LINK_INVALID", "This link is not valid. It may have been copied only in part, or replaced by a newer one.";
    LinkExpired = "LINK_EXPIRED", "This link has expired.";
    LinkUsed = "LINK_USED", "This link has already been used.";
    // organizations
    RoleTooHigh = "ROLE_TOO_HIGH", "You cannot give a role above your own.";
    MemberAbove = "MEMBER_ABOVE", "This person's role is above yours, so you cannot change it.";
    LastOwner = "LAST_OWNER", "This is the last owner. Make somebody else an owner first.";
    NoSeatsLeft = "NO_SEATS_LEFT", "Every seat of this organization is taken by members and open invitations.";
    PendingDeletion = "PENDING_DELETION", "This organization is about to be deleted and can only be read until an owner restores it.";
    NotPendingDeletion = "NOT_PENDING_DELETION", "This organization is not about to be deleted.";
    OrganizationSuspended = "ORGANIZATION_SUSPENDED", "This organization is suspended by the operator of this service. Ask them about it.";
    AlreadyOwner = "ALREADY_OWNER", "This person is already the primary owner.";
    MemberInactive = "MEMBER_INACTIVE", "This person cannot sign in at the moment, so they cannot be made the owner.";
    SecondFactorRequired = "SECOND_FACTOR_REQUIRED", "This organization asks for a second step at sign-in. Set one up under Security to get in.";
    SecondFactorMissing = "SECOND_FACTOR_MISSING", "You have no second step yourself. Set one up under Security before you ask others for it.";
    // invitations
    TooManyAddresses = "TOO_MANY_ADDRESSES", "Invite at most 20 people at a time.";
    AlreadyMember = "ALREADY_MEMBER", "This person is already a member.";
    AlreadyInvited = "ALREADY_INVITED", "This person has already been invited. Send the invitation again from the list.";
    InvitedSelf = "INVITED_SELF", "This is your own address.";
    InvitationInvalid = "INVITATION_INVALID", "This invitation is not valid. The link may have been copied only in part, or replaced by a newer one.";
    InvitationExpired = "INVITATION_EXPIRED", "This invitation has expired.";
    InvitationSettled = "INVITATION_SETTLED", "This invitation has already been answered or revoked.";
    InvitationForOther = "INVITATION_FOR_OTHER", "This invitation is for another address. Sign in with the address that was invited.";
    InvitationHasAccount = "INVITATION_HAS_ACCOUNT", "There is already an account with this address. Sign in to accept.";
    InviterLeft = "INVITER_LEFT", "The person who invited you can no longer do so. Ask for a new invitation.";
    // API keys
    InvalidScope = "INVALID_SCOPE", "Scopes are words of a–z, digits, dots, hyphens and underscores, joined by colons, like translate:write.";
    UnknownScope = "UNKNOWN_SCOPE", "This scope is not offered here.";
    ScopeTooHigh = "SCOPE_TOO_HIGH", "A key cannot give a scope that it does not have itself.";
    InvalidIp = "INVALID_IP", "Enter addresses or networks, like 203.0.113.7 or 2001:db8::/32.";
    KeyRevoked = "KEY_REVOKED", "This key was revoked. This cannot be undone.";
    KeyExpired = "KEY_EXPIRED", "This key has expired. Give it a later date, or make a new one.";
    KeyPaused = "KEY_PAUSED", "This key is already paused.";
    KeyNotPaused = "KEY_NOT_PAUSED", "This key is not paused.";
    KeyRotating = "KEY_ROTATING", "This key has already been rotated, and its former secret still works. Wait until it ends, or end it first.";
    KeyNotRotating = "KEY_NOT_ROTATING", "This key has no former secret that still works.";
    TooManyKeys = "TOO_MANY_KEYS", "This organization has reached the limit of keys. Revoke some that are no longer needed.";
    // looking after the installation
    UserInactive = "USER_INACTIVE", "This account is suspended or deleted. Restore it first.";
    NotDeleted = "NOT_DELETED", "This account is not deleted.";
    MailUnderWay = "MAIL_UNDER_WAY", "This e-mail is being sent right now. Check again in a minute.";
    MailNotDead = "MAIL_NOT_DEAD", "This e-mail has not failed. It is sent automatically.";
    // how much, how often
    RateLimited = "RATE_LIMITED", "Too many attempts. Wait a while, then try again.";
    Busy = "BUSY", "The server is busy right now. Try again in a few seconds.";
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", "This request is too large.";
    // the request itself
    BadRequest = "BAD_REQUEST", "This request could not be understood.";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", "This address does not accept requests of this kind.";
    NotAcceptable = "NOT_ACCEPTABLE", "None of the media types that you accept is available.";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", "This media type is not accepted here.";
    CrossOrigin = "CROSS_ORIGIN", "This request came from another site and was not carried out.";
    Timeout = "TIMEOUT", "This took too long and was stopped.";
    QueryTooComplex = "QUERY_TOO_COMPLEX", "This query asks for more than a single request may.";
    NotEmpty = "NOT_EMPTY", "There are already users here. Made-up ones are added to them only if you ask for it.";
    Conflict = "CONFLICT", "Somebody changed this at the same time. Reload and try again.";
    Unavailable = "UNAVAILABLE", "This is not available right now. Try again in a moment.";
    Internal = "INTERNAL", "Something went wrong on our side. It has been logged.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refusal: what is wrong, for programs and for people, and with which input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: Code,
    pub message: Cow<'static, str>,
    /// The input's name in camel case, as in GraphQL: `email`, `newPassword`, `timeZone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'static, str>>,
    /// Seconds after which the same request may succeed; only with [`Code::RateLimited`] and [`Code::Busy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.sentence()),
            field: None,
            retry_after_seconds: None,
        }
    }

    #[must_use]
    pub fn on(mut self, field: &'static str) -> Self {
        self.field = Some(Cow::Borrowed(field));
        self
    }

    fn saying(code: Code, message: String) -> Self {
        Self {
            message: Cow::Owned(message),
            ..Self::new(code)
        }
    }

    /// A form was sent before a file was chosen.
    pub fn no_picture() -> Self {
        Self::saying(Code::Required, "Choose a picture first.".to_owned())
    }

    pub fn out_of_range(least: u64, most: u64) -> Self {
        let message = if least == most {
            format!("This can only be {least}.")
        } else {
            format!("Choose a number from {least} to {most}.")
        };
        Self::saying(Code::OutOfRange, message)
    }

    pub fn too_long(longest: usize) -> Self {
        Self::saying(Code::TooLong, format!("Use at most {longest} characters."))
    }

    pub fn password_too_short(shortest: usize) -> Self {
        Self::saying(
            Code::PasswordTooShort,
            format!(
                "Use at least {shortest} characters. A few unrelated words are easy to remember."
            ),
        )
    }

    pub fn password_too_long(longest: usize) -> Self {
        Self::saying(
            Code::PasswordTooLong,
            format!("Use at most {longest} characters."),
        )
    }

    /// A role that would be allowed to.
    pub fn not_allowed(least: crate::Role) -> Self {
        let who = match least {
            crate::Role::Member => "members",
            crate::Role::Admin => "admins and owners",
            crate::Role::Owner => "owners",
        };
        Self::saying(
            Code::Forbidden,
            format!("Only {who} of this organization can do this."),
        )
    }

    /// Names who asks, in the first sentence.
    pub fn second_factor_required(organization: &str) -> Self {
        Self::saying(
            Code::SecondFactorRequired,
            format!(
                "{organization} asks for a second step at sign-in. Set one up under Security to get in."
            ),
        )
    }

    /// Names what must be handed over or deleted first.
    pub fn last_owner_of(names: &[String]) -> Self {
        Self::saying(
            Code::LastOwner,
            format!(
                "This is the last owner of {}. Make somebody else an owner there first, or delete it.",
                names.join(", ")
            ),
        )
    }

    pub fn key_days(most: i64) -> Self {
        Self::saying(
            Code::InvalidExpiry,
            format!("A key can be valid for 1 to {most} days, or never expire."),
        )
    }

    pub fn invalid_expiry(sentence: &'static str) -> Self {
        Self {
            message: Cow::Borrowed(sentence),
            ..Self::new(Code::InvalidExpiry)
        }
    }

    /// Names what is no address.
    pub fn invalid_ip(text: &str) -> Self {
        let shown: String = text
            .chars()
            .filter(|c| !crate::text::is_deceptive(*c))
            .take(50)
            .collect();
        Self::saying(
            Code::InvalidIp,
            format!(
                "“{shown}” is neither an address nor a network. Write them like 203.0.113.7 or 2001:db8::/32."
            ),
        )
    }

    /// Names the scope that is not offered.
    pub fn unknown_scope(scope: &str) -> Self {
        Self::saying(
            Code::UnknownScope,
            format!("The scope “{scope}” is not offered here."),
        )
    }

    /// What a key as a caller lacks.
    pub fn lacks_scope(scope: &str) -> Self {
        Self::saying(
            Code::Forbidden,
            format!("This needs a key with the scope “{scope}”."),
        )
    }

    /// What no key may do, whatever its scopes.
    pub fn only_for_people() -> Self {
        Self::saying(
            Code::Forbidden,
            "Only a person can do this, not a key.".to_owned(),
        )
    }

    pub fn invitation_days(most: i64) -> Self {
        Self::saying(
            Code::InvalidExpiry,
            format!("An invitation can be open for 1 to {most} days."),
        )
    }

    /// A page is counted from one end.
    pub fn first_and_last() -> Self {
        Self::saying(
            Code::InvalidPageSize,
            "Ask for either the first ones or the last ones, not both.".to_owned(),
        )
    }

    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let seconds = retry_after_seconds.max(1);
        let message = format!("Too many attempts. Try again in {}.", wait(seconds));
        Self {
            retry_after_seconds: Some(seconds),
            ..Self::saying(Code::RateLimited, message)
        }
    }

    /// Names the provider that did not answer as it should.
    pub fn provider_failed(name: &str) -> Self {
        Self::saying(
            Code::ProviderFailed,
            format!(
                "{name} did not respond as expected. Try again in a moment, or use another way to sign in."
            ),
        )
    }

    /// Names the provider that told nothing.
    pub fn provider_denied(name: &str) -> Self {
        Self::saying(
            Code::ProviderDenied,
            format!(
                "{name} did not tell us who you are, because you or {name} cancelled. Nothing was changed."
            ),
        )
    }

    /// Names the provider, whatever address it gave and whoever that belongs to.
    pub fn provider_email_unverified(name: &str) -> Self {
        Self::saying(
            Code::ProviderEmailUnverified,
            format!(
                "{name} gave no verified e-mail address. Create an account with your e-mail, then connect {name} under Security."
            ),
        )
    }

    /// Something of ours failed; the trace id finds it in the log.
    pub fn internal(trace_id: &str) -> Self {
        Self::saying(
            Code::Internal,
            format!("{} Trace ID: {trace_id}", Code::Internal.sentence()),
        )
    }

    pub fn busy(retry_after_seconds: u32) -> Self {
        Self {
            retry_after_seconds: Some(retry_after_seconds),
            ..Self::new(Code::Busy)
        }
    }
}

/// A wait in words, rounded up to what a person would say.
fn wait(seconds: u32) -> String {
    let (count, unit) = match seconds {
        ..=90 => (seconds, "second"),
        91..=5400 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{} ({field}): {}", self.code, self.message),
            None => write!(f, "{}: {}", self.code, self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// All that is wrong with one request; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Takes the value, or notes what is wrong with `field` and goes on, so that one answer names every fault.
    pub fn take<T>(&mut self, field: &'static str, result: Result<T, Problem>) -> Option<T> {
        result
            .map_err(|problem| self.0.push(problem.on(field)))
            .ok()
    }

    pub fn refuse_if_any(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    pub fn of(&self, field: &str) -> Option<&Problem> {
        self.0
            .iter()
            .find(|problem| problem.field.as_deref() == Some(field))
    }

    /// The refusals that concern no single field.
    pub fn general(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter().filter(|problem| problem.field.is_none())
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_unique_and_every_sentence_ends() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.sentence().ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_problem_survives_the_wire() {
        let problem = Problem::rate_limited(125).on("email");
        let json = serde_json::to_string(&problem).expect("a problem is plain data");
        assert!(json.contains("RATE_LIMITED"), "{json}");
        assert_eq!(serde_json::from_str::<Problem>(&json).ok(), Some(problem));
    }

    #[test]
    fn a_wait_is_said_as_a_person_would() {
        assert_eq!(
            Problem::rate_limited(0).message,
            "Too many attempts. Try again in 1 second."
        );
        assert_eq!(
            Problem::rate_limited(61).message,
            "Too many attempts. Try again in 61 seconds."
        );
        assert_eq!(
            Problem::rate_limited(120).message,
            "Too many attempts. Try again in 2 minutes."
        );
        assert_eq!(
            Problem::rate_limited(7200).message,
            "Too many attempts. Try again in 2 hours."
        );
    }
}
