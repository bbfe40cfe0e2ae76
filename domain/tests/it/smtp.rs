//! Mail over SMTP, against a server of one conversation.

use std::sync::{Arc, Mutex, PoisonError};

use contract::EmailAddress;
use domain::mail::{Letter, SendError, Smtp, Transport, check_url};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// How the server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Accepting,
    /// Says this to every receiver.
    ToReceivers(&'static str),
    /// Says this to every letter.
    ToLetters(&'static str),
    /// Takes the connection and says nothing.
    Silent,
    /// Takes the connection and closes it.
    HangingUp,
}

#[derive(Clone, Default)]
struct Sink {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    /// Starts a server; gives its address.
    async fn start(&self, manner: Manner) -> String {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let sink = self.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let sink = sink.clone();
                tokio::spawn(async move { sink.talk(socket, manner).await });
            }
        });
        format!("smtp://127.0.0.1:{port}")
    }

    async fn talk(&self, socket: TcpStream, manner: Manner) {
        if manner == Manner::HangingUp {
            return;
        }
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        if manner != Manner::Silent {
            say(&mut write, "220 sink.test ESMTP").await;
        }
        while let Ok(Some(line)) = lines.next_line().await {
            self.note(&line);
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250 sink.test",
                "RCPT" => match manner {
                    Manner::ToReceivers(answer) => answer,
                    _ => "250 OK",
                },
                "DATA" => {
                    say(&mut write, "354 go on").await;
                    self.read_letter(&mut lines).await;
                    match manner {
                        Manner::ToLetters(answer) => answer,
                        _ => "250 taken",
                    }
                }
                "QUIT" => "221 bye",
                _ => "250 OK",
            };
            say(&mut write, answer).await;
        }
    }

    async fn read_letter(&self, lines: &mut Lines<BufReader<OwnedReadHalf>>) {
        while let Ok(Some(line)) = lines.next_line().await {
            if line == "." {
                return;
            }
            self.note(line.strip_prefix('.').unwrap_or(&line));
        }
    }

    fn note(&self, line: &str) {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.to_owned());
    }

    /// All that was said to the server.
    fn heard(&self) -> String {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }
}

async fn say(write: &mut OwnedWriteHalf, line: &str) {
    // Whoever has hung up hears nothing.
    let _ = write.write_all(format!("{line}\r\n").as_bytes()).await;
}

fn letter() -> Letter {
    Letter {
        template: "verify_email".to_owned(),
        subject: "Schlüssel für dich 🔑".to_owned(),
        text: "Hello Ada,\n\n.a line that begins with a dot\n.\nthe end\n".to_owned(),
        html: "<p>Hello Ada,</p>".to_owned(),
    }
}

async fn send(url: &str) -> Result<(), SendError> {
    let smtp = Smtp::new(url, "Latchkey <accounts@example.test>").expect("both are addresses");
    let to = EmailAddress::parse("ada@example.test").expect("this is an address");
    smtp.send("0193-letter", &to, &letter()).await
}

#[tokio::test]
async fn a_letter_arrives_with_its_headers_and_both_its_forms() {
    let sink = Sink::default();
    send(&sink.start(Manner::Accepting).await)
        .await
        .expect("the server takes it");
    let heard = sink.heard();
    for line in [
        "MAIL FROM:<accounts@example.test>",
        "RCPT TO:<ada@example.test>",
        "From: Latchkey <accounts@example.test>",
        "To: ada@example.test",
        "Message-ID: <0193-letter@example.test>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        ".a line that begins with a dot",
        ".",
        "the end",
        "<p>Hello Ada,</p>",
    ] {
        assert!(
            heard.lines().any(|heard| heard == line),
            "{line:?} is missing in\n{heard}"
        );
    }
    assert!(
        heard.contains("\nContent-Type: multipart/alternative;"),
        "{heard}"
    );
    assert!(heard.contains("\nDate: "), "{heard}");
    assert!(
        heard.contains("\nSubject: ") && heard.contains("=?utf-8?b?"),
        "a subject outside ASCII is encoded:\n{heard}"
    );
    assert!(heard.is_ascii(), "{heard}");
}

#[tokio::test]
async fn several_letters_go_over_one_sender() {
    let sink = Sink::default();
    let smtp = Smtp::new(
        &sink.start(Manner::Accepting).await,
        "accounts@example.test",
    )
    .expect("both are addresses");
    let to = EmailAddress::parse("ada@example.test").expect("this is an address");
    for id in ["one", "two", "three"] {
        smtp.send(id, &to, &letter())
            .await
            .expect("the server takes it");
    }
    assert_eq!(sink.heard().matches("\nMessage-ID: ").count(), 3);
}

#[tokio::test]
async fn a_subject_cannot_add_headers() {
    let sink = Sink::default();
    let smtp = Smtp::new(
        &sink.start(Manner::Accepting).await,
        "accounts@example.test",
    )
    .expect("both are addresses");
    let to = EmailAddress::parse("ada@example.test").expect("this is an address");
    let letter = Letter {
        subject: "Hello\r\nBcc: eve@example.test".to_owned(),
        ..letter()
    };
    // Whether it is refused or encoded, nobody else gets it.
    drop(smtp.send("one", &to, &letter).await);
    assert!(
        !sink
            .heard()
            .lines()
            .any(|line| line.to_ascii_lowercase().starts_with("bcc:")
                || line.contains("RCPT TO:<eve"))
    );
}

#[tokio::test]
async fn a_refused_receiver_or_letter_is_refused_for_good() {
    for manner in [
        Manner::ToReceivers("550 5.1.1 no such mailbox"),
        Manner::ToLetters("554 5.6.0 not wanted"),
    ] {
        let error = send(&Sink::default().start(manner).await)
            .await
            .expect_err("the server refuses");
        assert!(error.is_permanent, "{error:?}");
        assert!(
            !error.message.contains("Hello Ada"),
            "an error holds no text of the letter: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_wants_time_is_tried_again() {
    for manner in [
        Manner::ToReceivers("451 4.7.1 come back later"),
        Manner::ToLetters("452 4.3.1 the disk is full"),
    ] {
        let error = send(&Sink::default().start(manner).await)
            .await
            .expect_err("the server refuses for now");
        assert!(!error.is_permanent, "{error:?}");
    }
}

#[tokio::test]
async fn a_refused_sign_in_at_the_server_is_tried_again() {
    let error = send(
        &Sink::default()
            .start(Manner::ToReceivers("530 5.7.0 authentication required"))
            .await,
    )
    .await
    .expect_err("the server refuses");
    assert!(
        !error.is_permanent,
        "it is the operator's to mend, and the letter can go afterwards: {error:?}"
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_or_is_not_there_is_tried_again() {
    let error = send(&Sink::default().start(Manner::HangingUp).await)
        .await
        .expect_err("the server hangs up");
    assert!(!error.is_permanent, "{error:?}");
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .and_then(|listener| listener.local_addr())
        .expect("a port is free")
        .port();
    let error = send(&format!("smtp://127.0.0.1:{port}"))
        .await
        .expect_err("nobody listens there");
    assert!(!error.is_permanent, "{error:?}");
}

#[tokio::test]
async fn of_tls_that_fails_the_reason_is_told_once() {
    let plain = Sink::default().start(Manner::HangingUp).await;
    let error = send(&plain.replace("smtp://", "smtps://"))
        .await
        .expect_err("it speaks no TLS");
    assert!(!error.is_permanent, "{error:?}");
    let told = error.message.matches("Connection error").count();
    assert_eq!(told, 1, "{error:?}");
}

/// The clock of tokio is paused: it jumps to the end of every wait.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_not_waited_for_without_end() {
    let error = send(&Sink::default().start(Manner::Silent).await)
        .await
        .expect_err("the server says nothing");
    assert!(!error.is_permanent, "{error:?}");
}

#[tokio::test]
async fn addresses_of_servers_are_checked() {
    for url in [
        "smtp://localhost:25",
        "smtps://user:p%40ss@mail.example.test",
        "smtp://mail.example.test:587?tls=required",
    ] {
        assert_eq!(check_url(url), Ok(()), "{url}");
    }
    for url in [
        "",
        "mail.example.test",
        "http://mail.example.test",
        "smtp://mail.example.test?tls=maybe",
    ] {
        assert!(check_url(url).is_err(), "{url}");
    }
    assert!(Smtp::new("smtp://localhost", "not an address").is_err());
}
