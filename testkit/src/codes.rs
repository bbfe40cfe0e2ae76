//! An authenticator app on somebody's phone.

use contract::{
    Timestamp,
    second_factors::{AppSetUp, STEP_SECONDS},
};
use domain::{
    Actor, second_factors,
    sessions::{self, Client, Entered},
};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{Kit, Person};

/// An app that has the secret of one account.
#[derive(Debug)]
pub struct App {
    totp: Totp,
    /// In the order in which they were shown.
    pub recovery_codes: Vec<String>,
}

impl App {
    /// Knows nothing but what a person types into it.
    pub fn of(set_up: &AppSetUp) -> Self {
        let secret = Secret::try_from_base32(&set_up.secret).expect("the secret is Base32");
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(STEP_SECONDS)
            .with_secret(secret)
            .build()
            .expect("the secret is long enough");
        Self {
            totp,
            recovery_codes: Vec::new(),
        }
    }

    /// What it shows at a moment.
    pub fn code(&self, at: Timestamp) -> String {
        let seconds = u64::try_from(at.0 / 1000).expect("it is later than 1970");
        self.totp.generate(seconds).to_string()
    }
}

impl Person {
    /// Sets an app up in the session that the person holds, and holds the session that it goes on as. Half a minute passes, so
    /// that the app shows another code than the one that was taken.
    pub async fn sets_app_up(&self, kit: &Kit) -> App {
        let (ctx, actor) = (kit.ctx(), self.signed_in().await);
        let set_up = second_factors::begin_app(&ctx, &actor)
            .await
            .expect("the proof is fresh and there is no app yet");
        let mut app = App::of(&set_up);
        let done = second_factors::confirm_app(&ctx, &actor, &app.code(ctx.now()))
            .await
            .expect("the code is right");
        self.holds(&done.opened).await;
        app.recovery_codes = done
            .recovery_codes
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        kit.clock
            .advance(i64::try_from(STEP_SECONDS).unwrap_or_default());
        app
    }

    /// Signs in and sets an app up, as staff do before they open the console; gives who acts from then on. The letters about that
    /// are thrown away.
    pub async fn enters_the_console(&self, kit: &Kit) -> Actor {
        self.signs_in().await;
        self.sets_app_up(kit).await;
        kit.discards_mail().await;
        self.actor()
    }

    /// Does the first step of signing in; gives the token for the second.
    pub async fn begins_to_sign_in(&self, kit: &Kit, client: Client) -> String {
        let entered = sessions::sign_in(&kit.ctx(), self.credentials(), client).await;
        match entered.expect("the password is right") {
            Entered::Challenged(challenge) => challenge.token.expose().to_owned(),
            Entered::Opened(_) => panic!("no second step was asked for"),
        }
    }
}
