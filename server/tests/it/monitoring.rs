//! Metrics, and what is made of them: documentation, dashboard, alerts.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use axum::{body::Body, http::Request};
use domain::metrics::Kind;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use server::http::metrics;
use testkit::{Backend, Kit};

use crate::{
    browser::{Browser, state},
    rest,
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text_of(file: &str) -> String {
    fs::read_to_string(repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names that series have: of a histogram there are three.
fn known() -> BTreeSet<String> {
    let metrics = metrics::sections().flat_map(|section| section.metrics);
    metrics
        .flat_map(|metric| match metric.kind {
            Kind::Histogram => ["_bucket", "_sum", "_count"]
                .map(|end| metric.name.to_owned() + end)
                .to_vec(),
            Kind::Counter | Kind::Gauge => vec![metric.name.to_owned()],
        })
        .collect()
}

/// The words in a text that are names of ours.
fn named(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("latchkey_") || word.starts_with("process_"))
        .map(ToOwned::to_owned)
        .collect()
}

/// Of the dashboard, the expressions.
fn expressions(panel: &Value) -> Vec<String> {
    let targets = panel["targets"].as_array().into_iter().flatten();
    targets
        .map(|target| target["expr"].as_str().expect("an expression").to_owned())
        .collect()
}

#[test]
fn the_reference_is_fresh() {
    assert!(
        metrics::reference() == text_of("docs/metrics.md"),
        "docs/metrics.md is not what `latchkey metrics` prints: run `make generated`"
    );
}

#[test]
fn names_are_unique_and_say_what_is_counted() {
    let mut seen = BTreeSet::new();
    for metric in metrics::sections().flat_map(|section| section.metrics) {
        let name = metric.name;
        assert!(seen.insert(name), "{name} stands there twice");
        let has_total = name.ends_with("_total");
        assert_eq!(metric.kind == Kind::Counter, has_total, "{name}");
        assert!(
            metric.kind != Kind::Histogram || name.ends_with("_seconds"),
            "{name}"
        );
        // Prometheus gives these to every series itself.
        for label in ["job", "instance", "le"] {
            assert!(!metric.labels.contains(&label), "{name} has {label}");
        }
    }
}

#[test]
fn nothing_is_counted_that_is_not_in_the_table() {
    for folder in ["domain/src", "server/src", "app/src"] {
        for file in rust_files(&repository().join(folder)) {
            let text = fs::read_to_string(&file).expect("it can be read");
            for makes in ["counter!(", "gauge!(", "histogram!("] {
                assert!(!text.contains(makes), "{makes} in {}", file.display());
            }
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_dashboard_draws_metrics_that_there_are() {
    let dashboard: Value =
        serde_json::from_str(&text_of("deploy/grafana-dashboard.json")).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let known = known();
    let mut drawn = BTreeSet::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        let title = panel["title"].as_str().expect("a title");
        assert!(
            !panel["description"].as_str().unwrap_or_default().is_empty(),
            "{title} says nothing of itself"
        );
        let expressions = expressions(panel);
        assert!(!expressions.is_empty(), "{title} draws nothing");
        for name in expressions.iter().flat_map(|expression| named(expression)) {
            assert!(known.contains(&name), "{name} in {title}");
            drawn.insert(name);
        }
    }
    for metric in metrics::sections().flat_map(|section| section.metrics) {
        assert!(
            drawn.iter().any(|name| name.starts_with(metric.name)),
            "{} is drawn nowhere",
            metric.name
        );
    }
    let rows: Vec<_> = panels
        .iter()
        .filter(|panel| panel["type"] == "row")
        .map(|row| row["title"].as_str().expect("a title"))
        .collect();
    let wanted = [
        "Traffic",
        "Verification",
        "Sign-ins",
        "Database",
        "Mail",
        "Jobs",
        "Backups",
        "Process",
    ];
    assert_eq!(rows, wanted);
}

/// What is told of beside the process: the names that the script of backups writes.
fn known_beside() -> BTreeSet<String> {
    let mut known = known();
    known.extend(named(&text_of("deploy/backup-postgres.sh")));
    known
}

#[test]
fn alerts_are_about_metrics_that_there_are_and_say_what_to_do() {
    let known = known_beside();
    for file in ["prometheus-alerts.yaml", "prometheus-alerts.test.yaml"] {
        for name in named(&text_of(&format!("deploy/{file}"))) {
            assert!(known.contains(&name), "{name} in {file}");
        }
    }
    let text = text_of("deploy/prometheus-alerts.yaml");
    for alert in text.split("- alert: ").skip(1) {
        let name = alert.lines().next().unwrap_or_default();
        for part in ["expr:", "severity:", "summary:", "description:", "action:"] {
            assert_eq!(alert.matches(part).count(), 1, "{part} of {name}");
        }
    }
}

#[test]
fn what_operations_tells_of_is_there() {
    let (known, text) = (known_beside(), text_of("docs/operations.md"));
    let names = named(&text);
    assert!(!names.is_empty());
    for name in names {
        let is_there = known.iter().any(|known| known.starts_with(&name));
        assert!(is_there, "{name} in docs/operations.md");
    }
}

/// Stands for Docker: a dump is a file, and looked at as PostgreSQL's tools do: its contents stand at its beginning.
const DOCKER: &str = r#"#!/bin/sh
while [ "$1" != postgres ]; do shift; done
case "$2 $3" in
  "pg_dump "*) cat "$DUMP" ;;
  "pg_restore --list") head -n 1 ;;
  "pg_restore --file=/dev/null") grep -q '^end$' ;;
  *) exit 1 ;;
esac
"#;

#[test]
fn a_dump_of_postgresql_that_was_cut_off_is_not_kept() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let place = |name: &str| folder.path().join(name);
    fs::write(place("docker"), DOCKER).expect("it can be written");
    fs::set_permissions(place("docker"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = env::var("PATH").expect("there are programs");
    let backs_up = |dump: &str| {
        fs::write(place("dump"), dump).expect("it can be written");
        let done = Command::new("sh")
            .arg(repository().join("deploy/backup-postgres.sh"))
            .env("PATH", format!("{}:{path}", folder.path().display()))
            .env("DUMP", place("dump"))
            .env("FOLDER", place("backups"))
            .env("METRICS", place("nowhere"))
            .status();
        let kept = fs::read_dir(place("backups")).expect("the script has made it");
        (done.expect("there is a shell").success(), kept.count())
    };
    assert_eq!(backs_up("contents\nrows\n"), (false, 0));
    assert_eq!(backs_up("contents\nrows\nend\n"), (true, 1));
}

/// One recorder for the process; installed before the kit makes what keeps handles.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| metrics::install().expect("nobody else counts here"))
}

#[test]
fn what_happens_is_counted_and_names_nobody() {
    let handle = recorder();
    testkit::run(Backend::Sqlite, async |kit: Kit| {
        let mut state = state(&kit);
        state.metrics = handle.clone();
        let browser = Browser::over(state.clone());
        let ada = kit.person("ada").await;
        browser.signs_in(&ada.email, &ada.password).await;
        let other = Browser::over(state);
        other.signs_in(&ada.email, "not the password of ada").await;
        let query = r#"{"query":"{ viewer { __typename } }"}"#;
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .body(Body::from(query))
            .expect("a request");
        browser.send(request).await;
        let page = browser.get("/metrics").await;
        for line in [
            "latchkey_sign_ins_total{result=\"ok\"} 1",
            "latchkey_sign_ins_total{result=\"refused\"} 1",
            "latchkey_http_requests_total{method=\"POST\",route=\"/_fn/sign-in\",status=\"303\"} 2",
            "latchkey_graphql_operations_total{kind=\"query\",result=\"ok\"} 1",
            "latchkey_password_hashes_waiting 0",
            "latchkey_mail_queue{state=\"dead\"} 0",
            "latchkey_mail_oldest_seconds 0",
            "latchkey_database_connections_max{pool=\"writer\"} 1",
            "latchkey_verifications_total{code=\"VALID\"} 0",
            "latchkey_verification_table_entries{kind=\"keys\"} 0",
            "# TYPE latchkey_database_transaction_seconds histogram",
            "# TYPE process_cpu_seconds_total counter",
        ] {
            assert!(page.text.contains(line), "{line} in {}", page.text);
        }
        let known = known();
        for name in page.text.lines().filter_map(|line| {
            let is_sample = !line.is_empty() && !line.starts_with('#');
            is_sample.then(|| line.split(['{', ' ']).next().unwrap_or_default())
        }) {
            assert!(known.contains(name), "{name} is in no table");
        }
        for private in ["ada", "example.test", &ada.id.to_string(), "192.0.2."] {
            assert!(!page.text.contains(private), "{private} in {}", page.text);
        }
    });
}

#[test]
fn verifications_are_counted_by_code_and_by_how_the_key_was_found() {
    let handle = recorder();
    testkit::run(Backend::Sqlite, async |kit: Kit| {
        let (kit, acme, ada) = rest::serviced(kit).await;
        let made = rest::key(&kit, &acme, &ada, |_| {}).await;
        let good = made.secret.expose();
        let mut state = state(&kit);
        state.metrics = handle.clone();
        let browser = Browser::over(state);
        let before = handle.render();
        for key in [good, good, "lk_org_junk"] {
            rest::verify(&browser, json!({ "key": key })).await;
        }
        let after = browser.get("/metrics").await.text;
        let grown = |series: &str| number(&after, series) - number(&before, series);
        assert_eq!(grown("latchkey_verifications_total{code=\"VALID\"}"), 2.0);
        assert_eq!(
            grown("latchkey_verifications_total{code=\"NOT_FOUND\"}"),
            1.0
        );
        for result in ["hit", "miss"] {
            let series = format!("latchkey_verification_lookups_total{{result=\"{result}\"}}");
            assert_eq!(grown(&series), 1.0, "{result}");
        }
        let timed = "latchkey_verification_seconds_count{kind=\"one\"}";
        assert_eq!(grown(timed), 3.0);
        assert!(grown("latchkey_charge_write_seconds_count") >= 1.0);
        let waiting = ["latchkey_charge_files", "latchkey_charge_rows"];
        let waiting: f64 = waiting.iter().map(|series| number(&after, series)).sum();
        assert!(waiting >= 1.0, "nobody has counted them: {after}");
        assert!(!after.contains(good) && !after.contains("acme"), "{after}");
    });
}

#[test]
fn a_batch_is_timed_once_and_each_of_its_keys_counted() {
    let handle = recorder();
    testkit::run(Backend::Sqlite, async |kit: Kit| {
        let (kit, acme, ada) = rest::serviced(kit).await;
        let made = rest::key(&kit, &acme, &ada, |_| {}).await;
        let browser = Browser::new(&kit);
        let before = handle.render();
        let question = json!({ "key": made.secret.expose() });
        rest::verify_batch(&browser, vec![question; 3]).await;
        let after = handle.render();
        let grown = |series: &str| number(&after, series) - number(&before, series);
        assert_eq!(grown("latchkey_verifications_total{code=\"VALID\"}"), 3.0);
        let timed = "latchkey_verification_seconds_count{kind=\"batch\"}";
        assert_eq!(grown(timed), 1.0);
    });
}

#[test]
fn a_job_is_told_of_with_its_end() {
    let handle = recorder();
    testkit::run(Backend::Sqlite, async |kit: Kit| {
        let began = kit.ctx().now().0 as f64 / 1000.0;
        // One round, and then it is told to end.
        domain::maintenance::run(kit.system(), std::future::ready(())).await;
        let text = handle.render();
        let runs = "latchkey_job_runs_total{name=\"maintenance\",result=\"ok\"}";
        assert_eq!(number(&text, runs), 1.0, "{text}");
        let last = "latchkey_job_last_success_timestamp_seconds{name=\"maintenance\"}";
        let now = kit.ctx().now().0 as f64 / 1000.0;
        assert!((began..=now).contains(&number(&text, last)), "{text}");
    });
}

fn number(text: &str, series: &str) -> f64 {
    text.lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
        .map_or(0.0, |value| value.parse().expect("a number"))
}
