//! Passwords: which are taken, and how they are hashed and compared.

mod hasher;
mod rules;

pub(crate) use hasher::{Hasher, Permit, are_same};
pub(crate) use rules::{Context, check};
