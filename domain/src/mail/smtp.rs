//! Mail over SMTP.

use std::{future::Future, pin::Pin, time::Duration};

use contract::EmailAddress;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox as Address, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpFault, PoolConfig,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};
use url::Url;

use super::{Letter, SendError, Transport};
use crate::{
    error::{Error, Result},
    tls,
};

/// One conversation from connecting to the server's last word. Lettre's own timeout covers connecting alone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Servers drop idle connections after a minute or so; ours are given up before.
const IDLE: Duration = Duration::from_secs(30);

/// Sends letters through an SMTP server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("from", &"…")
            .finish_non_exhaustive()
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834): no holiday notice needs to answer us.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Checks the form of an SMTP address: `smtp://host:port`, `smtp://user:password@host:587?tls=required`, `smtps://…`.
pub fn check_url(url: &str) -> Result<(), String> {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// How TLS is spoken where an address asks for it: trusting whom our other clients trust. Lettre itself leaves out the machine.
fn tls_of(url: &str) -> Result<Option<Tls>, SmtpFault> {
    let Ok(url) = Url::parse(url) else {
        return Ok(None);
    };
    let wish = url.query_pairs().find(|(name, _)| name == "tls");
    let wish = wish.map(|(_, wish)| wish.into_owned());
    let manner: fn(TlsParameters) -> Tls = match (url.scheme(), wish.as_deref()) {
        ("smtps", _) => Tls::Wrapper,
        (_, Some("required")) => Tls::Required,
        (_, Some("opportunistic")) => Tls::Opportunistic,
        _ => return Ok(None),
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut parameters =
        TlsParameters::builder(host).certificate_store(CertificateStore::WebpkiRoots);
    for trusted in tls::machine() {
        parameters = parameters.add_root_certificate(Certificate::from_der(trusted.to_vec())?);
    }
    Ok(Some(manner(parameters.build()?)))
}

impl Smtp {
    /// Made, used and dropped within a Tokio runtime: its pool of connections is a task.
    pub fn new(url: &str, from: &str) -> Result<Self> {
        let cannot = |source: SmtpFault| Error::internal("the SMTP address cannot be used", source);
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(cannot)?;
        if let Some(tls) = tls_of(url).map_err(cannot)? {
            transport = transport.tls(tls);
        }
        let transport = transport
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().idle_timeout(IDLE).max_size(4))
            .build();
        let from = from
            .parse()
            .map_err(|source: lettre::address::AddressError| {
                Error::internal("the sender of mail is not an address", source)
            })?;
        Ok(Self { transport, from })
    }

    /// Connects, greets and signs in, and sends nothing.
    pub async fn greet(&self) -> Result<(), String> {
        match tokio::time::timeout(PATIENCE, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("it hung up".to_owned()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(format!("it was silent for {} s", PATIENCE.as_secs())),
        }
    }

    fn compose(&self, id: &str, to: &EmailAddress, letter: &Letter) -> Result<Message, String> {
        let to = Address::new(
            None,
            to.as_str()
                .parse()
                .map_err(|_| "the receiver is not an address".to_owned())?,
        );
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(
                letter.text.clone(),
                letter.html.clone(),
            ))
            .map_err(|error| error.to_string())
    }

    async fn try_to_send(
        &self,
        id: &str,
        to: &EmailAddress,
        letter: &Letter,
    ) -> Result<(), SendError> {
        let message = self.compose(id, to, letter).map_err(|message| SendError {
            is_permanent: true,
            message,
        })?;
        let sent = tokio::time::timeout(PATIENCE, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(SendError {
                is_permanent: is_permanent(&error),
                message: told(&error),
            }),
            Err(_) => Err(SendError {
                is_permanent: false,
                message: format!("the mail server was silent for {} s", PATIENCE.as_secs()),
            }),
        }
    }
}

/// Of TLS that fails, Lettre says twice that it is an error of the connection.
fn told(error: &SmtpFault) -> String {
    error
        .to_string()
        .replace("Connection error: Connection error: ", "Connection error: ")
}

/// A refused sign-in (535) and the like say 5yz too, but it is ours to mend and the letter can go afterwards.
fn is_permanent(error: &SmtpFault) -> bool {
    let code = error.status().map(u16::from);
    error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538))
}

impl Transport for Smtp {
    fn send<'a>(
        &'a self,
        id: &'a str,
        to: &'a EmailAddress,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>> {
        Box::pin(self.try_to_send(id, to, letter))
    }
}
