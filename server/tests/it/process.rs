//! The binary as a process: what an operator starts, stops and kills.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// A start takes a second or two on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// An installation in a folder of its own.
struct Place(tempfile::TempDir);

/// A server, killed when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the temporary folder can be written"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LATCHKEY_") {
                command.env_remove(name);
            }
        }
        command
            .env(
                "LATCHKEY_DATABASE_URL",
                format!("sqlite://{}", self.file("latchkey.db").display()),
            )
            // What this machine has in /etc is nobody's here.
            .env("LATCHKEY_CONFIG", "/dev/null")
            .env("LATCHKEY_LISTEN", "127.0.0.1:0")
            .env("LATCHKEY_PASSWORD_MEMORY_KIB", "64")
            .env("LATCHKEY_PASSWORD_ITERATIONS", "1");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        let done = self.command(BINARY).args(words).output();
        done.expect("the binary can be started")
    }

    fn done(&self, words: &[&str]) -> String {
        let done = self.run(words);
        assert!(done.status.success(), "{words:?}: {}", said(&done));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn refused(&self, words: &[&str]) -> String {
        let done = self.run(words);
        assert_eq!(done.status.code(), Some(1), "{words:?}: {}", said(&done));
        said(&done)
    }

    fn serves(&self, settings: &[(&str, &str)]) -> Server {
        let mut command = self.command(BINARY);
        command.envs(settings.iter().copied());
        Self::started(command)
    }

    /// Where files end at so many times 512 bytes, as on a disk that is full. That the system tells by a signal is ignored, and handed
    /// on.
    fn with_little_room(&self, blocks: u32, command: &str) -> Command {
        let limited = format!(r#"trap '' XFSZ; ulimit -f {blocks}; exec "$0" {command}"#);
        let mut shell = self.command("sh");
        shell.args(["-c", &limited, BINARY]);
        shell
    }

    fn started(mut command: Command) -> Server {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be started");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it can be read");
        let address = line
            .trim()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        assert!(address.contains(':'), "it says where it listens: {line:?}");
        Server { child, address }
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_latchkey");

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
}

impl Server {
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    fn post(&self, path: &str, kind: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nAccept: application/json\r\n\
             Content-Type: {kind}\r\nContent-Length: {1}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

/// Whether somebody whom a command has made gets in.
fn signs_in(server: &Server, email: &str) -> bool {
    let body = format!("email={email}&password=four+kettles+on+a+shelf");
    let kind = "application/x-www-form-urlencoded";
    server.post("/_fn/sign-in", kind, &body).contains("Goto")
}

/// Whether it is answered that somebody has an account from now on.
fn signs_up(server: &Server, email: &str) -> bool {
    let input =
        serde_json::json!({ "email": email, "name": "Ada", "password": "four kettles on a shelf" });
    let query = "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }";
    let body = serde_json::json!({ "query": query, "variables": { "input": input } });
    let answer = server.post("/graphql", "application/json", &body.to_string());
    answer.contains(r#""userErrors":[]"#)
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_database_has_one_server_and_is_backed_up_and_not_restored_under_it() {
    let place = Place::new();
    let mut server = place.serves(&[]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    let second = place.refused(&["serve"]);
    let who = format!("A server (process {})", server.child.id());
    assert!(
        second.contains(&who) && second.contains("one server"),
        "{second}"
    );
    place.done(&[
        "user",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
    ]);
    place.done(&["backup", "backup.db"]);
    let told = place.refused(&["restore", "backup.db"]);
    assert!(told.contains(&who), "{told}");
    // What a lock would outlive, if it were a file that somebody has to remove.
    server.child.kill().expect("it runs");
    server.child.wait().expect("it has ended");
    place.done(&["restore", "backup.db"]);
    let again = place.serves(&[]);
    assert!(again.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(place.done(&["user", "list"]).contains("ada@example.com"));
}

#[test]
fn backups_of_a_server_that_is_written_to_are_restored_elsewhere_as_they_were() {
    let (here, there) = (Place::new(), Place::new());
    let _server = here.serves(&[]);
    let accounts = |place: &Place| -> Vec<String> {
        let list = place.done(&["user", "list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&list).expect("it is JSON");
        let users = list.as_array().expect("a list").iter();
        users
            .map(|user| user["email"].as_str().expect("a text").to_owned())
            .collect()
    };
    let writer = thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 0..12 {
                let email = format!("writer{number}@example.com");
                here.done(&["user", "create", "--email", &email, "--name", "Writer"]);
            }
        });
        let mut before = accounts(&here);
        let mut taken = 0;
        while !writing.is_finished() || taken == 0 {
            here.done(&["backup", "backup.db", "--force"]);
            taken += 1;
            fs::copy(here.file("backup.db"), there.file("backup.db")).expect("it can be copied");
            fs::copy(here.file("secret.key"), there.file("secret.key")).expect("it can be copied");
            there.done(&["restore", "backup.db"]);
            let restored = accounts(&there);
            assert!(
                before.iter().all(|email| restored.contains(email)),
                "{before:?}: {restored:?}"
            );
            before = restored;
        }
        writing.join()
    });
    writer.expect("others write while backups are taken");
    let doctor = there.run(&["doctor"]);
    let told = said(&doctor);
    assert!(
        told.contains("Every page and every reference in it is intact."),
        "{told}"
    );
    here.done(&["backup", "last.db"]);
    fs::copy(here.file("last.db"), there.file("last.db")).expect("it can be copied");
    there.done(&["restore", "last.db"]);
    assert_eq!(accounts(&there), accounts(&here));
}

#[test]
fn a_server_takes_its_backups_by_itself_and_tells_their_age() {
    let place = Place::new();
    let server = place.serves(&[("LATCHKEY_BACKUP_FOLDER", "backups")]);
    until("a first backup is taken at once", || {
        names(&place.file("backups"))
            .iter()
            .any(|name| name.starts_with("latchkey-") && name.ends_with(".db"))
    });
    until("its age is told", || {
        let metrics = server.get("/metrics");
        metrics.contains("latchkey_backup_age_seconds ")
            && metrics.contains(r#"latchkey_backups_total{result="ok"} 1"#)
    });
    let taken = names(&place.file("backups"));
    assert_eq!(taken.len(), 1, "{taken:?}");
}

#[test]
fn a_backup_that_finds_no_room_says_so_and_leaves_nothing() {
    let place = Place::new();
    place.done(&[
        "user",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
    ]);
    fs::write(place.file("backup.db"), "the one before").expect("it can be written");
    let done = place
        .with_little_room(64, "backup backup.db --force")
        .output()
        .expect("there is a shell");
    let told = said(&done);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("latchkey: Copying "), "{told}");
    let kept = fs::read_to_string(place.file("backup.db"));
    assert_eq!(kept.ok().as_deref(), Some("the one before"));
    let left = names(place.0.path());
    assert!(
        left.iter().all(|name| !name.contains("unfinished")),
        "{left:?}"
    );
    place.done(&["backup", "backup.db", "--force"]);
}

#[test]
fn a_restore_that_finds_no_room_changes_nothing() {
    let place = Place::new();
    place.done(&[
        "user",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
    ]);
    place.done(&["backup", "backup.db"]);
    let before = fs::read(place.file("latchkey.db")).expect("it can be read");
    let done = place
        .with_little_room(64, "restore backup.db")
        .output()
        .expect("there is a shell");
    let told = said(&done);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("latchkey: Copying backup.db"), "{told}");
    assert_eq!(fs::read(place.file("latchkey.db")).ok(), Some(before));
    let left = names(place.0.path());
    assert!(
        left.iter()
            .all(|name| !name.contains("unfinished") && !name.contains("before-restore")),
        "{left:?}"
    );
    assert!(place.done(&["user", "list"]).contains("ada@example.com"));
}

#[test]
fn on_a_full_disk_nothing_is_answered_as_done_that_is_not_there_afterwards() {
    let place = Place::new();
    place.done(&["migrate"]);
    // Room for the schema and a few changes after it.
    let server = Place::started(place.with_little_room(600, "serve"));
    let emails: Vec<String> = (0..20)
        .map(|number| format!("ada{number}@example.com"))
        .collect();
    let (done, refused): (Vec<_>, Vec<_>) = emails
        .into_iter()
        .partition(|email| signs_up(&server, email));
    assert!(!refused.is_empty(), "the disk is not full");
    let there = place.done(&["user", "list"]);
    for email in &done {
        assert!(
            there.contains(email.as_str()),
            "{email} of {done:?}: {there}"
        );
    }
    // Whoever has room brings the log of changes home, and so makes some.
    place.done(&[
        "user",
        "create",
        "--email",
        "eve@example.com",
        "--name",
        "Eve",
    ]);
    assert!(signs_up(&server, "late@example.com"));
    let there = place.done(&["user", "list"]);
    assert!(there.contains("late@example.com"), "{there}");
}

#[test]
fn the_doctor_finds_out_that_there_is_no_room_for_a_change() {
    let place = Place::new();
    let _server = place.serves(&[]);
    let doctor = |mut command: Command| said(&command.output().expect("there is a shell"));
    let told = doctor(place.with_little_room(1, "doctor"));
    assert!(told.contains("It accepts no changes"), "{told}");
    assert!(!told.contains("Somebody has been writing"), "{told}");
    let told = doctor(place.with_little_room(100_000, "doctor"));
    assert!(told.contains("It accepts changes."), "{told}");
}

#[test]
fn a_restore_that_was_killed_is_served_once_it_was_run_again() {
    let place = Place::new();
    place.done(&[
        "user",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
    ]);
    place.done(&["backup", "backup.db"]);
    // What belongs to the database has gone, and the restored one has not come.
    let kept = place.file("latchkey.db.before-restore-20261129T112655Z");
    fs::write(
        place.file("latchkey.db-restoring"),
        ".before-restore-20261129T112655Z\n",
    )
    .expect("it can be written");
    fs::rename(place.file("latchkey.db"), &kept).expect("it is there");
    for command in [["serve"].as_slice(), &["user", "list"], &["doctor"]] {
        let told = place.refused(command);
        assert!(
            told.contains("was interrupted. Run `latchkey restore FILE` again")
                && told.contains("latchkey.db.before-restore-20261129T112655Z"),
            "{command:?}: {told}"
        );
    }
    assert!(!place.file("latchkey.db").exists(), "nobody has made one");
    place.done(&["restore", "backup.db"]);
    let server = place.serves(&[]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(place.done(&["user", "list"]).contains("ada@example.com"));
    assert!(kept.exists());
}

#[test]
fn a_server_on_a_database_that_cannot_be_written_answers_what_only_reads() {
    let place = Place::new();
    place.done(&[
        "user",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
    ]);
    let database = format!("sqlite://{}?mode=ro", place.file("latchkey.db").display());
    let server = place.serves(&[("LATCHKEY_DATABASE_URL", &database)]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(server.get("/sign-in").starts_with("HTTP/1.1 200"));
}

#[test]
fn what_commands_write_beside_a_server_is_there_for_it() {
    use std::os::unix::fs::MetadataExt as _;
    let place = Place::new();
    let server = place.serves(&[]);
    let log = || fs::metadata(place.file("latchkey.db-wal")).map(|file| file.ino());
    let inode = log().expect("a server that runs has one");
    for number in 0..5 {
        let email = format!("ada{number}@example.com");
        let mut child = place
            .command(BINARY)
            .args([
                "user",
                "create",
                "--name",
                "Ada",
                "--password-stdin",
                "--email",
                &email,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary can be started");
        let mut input = child.stdin.take().expect("it is piped");
        writeln!(input, "four kettles on a shelf").expect("it reads");
        drop(input);
        assert!(child.wait().expect("it ends").success());
        assert_eq!(
            log().ok(),
            Some(inode),
            "a command took the server's log away"
        );
        assert!(signs_in(&server, &email), "{email}");
    }
}

/// Starts a mail server over TLS that greets whoever comes; gives its port. Its certificate is of nobody whom browsers trust: it and
/// that of its authority were made with OpenSSL, and the key of the authority is gone.
fn mail_server() -> u16 {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/localhost.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/localhost.key"));
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("it is one")],
            key.expect("it is one"),
        )
        .expect("they belong together");
    let tls = Arc::new(tls);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever does not trust it hangs up.
            let _ = greet(stream, Arc::clone(&tls));
        }
    });
    port
}

fn greet(stream: TcpStream, tls: Arc<ServerConfig>) -> io::Result<()> {
    let session = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut talk = BufReader::new(StreamOwned::new(session, stream));
    talk.get_mut().write_all(b"220 localhost ESMTP\r\n")?;
    let mut line = String::new();
    while talk.read_line(&mut line)? > 0 {
        line.clear();
        talk.get_mut().write_all(b"250 localhost\r\n")?;
    }
    Ok(())
}

#[test]
fn a_mail_server_that_the_machine_trusts_is_trusted() {
    let place = Place::new();
    place.done(&["migrate"]);
    let authority = place.file("authority.pem");
    fs::write(&authority, include_bytes!("tls/authority.pem")).expect("it can be written");
    let url = format!("smtps://127.0.0.1:{}", mail_server());
    let told = |trusted: Option<&Path>| {
        let mut doctor = place.command(BINARY);
        doctor.arg("doctor").env("LATCHKEY_SMTP_URL", &url);
        doctor
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR");
        if let Some(file) = trusted {
            doctor.env("SSL_CERT_FILE", file);
        }
        said(&doctor.output().expect("the binary can be started"))
    };
    let untrusted = told(None);
    assert!(
        untrusted.contains("cannot be used: Connection error: invalid peer certificate"),
        "{untrusted}"
    );
    let trusted = told(Some(&authority));
    assert!(
        trusted.contains("answers and accepts our sign-in"),
        "{trusted}"
    );
}

#[test]
fn a_key_that_may_not_pass_is_told_by_the_exit_code_as_well() {
    let place = Place::new();
    let seed = "seed --users 20 --organizations 4 --memberships 30 --keys 100 --quota 1000000 --secrets secrets.json";
    place.done(&seed.split(' ').collect::<Vec<_>>());
    let secrets = fs::read_to_string(place.file("secrets.json")).expect("it was written");
    let secrets: serde_json::Value = serde_json::from_str(&secrets).expect("it is JSON");
    let keys = secrets["keys"].as_array().expect("a list");
    let key_that = |is_active: bool| {
        let is_one = |key: &&serde_json::Value| (key["status"] == "active") == is_active;
        let key = keys.iter().find(is_one).expect("there is one");
        let text = |name: &str| key[name].as_str().expect("a text").to_owned();
        (text("secret"), text("status").to_uppercase())
    };
    let (good, (bad, state)) = (key_that(true).0, key_that(false));
    for (key, code, exit) in [
        (good.as_str(), "VALID", 0),
        (bad.as_str(), state.as_str(), 1),
        ("lk_org_nothing", "NOT_FOUND", 1),
    ] {
        let mut child = place
            .command(BINARY)
            .args(["key", "verify"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let mut input = child.stdin.take().expect("it is piped");
        writeln!(input, "{key}").expect("it reads");
        drop(input);
        let done = child.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(told.starts_with(&format!("{code}: ")), "{told}");
        assert_eq!(done.status.code(), Some(exit), "{told}");
    }
}
