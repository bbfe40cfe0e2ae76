//! Charts, drawn as SVG by the server: whoever has no script sees them, and a table says the same.

use contract::usage::{UsagePoint, UsageSeries};
use leptos::prelude::*;

/// A number with a thin gap between its thousands.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    if number < 0 {
        out.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// The least of 1, 2, 4, 5, 8 and 10 times a power of ten, and even above 1, that is not below a number: a half of it is whole.
fn top(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [2, 4, 6, 8, 10] {
            let top = power.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

const WIDTH: i64 = 720;
const HEIGHT: i64 = 200;
/// Room for the numbers at the left, and for the dates below.
const LEFT: i64 = 56;
const BELOW: i64 = 24;

/// One bar of a chart, of one part or of two, one upon the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it says, in words.
    pub told: String,
    /// Its place in time, in words.
    pub label: String,
    pub lower: i64,
    pub upper: i64,
    /// Its time is not over yet.
    pub is_running: bool,
}

/// Requests by interval: what could pass, and what was refused on top of it.
#[component]
pub fn Bars(series: UsageSeries, labels: Vec<String>, title: String) -> impl IntoView {
    let column = |(point, label): (&UsagePoint, String)| {
        let running = if point.is_running {
            ", not over yet"
        } else {
            ""
        };
        Column {
            told: format!(
                "{label}{running}: {} passed, {} refused",
                grouped(point.valid),
                grouped(point.denied)
            ),
            label,
            lower: point.valid,
            upper: point.denied,
            is_running: point.is_running,
        }
    };
    let columns = series.points.iter().zip(labels).map(column).collect();
    view! { <Columns columns title/> }
}

/// Bars beside one another, with numbers at the left and the first and last place in time below.
#[component]
pub fn Columns(columns: Vec<Column>, title: String) -> impl IntoView {
    let most = columns.iter().map(|column| column.lower + column.upper);
    let top = top(most.max().unwrap_or_default().max(2));
    let height = |count: i64| count * (HEIGHT - 8) / top;
    let count = i64::try_from(columns.len()).unwrap_or(1).max(1);
    let step = (WIDTH - LEFT) * 100 / count;
    let label = |column: Option<&Column>| column.map(|column| column.label.clone());
    let ends = (label(columns.first()), label(columns.last()));
    let bars = columns
        .into_iter()
        .enumerate()
        .map(|(place, column)| {
            let place = i64::try_from(place).unwrap_or_default();
            let x = LEFT + place * step / 100 + 1;
            let width = (step / 100 - 2).max(2);
            let (valid, denied) = (height(column.lower), height(column.upper));
            let y = HEIGHT - valid;
            let mask = column.is_running.then_some("url(#chart-running)");
            view! {
                <g class="bar">
                    <title>{column.told}</title>
                    <rect class="hit" x=x y="0" width=width height=HEIGHT></rect>
                    <g mask=mask>
                        <rect class="valid" x=x y=y width=width height=valid></rect>
                        <rect class="denied" x=x y=y - denied width=width height=denied></rect>
                    </g>
                </g>
            }
        })
        .collect_view();
    let ticks = [0, top / 2, top]
        .map(|tick| {
            let y = HEIGHT - height(tick);
            view! {
                <line class="grid" x1=LEFT x2=WIDTH y1=y y2=y></line>
                <text class="tick" x=LEFT - 8 y=y + 4 text-anchor="end">{grouped(tick)}</text>
            }
        })
        .collect_view();
    let ends = [
        (LEFT, "start", ends.0),
        (WIDTH, "end", ends.1),
    ]
    .map(|(x, anchor, label)| {
        view! { <text class="tick" x=x y=HEIGHT + BELOW - 6 text-anchor=anchor>{label.unwrap_or_default()}</text> }
    })
    .collect_view();
    view! {
        <svg class="chart" viewBox=format!("0 -8 {WIDTH} {}", HEIGHT + BELOW + 8) role="img" aria-label=title>
            <defs>
                // What is not over yet is hatched.
                <pattern id="chart-stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="6" height="6" fill="#555"></rect>
                    <rect width="3" height="6" fill="#fff"></rect>
                </pattern>
                <mask id="chart-running" maskUnits="userSpaceOnUse" x="0" y="-8" width=WIDTH height=HEIGHT + 8>
                    <rect x="0" y="-8" width=WIDTH height=HEIGHT + 8 fill="url(#chart-stripes)"></rect>
                </mask>
            </defs>
            {ticks}
            {bars}
            {ends}
        </svg>
    }
    .into_any()
}

/// Requests of the last hours, in a cell of a table.
#[component]
pub fn Sparkline(line: Vec<i64>) -> impl IntoView {
    let sum: i64 = line.iter().sum();
    if sum == 0 {
        return view! { <span class="muted">"None"</span> }.into_any();
    }
    let most = line.iter().copied().max().unwrap_or(1).max(1);
    let bars = line
        .iter()
        .enumerate()
        .map(|(place, count)| {
            let height = (count * 18 / most).max(i64::from(*count > 0));
            view! { <rect x=(place * 3).to_string() y=20 - height width="2" height=height></rect> }
        })
        .collect_view();
    view! {
        <span class="sparkline">
            <svg viewBox="0 0 72 20" width="72" height="20" aria-hidden="true">{bars}</svg>
            <span>{grouped(sum)}</span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_whose_half_is_whole() {
        let tops: Vec<_> = [0, 1, 3, 7, 11, 99, 101, 12_345].map(top).to_vec();
        assert_eq!(tops, [2, 2, 4, 8, 20, 100, 200, 20_000]);
    }

    #[test]
    fn thousands_have_a_gap() {
        assert_eq!(grouped(-1_234_567), "−1\u{202f}234\u{202f}567");
        assert_eq!(grouped(0), "0");
    }
}
