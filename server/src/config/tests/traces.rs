//! Where traces go.

use super::{Written, refusal, written};

#[test]
fn a_collector_is_named_by_our_variable_or_by_the_standard_one() {
    let endpoint = |written: Written| {
        let traces = written.config().sections.traces;
        traces.otlp_endpoint.map(|endpoint| endpoint.for_traces())
    };
    assert_eq!(endpoint(written()), None);
    let standard = || written().var("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
    assert_eq!(
        endpoint(standard()).as_deref(),
        Some("http://collector:4318/v1/traces")
    );
    let ours = standard().var("LATCHKEY_OTLP_ENDPOINT", "https://otlp.example.com/otlp");
    assert_eq!(
        endpoint(ours).as_deref(),
        Some("https://otlp.example.com/otlp/v1/traces")
    );
    for (value, reason) in [
        ("collector:4318", "is neither http nor https"),
        ("http://collector/v1/traces", "which is appended"),
        ("http://collector/?a=b", "has more than"),
    ] {
        let mistake = refusal("LATCHKEY_OTLP_ENDPOINT", value);
        assert!(mistake.contains(reason), "{value}: {mistake}");
    }
    let mistake = written()
        .var("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector")
        .mistake();
    assert!(mistake.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{mistake}");
    let secret = refusal("LATCHKEY_OTLP_HEADERS", "a secret that is no header");
    assert!(
        secret.contains("not a header") && !secret.contains("secret that"),
        "{secret}"
    );
    let config = written()
        .var("LATCHKEY_OTLP_ENDPOINT", "https://u:hunter2@collector")
        .var("LATCHKEY_OTLP_HEADERS", "authorization=Bearer%20hunter2")
        .config();
    let shown = config.describe() + &format!("{config:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
