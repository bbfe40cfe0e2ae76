//! What the provider hands out: codes that are good once, and ID tokens.

use std::collections::HashMap;

use axum::http::{HeaderMap, header};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CLIENT, Code, FakeProvider, SECRET, Says, Signed};

impl FakeProvider {
    /// The key that is the right one now.
    pub(super) fn key(&self) -> SigningKey {
        let number = self.inner().says.key;
        SigningKey::from_slice(&[number; 32]).expect("it is a key")
    }

    pub(super) fn id_token(&self, nonce: Option<&str>) -> String {
        let says = self.inner().says.clone();
        let (url, now) = {
            let inner = self.inner();
            (
                inner.url.clone(),
                domain::context::Clock::now(&*inner.clock).0 / 1000,
            )
        };
        let mut claims = json!({
            "iss": url, "sub": says.subject, "aud": CLIENT, "nonce": nonce,
            "iat": now, "exp": now + 300, "auth_time": now,
        });
        if !says.has_userinfo {
            for (name, value) in about(&says) {
                claims[name] = value;
            }
        }
        let claims = claims.as_object_mut().expect("it is an object");
        for (name, value) in &says.claims {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        let alg = match says.signed {
            Signed::Rightly | Signed::ByAnother => "ES256",
            Signed::Not => "none",
            Signed::WithSecret | Signed::WithPublicKey => "HS256",
        };
        let head = json!({ "alg": alg, "typ": "JWT", "kid": says.kid });
        let part = |value: String| URL_SAFE_NO_PAD.encode(value);
        let signed = format!(
            "{}.{}",
            part(head.to_string()),
            part(Value::Object(claims.clone()).to_string())
        );
        let signature = match says.signed {
            Signed::Not => Vec::new(),
            Signed::Rightly => sign(&self.key(), &signed),
            Signed::ByAnother => sign(
                &SigningKey::from_slice(&[99; 32]).expect("it is a key"),
                &signed,
            ),
            Signed::WithSecret => hmac(SECRET.as_bytes(), signed.as_bytes()),
            Signed::WithPublicKey => {
                let point = self.key().verifying_key().to_sec1_point(false);
                hmac(point.as_bytes(), signed.as_bytes())
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Takes a code once, from who may have it.
    pub(super) fn takes_code(
        &self,
        form: &HashMap<String, String>,
        headers: &HeaderMap,
    ) -> Option<Code> {
        let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!(
                "{CLIENT}:{}",
                url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>()
            ))
        );
        let is_basic = headers
            .get(header::AUTHORIZATION)
            .is_some_and(|value| value.as_bytes() == basic.as_bytes());
        if !is_basic && (of("client_id"), of("client_secret")) != (CLIENT, SECRET) {
            return None;
        }
        let code = self.inner().codes.remove(of("code"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
        let is_right = challenge == code.challenge && of("redirect_uri") == code.redirect_uri;
        is_right.then_some(code)
    }
}

/// What is said of the person.
pub(super) fn about(says: &Says) -> Vec<(&'static str, Value)> {
    let mut about = vec![("name", json!(says.name))];
    if let Some(email) = &says.email {
        about.push(("email", json!(email)));
        about.push(("email_verified", says.email_verified.clone()));
    }
    about
}

fn sign(key: &SigningKey, text: &str) -> Vec<u8> {
    let signature: Signature = key.sign(text.as_bytes());
    signature.to_bytes().to_vec()
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::digest([pad(0x36).as_slice(), text].concat());
    Sha256::digest([pad(0x5c).as_slice(), inner.as_slice()].concat()).to_vec()
}
