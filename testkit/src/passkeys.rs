//! An authenticator made of software: it keeps passkeys and answers like a browser with a real one does (Web Authentication
//! Level 3, ES256, attestation "none"). Its fields may be set wrong, to see that wrong answers are refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    passkeys::{self, Answer, Asked, Registered},
    second_factors::Factor,
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Kit, Person};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const BACKUP_ELIGIBLE: u8 = 8;
const BACKED_UP: u8 = 16;
const HAS_CREDENTIAL: u8 = 64;

/// A device or a password manager with at most one passkey.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// The page that a browser would say it is at.
    pub origin: String,
    /// The site that a browser would let it answer for.
    pub site: String,
    /// Whether its owner gives a PIN or a finger.
    pub verifies_owner: bool,
    pub is_present: bool,
    pub is_synced: bool,
    /// How often it has signed; stays 0 with most that are synced.
    pub counter: u32,
    pub key: SigningKey,
    pub credential_id: Vec<u8>,
    /// Whose the passkey is, as the site has said.
    pub user_handle: String,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    /// One that knows no passkey yet. The same number makes the same one.
    pub fn new(kit: &Kit, number: u8) -> Self {
        let url = kit.ctx().settings().public_url.clone();
        Self {
            origin: url.origin().ascii_serialization(),
            site: url.host_str().unwrap_or_default().to_owned(),
            verifies_owner: true,
            is_present: true,
            is_synced: false,
            counter: 1,
            key: SigningKey::from_slice(&[number; 32]).expect("it is a key"),
            credential_id: vec![number; 32],
            user_handle: String::new(),
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut flags = more;
        for (is_set, flag) in [
            (self.is_present, USER_PRESENT),
            (self.verifies_owner, USER_VERIFIED),
            (self.is_synced, BACKUP_ELIGIBLE | BACKED_UP),
        ] {
            flags |= if is_set { flag } else { 0 };
        }
        let mut data = Sha256::digest(self.site.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes the passkey that is asked for: `RegistrationResponseJSON`.
    pub fn creates(&mut self, options: &Value) -> Value {
        self.user_handle = options["user"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap_or_default()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        // COSE_Key (RFC 9053) of an EC2 key on P-256 for ES256.
        let point = self.key.verifying_key().to_sec1_point(false);
        let point = point.as_bytes();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
        object.extend(data);
        json!({
            "id": text(&self.credential_id),
            "rawId": text(&self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(&self.client_data("webauthn.create", options)),
                "attestationObject": text(&object),
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        })
    }

    /// Signs what is asked: `AuthenticationResponseJSON`. Its counter goes on, unless it is 0.
    pub fn signs(&mut self, options: &Value) -> Value {
        if self.counter > 0 {
            self.counter += 1;
        }
        self.signs_as("webauthn.get", options)
    }

    /// Signs with a type of its own choice and the counter as it is.
    pub fn signs_as(&self, kind: &str, options: &Value) -> Value {
        let (data, client_data) = (self.data(0), self.client_data(kind, options));
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": text(&self.credential_id),
            "rawId": text(&self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(&client_data),
                "authenticatorData": text(&data),
                "signature": text(signature.to_der().as_bytes()),
                "userHandle": self.user_handle,
            },
            "clientExtensionResults": {},
        })
    }

    /// Answers a question.
    pub fn answers(&mut self, asked: &Asked) -> Answer {
        Answer {
            token: asked.token.clone(),
            response: self.signs(&asked.options),
        }
    }

    pub fn proves(&mut self, asked: &Asked) -> Factor {
        Factor::Passkey(self.answers(asked))
    }

    /// Takes the other's place: what it signs, it signs with its own key, under the other's name.
    #[must_use]
    pub fn forged(&self, number: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[number; 32]).expect("it is a key"),
            ..self.clone()
        }
    }
}

impl Person {
    /// Sets a passkey up in the session that the person holds, and holds the session that it goes on as.
    pub async fn sets_passkey_up(
        &self,
        kit: &Kit,
        authenticator: &mut Authenticator,
    ) -> Registered {
        let (ctx, actor) = (kit.ctx(), self.signed_in().await);
        let asked = passkeys::begin_registration(&ctx, &actor)
            .await
            .expect("the proof is fresh");
        let answer = Answer {
            token: asked.token,
            response: authenticator.creates(&asked.options),
        };
        let done = passkeys::register(&ctx, &actor, &answer, "Laptop")
            .await
            .expect("the answer is right");
        self.holds(&done.opened).await;
        done
    }
}
