//! Passkeys: they sign in alone, stand for the second step, and nothing but a right answer to an own question is taken.

mod keeping;
mod registering;
mod signing_in;

use domain::{
    passkeys::{Answer, Asked},
    sessions::{self, Client, Opened},
};
use testkit::{Authenticator, Kit};

async fn asks(kit: &Kit) -> Asked {
    sessions::begin_passkey_sign_in(&kit.ctx())
        .await
        .expect("everybody may ask")
}

async fn signs_in(kit: &Kit, answer: &Answer) -> domain::Result<Opened> {
    sessions::sign_in_with_passkey(&kit.ctx(), answer, Client::Browser, false).await
}

fn key(kit: &Kit) -> Authenticator {
    Authenticator::new(kit, 7)
}
