//! What the kernel knows of the process. Only on Linux, which tells it in files; written as text here, since a counter of
//! seconds has a fraction.

use std::{fmt::Write as _, fs, sync::OnceLock};

use domain::{
    context::{Clock as _, SystemClock},
    metrics::Metric,
};

use super::definition::{CPU_SECONDS, MAX_FDS, OPEN_FDS, RESIDENT_MEMORY, START_TIME, THREADS};

/// What `/proc` counts processor time in, a second: `USER_HZ` of the kernel's interface, whatever its own clock is.
const TICKS: f64 = 100.0;

/// When the process began to count, in seconds since 1970. What the kernel keeps of that is hidden from a service that may see
/// nothing but its own processes.
static BEGUN: OnceLock<f64> = OnceLock::new();

/// Notes the begin.
pub(super) fn begin() {
    BEGUN.get_or_init(|| SystemClock.now().0 as f64 / 1000.0);
}

/// What could be read, in the format of Prometheus.
pub(super) fn text() -> String {
    let mut text = String::new();
    for (metric, value) in readings() {
        write(&mut text, metric, value);
    }
    text
}

fn write(text: &mut String, metric: &Metric, value: f64) {
    let (name, kind, meaning) = (metric.name, metric.kind.as_str(), metric.meaning.trim());
    let _ = writeln!(
        text,
        "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}\n"
    );
}

fn readings() -> Vec<(&'static Metric, f64)> {
    let read = |file: &str| fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
    let status = read("status");
    let files = fs::read_dir("/proc/self/fd").ok();
    let resident = line(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024.0);
    [
        (&RESIDENT_MEMORY, resident),
        (&CPU_SECONDS, cpu_seconds(&read("stat"))),
        (&OPEN_FDS, files.map(|files| files.count() as f64)),
        (&MAX_FDS, line(&read("limits"), "Max open files")),
        (&THREADS, line(&status, "Threads:")),
        (&START_TIME, BEGUN.get().copied()),
    ]
    .into_iter()
    .filter_map(|(metric, value)| Some((metric, value?)))
    .collect()
}

/// The first number after a word at the begin of a line: `VmRSS:    12345 kB`.
fn line(text: &str, word: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(word))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// From `/proc/self/stat` ("man 5 proc"): fields 14 and 15, counted from behind the name, which may hold anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_what_the_kernel_writes() {
        let status = "Name:\tlatchkey\nVmRSS:\t   12345 kB\nThreads:\t3\n";
        assert_eq!(line(status, "VmRSS:"), Some(12345.0));
        assert_eq!(line(status, "Threads:"), Some(3.0));
        assert_eq!(line("Name:\tlatchkey\n", "VmRSS:"), None);
        let limit = |text: &str| line(text, "Max open files");
        assert_eq!(
            limit("Max open files     1024   4096   files\n"),
            Some(1024.0)
        );
        assert_eq!(limit("Max open files     unlimited  unlimited\n"), None);
    }

    #[test]
    fn time_on_a_core_is_read_whatever_the_process_is_called() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 12300 1000 200";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_told_of() {
        begin();
        let text = text();
        for metric in [
            &RESIDENT_MEMORY,
            &CPU_SECONDS,
            &OPEN_FDS,
            &THREADS,
            &START_TIME,
        ] {
            let name = metric.name;
            assert!(text.contains(&format!("\n{name} ")), "{name} in {text}");
        }
    }
}
