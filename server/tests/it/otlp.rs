//! Traces, as a collector receives them from the program itself.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    paths: Vec<String>,
    headers: String,
    requests: Vec<ExportTraceServiceRequest>,
    bytes: Vec<u8>,
}

impl Collector {
    /// Listens on a port of its own until the test ends.
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let collector = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let collector = collector.clone();
                thread::spawn(move || while collector.take(&stream).is_some() {});
            }
        });
        format!("http://{address}")
    }

    /// Takes one request of a connection; none is left when it ends.
    fn take(&self, mut stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&lower);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let request = ExportTraceServiceRequest::decode(&body[..]).expect("it is OTLP");
        let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = head.split_whitespace().nth(1).unwrap_or_default();
        received.paths.push(path.to_owned());
        received.headers.push_str(&head);
        received.requests.push(request);
        received.bytes.extend(body);
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
    }

    fn spans(&self) -> Vec<Span> {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let scopes = (received.requests.iter())
            .flat_map(|request| &request.resource_spans)
            .flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

/// The program, serving in a folder of its own.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .env("LATCHKEY_CONFIG", "/dev/null")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was built");
        let out = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("it tells");
        let (_, address) = line.trim().split_once("http://").expect("an address");
        Self {
            child,
            address: address.to_owned(),
        }
    }

    /// The head of an answer, in lower case.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}",
            self.address
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        head.to_ascii_lowercase()
    }

    /// Ends it as a service manager does.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.expect("there is kill").success());
        assert!(self.child.wait().expect("it ends").success());
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name} in {head}"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> &'a str {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found
        .and_then(|found| found.value.as_ref())
        .and_then(|value| value.value.as_ref())
    {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} is {other:?}"),
    }
}

/// The spans of one trace.
fn of_trace<'a>(spans: &'a [Span], id: &str) -> Vec<&'a Span> {
    spans
        .iter()
        .filter(|span| hexadecimal(&span.trace_id) == id)
        .collect()
}

fn named<'a>(spans: &[&'a Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    found.unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SIGN_IN: &str = r#"{"query":"mutation Enter($i: SignInInput!) { signIn(input: $i) { token } }",
    "variables":{"i":{"email":"typed@example.com","password":"typed at the door"}}}"#;
const JSON: &str = "content-type: application/json\r\n";

#[test]
fn a_request_is_told_with_its_parts_and_without_what_was_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let collector = Collector::default();
    let endpoint = collector.start();
    let served = Served::start(
        folder.path(),
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("LATCHKEY_OTLP_HEADERS", "x-token=a%20token"),
            ("OTEL_SERVICE_NAME", "accounts"),
            ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1"),
        ],
    );
    let page = served.ask("GET", "/sign-in?next=typed", "accept: text/html\r\n", "");
    let refused = served.ask("POST", "/graphql", JSON, SIGN_IN);
    let parent = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n");
    let continued = served.ask("GET", "/readyz", &parent, "");
    let verified = served.ask("POST", "/v1/keys/verify", JSON, "{}");
    let followed = served.ask("POST", "/v1/keys/verify", &(parent + JSON), "{}");
    assert!(followed.starts_with("http/1.1 401"), "{followed}");
    served.stop();

    let spans = collector.spans();
    let page = of_trace(&spans, header(&page, "x-request-id"));
    let request = named(&page, "GET /sign-in");
    assert_eq!(text(&request.attributes, "http.route"), "/sign-in");
    assert!(request.parent_span_id.is_empty());

    let refused = of_trace(&spans, header(&refused, "x-request-id"));
    let request = named(&refused, "POST /graphql");
    let operation = named(&refused, "graphql.operation");
    assert_eq!(operation.parent_span_id, request.span_id);
    assert_eq!(
        text(&operation.attributes, "graphql.operation.name"),
        "Enter"
    );
    let statement = named(&refused, "SELECT");
    assert_eq!(text(&statement.attributes, "db.system.name"), "sqlite");
    assert_eq!(statement.parent_span_id, operation.span_id);
    named(&refused, "passwords.hash");
    named(&refused, "database.begin");

    assert_eq!(header(&continued, "x-request-id"), TRACE);
    let continued = of_trace(&spans, TRACE);
    let request = named(&continued, "GET /readyz");
    assert_eq!(hexadecimal(&request.parent_span_id), "00f067aa0ba902b7");
    named(&continued, "POST /v1/keys/verify");
    let verified = of_trace(&spans, header(&verified, "x-request-id"));
    assert!(verified.is_empty(), "nobody has asked for it");

    let received = collector.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(received.paths.iter().all(|path| path == "/v1/traces"));
    assert!(
        received.headers.contains("x-token: a token\r\n"),
        "{}",
        received.headers
    );
    let resource = received.requests[0].resource_spans[0].resource.clone();
    let attributes = resource.expect("a resource").attributes;
    assert_eq!(text(&attributes, "service.name"), "accounts");
    let told = String::from_utf8_lossy(&received.bytes);
    for private in ["typed", "example.com", "127.0.0.1"] {
        assert!(!told.contains(private), "{private} is told");
    }
}

#[test]
fn a_collector_that_is_away_delays_no_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let endpoint = format!("http://{gone}");
    let served = Served::start(
        folder.path(),
        &[
            ("LATCHKEY_OTLP_ENDPOINT", &endpoint),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("LATCHKEY_LOG", "off"),
        ],
    );
    served.ask("GET", "/readyz", "", "");
    let mut metrics = String::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(&served.address).expect("it listens");
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .expect("it reads");
        metrics.clear();
        stream.read_to_string(&mut metrics).expect("it answers");
        if metrics.contains("latchkey_trace_exports_total{result=\"failed\"}") {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(
        metrics.contains("latchkey_trace_exports_total{result=\"failed\"}"),
        "{metrics}"
    );
    served.stop();
}

#[test]
fn a_strangers_trace_is_not_continued() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path(), &[("LATCHKEY_TRUSTED_PROXIES", "10.0.0.1")]);
    let parent = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n");
    let answer = served.ask("GET", "/readyz", &parent, "");
    assert_ne!(header(&answer, "x-request-id"), TRACE);
    served.stop();
}
