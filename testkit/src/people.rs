//! People who act in tests: `kit.person("ada")` is a verified person with a password.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use contract::{Code, Password, UserId, accounts::SignUp, sessions::SignIn};
use domain::{
    Actor, Ctx,
    accounts::{self, CreateUser},
    sessions::{self, Client, Kind, Opened},
};

use crate::Kit;

/// Somebody who is about to get an account; awaiting makes it.
#[derive(Clone, Debug)]
#[must_use = "nobody is there before this is awaited"]
pub struct Invitee {
    kit: Kit,
    handle: String,
    name: String,
    password: String,
    is_verified: bool,
    is_staff: bool,
}

impl Invitee {
    pub(crate) fn new(kit: &Kit, handle: &str) -> Self {
        let password = format!("{handle} feeds seven grey herons");
        Self {
            kit: kit.clone(),
            handle: handle.to_owned(),
            name: String::new(),
            password,
            is_verified: true,
            is_staff: false,
        }
    }

    /// Signed up by themselves, with the letter read and its link not opened.
    pub fn unverified(mut self) -> Self {
        self.is_verified = false;
        self
    }

    pub fn staff(mut self) -> Self {
        self.is_staff = true;
        self
    }

    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub fn with_password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// An operator vouches for the address: no letter goes, and no limit is touched.
    async fn made_by_operator(self) -> Person {
        let email = format!("{}@example.test", self.handle);
        let input = CreateUser {
            email: email.clone(),
            name: self.name.clone(),
            password: Some(Password::new(&self.password)),
            is_staff: self.is_staff,
        };
        let user = accounts::create(&self.kit.system(), &Actor::Operator, input)
            .await
            .expect("the address is new and the password good");
        Person::new(self, user.id, email, None)
    }

    async fn signs_up(self) -> Person {
        let email = format!("{}@example.test", self.handle);
        let input = SignUp {
            name: self.name.clone(),
            email: email.clone(),
            password: Password::new(&self.password),
        };
        accounts::sign_up(&self.kit.ctx(), input)
            .await
            .expect("the address is new and the password good");
        let token = self.kit.last_mail_to(&email).await.token();
        let id = self.kit.id_of(&email).await;
        Person::new(self, id, email, Some(token))
    }
}

impl IntoFuture for Invitee {
    type Output = Person;
    type IntoFuture = Pin<Box<dyn Future<Output = Person> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        if self.is_verified {
            Box::pin(self.made_by_operator())
        } else {
            Box::pin(self.signs_up())
        }
    }
}

/// Signs somebody in of whom no second step is asked.
pub async fn sign_in(ctx: &Ctx, input: SignIn, client: Client) -> domain::Result<Opened> {
    let entered = sessions::sign_in(ctx, input, client).await?;
    Ok(entered.opened().expect("there is no second factor"))
}

/// A person with an account.
#[derive(Debug)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub password: String,
    /// Of an unverified person: the secret of the letter's link.
    verification_token: Option<String>,
    kit: Kit,
    actor: Mutex<Actor>,
}

impl Person {
    fn new(
        invitee: Invitee,
        id: UserId,
        email: String,
        verification_token: Option<String>,
    ) -> Self {
        let actor = Mutex::new(Actor::Anonymous);
        Self {
            id,
            email,
            password: invitee.password,
            verification_token,
            kit: invitee.kit,
            actor,
        }
    }

    /// What the person types to sign in.
    pub fn credentials(&self) -> SignIn {
        SignIn {
            email: self.email.clone(),
            password: self.password(),
            remember: false,
        }
    }

    pub fn password(&self) -> Password {
        Password::new(&self.password)
    }

    /// The secret of the letter that an unverified person got.
    pub fn verification_token(&self) -> &str {
        self.verification_token
            .as_deref()
            .expect("only `unverified()` people have a link")
    }

    /// Signs in with the browser of [`Kit::ctx`]; from now on [`Person::actor`] is who holds this session.
    pub async fn signs_in(&self) -> Opened {
        self.signs_in_with(&self.kit.ctx(), Client::Browser).await
    }

    /// Signs in and asks to be kept signed in.
    pub async fn signs_in_to_stay(&self) -> Opened {
        let input = SignIn {
            remember: true,
            ..self.credentials()
        };
        let opened = sign_in(&self.kit.ctx(), input, Client::Browser)
            .await
            .expect("the password is right");
        self.holds(&opened).await;
        opened
    }

    pub async fn signs_in_with(&self, ctx: &Ctx, client: Client) -> Opened {
        let opened = sign_in(ctx, self.credentials(), client)
            .await
            .expect("the password is right");
        self.holds(&opened).await;
        opened
    }

    /// The person in the session of the last sign-in, as it was at that sign-in.
    pub fn actor(&self) -> Actor {
        self.known_actor()
            .unwrap_or_else(|| panic!("{} has not signed in", self.email))
    }

    /// The person in their session, which begins now if there is none yet.
    pub async fn signed_in(&self) -> Actor {
        if let Some(actor) = self.known_actor() {
            return actor;
        }
        self.signs_in().await;
        self.actor()
    }

    fn known_actor(&self) -> Option<Actor> {
        let actor = self.actor.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*actor, Actor::User(_)).then(|| actor.clone())
    }

    pub async fn holds(&self, opened: &Opened) {
        let client = if opened.kind == Kind::Program {
            Client::Program
        } else {
            Client::Browser
        };
        let actor = self
            .kit
            .holder_with(&opened.token, client)
            .await
            .expect("a session that has just begun is live");
        *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }

    /// Whether this password opens a session.
    pub async fn can_sign_in_with(&self, password: &str) -> bool {
        let input = SignIn {
            password: Password::new(password),
            ..self.credentials()
        };
        match sessions::sign_in(&self.kit.ctx(), input, Client::Browser).await {
            Ok(_) => true,
            Err(error) if error.is_refusal(Code::InvalidCredentials) => false,
            Err(error) => panic!("signing in ended otherwise: {error}"),
        }
    }

    /// An operator suspends the account; refused for a last owner.
    pub async fn is_suspended(&self) {
        accounts::suspend(&self.kit.system(), &Actor::Operator, self.id, "a test")
            .await
            .expect("somebody else owns what this person owns");
    }

    /// The same past the use case, which ends sessions: what is left then is what a suspension alone does.
    pub async fn gets_suspended(&self) {
        let key = self.email.to_ascii_lowercase();
        self.kit
            .sql(&format!(
                "UPDATE users SET suspended_at = 1 WHERE email_key = '{key}'"
            ))
            .await;
    }
}
