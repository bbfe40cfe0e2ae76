//! The icons: 20 by 20, strokes of 1.5 in the colour of the text.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    User,
    Shield,
    Download,
    Sliders,
    Check,
    X,
    Alert,
    Info,
    Copy,
    Eye,
    EyeOff,
    ArrowRight,
    LogOut,
    Menu,
    Inbox,
    Monitor,
    ChevronDown,
    Phone,
    Home,
    Users,
    Plus,
    More,
    ChevronRight,
    ChevronsUpDown,
    Building,
    Key,
    Chart,
    Log,
    Mail,
    ArrowLeft,
}

impl Icon {
    const fn shapes(self) -> &'static str {
        match self {
            Self::User => {
                r#"<circle cx="10" cy="6.5" r="3.25"/><path d="M3.75 17c.5-3.1 3-5 6.25-5s5.75 1.9 6.25 5"/>"#
            }
            Self::Shield => {
                r#"<path d="M10 2.5 4 4.75v4.5c0 3.9 2.5 6.75 6 8.25 3.5-1.5 6-4.35 6-8.25v-4.5z"/><path d="m7.5 9.75 1.75 1.75 3.25-3.5"/>"#
            }
            Self::Download => r#"<path d="M10 3.25v9.5M6 9l4 3.75L14 9M3.5 14v2.75h13V14"/>"#,
            Self::Sliders => {
                r#"<path d="M3 6.5h6.5M14 6.5h3M3 13.5h3M10.5 13.5H17"/><circle cx="11.75" cy="6.5" r="2.25"/><circle cx="8.25" cy="13.5" r="2.25"/>"#
            }
            Self::Check => r#"<path d="m4 10.75 4 4 8-9"/>"#,
            Self::X => r#"<path d="m5 5 10 10M15 5 5 15"/>"#,
            Self::Alert => r#"<path d="M10 3 2.5 16.25h15z"/><path d="M10 8v4M10 14.15v.01"/>"#,
            Self::Info => r#"<circle cx="10" cy="10" r="7.25"/><path d="M10 9.25V14M10 6.4v.01"/>"#,
            Self::Copy => {
                r#"<rect x="7.25" y="7.25" width="9.5" height="9.5" rx="1.75"/><path d="M12.75 4.5A1.75 1.75 0 0 0 11 3.25H5A1.75 1.75 0 0 0 3.25 5v6c0 .8.5 1.45 1.25 1.75"/>"#
            }
            Self::Eye => {
                r#"<path d="M2.25 10S5 4.75 10 4.75 17.75 10 17.75 10 15 15.25 10 15.25 2.25 10 2.25 10z"/><circle cx="10" cy="10" r="2.5"/>"#
            }
            Self::EyeOff => {
                r#"<path d="m3.25 3.25 13.5 13.5M8.1 5c.6-.16 1.2-.25 1.9-.25 5 0 7.75 5.25 7.75 5.25s-.75 1.45-2.2 2.85M5.1 6.3C3.2 7.8 2.25 10 2.25 10S5 15.25 10 15.25c1.75 0 3.2-.65 4.35-1.45M8.2 8.25a2.5 2.5 0 0 0 3.55 3.5"/>"#
            }
            Self::ArrowRight => r#"<path d="M3.75 10h12.5M11.5 5.25 16.25 10l-4.75 4.75"/>"#,
            Self::ArrowLeft => r#"<path d="M16.25 10H3.75M8.5 5.25 3.75 10l4.75 4.75"/>"#,
            Self::Mail => {
                r#"<rect x="2.5" y="4.5" width="15" height="11" rx="1.5"/><path d="m3 6 7 5.25L17 6"/>"#
            }
            Self::LogOut => {
                r#"<path d="M8 3.25H5A1.75 1.75 0 0 0 3.25 5v10A1.75 1.75 0 0 0 5 16.75h3M8.25 10H17M13.5 6.5 17 10l-3.5 3.5"/>"#
            }
            Self::Menu => r#"<path d="M3 5.75h14M3 10h14M3 14.25h14"/>"#,
            Self::Inbox => {
                r#"<path d="M2.75 11.25 5 4.75h10l2.25 6.5v3.5a1.5 1.5 0 0 1-1.5 1.5H4.25a1.5 1.5 0 0 1-1.5-1.5z"/><path d="M2.75 11.25h4a3.25 3.25 0 0 0 6.5 0h4"/>"#
            }
            Self::Monitor => {
                r#"<rect x="2.75" y="3.75" width="14.5" height="9.75" rx="1.5"/><path d="M10 13.5v3M6.75 16.5h6.5"/>"#
            }
            Self::ChevronDown => r#"<path d="m5.25 7.75 4.75 4.75 4.75-4.75"/>"#,
            Self::Home => {
                r#"<path d="m3 9.25 7-6 7 6M5 7.75v8.5h10v-8.5M8.25 16.25v-4.5h3.5v4.5"/>"#
            }
            Self::Users => {
                r#"<circle cx="7.5" cy="7" r="2.75"/><path d="M2.25 16.25c.4-2.75 2.5-4.25 5.25-4.25s4.85 1.5 5.25 4.25M12.75 4.4a2.75 2.75 0 0 1 0 5.2M14.5 12.3c1.75.55 2.95 1.9 3.25 3.95"/>"#
            }
            Self::Plus => r#"<path d="M10 4v12M4 10h12"/>"#,
            Self::More => r#"<path d="M4.5 10v.01M10 10v.01M15.5 10v.01" stroke-width="2.5"/>"#,
            Self::ChevronRight => r#"<path d="m7.75 5.25 4.75 4.75-4.75 4.75"/>"#,
            Self::ChevronsUpDown => {
                r#"<path d="m6.5 7.75 3.5-3.5 3.5 3.5M6.5 12.25l3.5 3.5 3.5-3.5"/>"#
            }
            Self::Key => {
                r#"<circle cx="6.75" cy="13.25" r="3.5"/><path d="m9.25 10.75 7-7M13 7l2.5 2.5"/>"#
            }
            Self::Chart => r#"<path d="M3 17h14M5.5 14v-4M10 14V4M14.5 14V7.5"/>"#,
            Self::Log => {
                r#"<rect x="3.75" y="2.75" width="12.5" height="14.5" rx="1.75"/><path d="M7 6.75h6M7 10h6M7 13.25h3.5"/>"#
            }
            Self::Building => {
                r#"<path d="M4.25 16.75V4.5c0-.7.55-1.25 1.25-1.25h5c.7 0 1.25.55 1.25 1.25v12.25M11.75 8.25h2.75c.7 0 1.25.55 1.25 1.25v7.25M2.75 16.75h14.5M7 6.75h2M7 9.75h2M7 12.75h2"/>"#
            }
            Self::Phone => {
                r#"<rect x="5.75" y="2.5" width="8.5" height="15" rx="1.75"/><path d="M9.25 15h1.5"/>"#
            }
        }
    }
}

/// Draws an icon beside words; hidden from screen readers, which read the words.
#[component]
pub fn Draw(icon: Icon) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" inner_html=icon.shapes()></svg> }
}

/// The mark: a latchkey whose bow is a keyhole.
#[component]
pub fn Mark() -> impl IntoView {
    const SHAPES: &str = r#"<path class="mark-bow" fill-rule="evenodd" d="M16 .5a9 9 0 1 1 0 18a9 9 0 0 1 0-18zM16 4.4a3.4 3.4 0 0 0-1.7 6.35L13 15.5h6l-1.3-4.75A3.4 3.4 0 0 0 16 4.4z"/><path class="mark-blade" d="M12.75 19.75h6.5v1.75L17 23.25 19.25 25v.75L17 27.5l1.75 1.5L16 31.75 12.75 29z"/>"#;
    view! { <svg class="mark" viewBox="7 0 18 32" aria-hidden="true" inner_html=SHAPES></svg> }
}
