//! Whether a mouse button or a finger is down.
//!
//! What moves a page must not happen in the middle of a press: the button that is being pressed would slip away from under
//! the pointer, and the browser would make no click of it.

use std::time::Duration;

use leptos::{ev, prelude::*};

/// How often it is looked whether a press has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Whether something is pressed, in the context of every page.
#[derive(Clone, Copy, Debug)]
pub struct Pressed(RwSignal<bool>);

impl Pressed {
    /// Begins to watch.
    pub fn provide() {
        let is_down = RwSignal::new(false);
        provide_context(Self(is_down));
        Effect::new(move |_| {
            let down = window_event_listener(ev::pointerdown, move |_| is_down.set(true));
            let up = window_event_listener(ev::pointerup, move |_| is_down.set(false));
            let cancel = window_event_listener(ev::pointercancel, move |_| is_down.set(false));
            on_cleanup(move || {
                for listener in [down, up, cancel] {
                    listener.remove();
                }
            });
        });
    }

    /// The watch of the page that is being built.
    pub fn current() -> Self {
        expect_context()
    }

    /// Does something now, or once nothing is pressed and the click that follows has been made.
    pub fn once_released(self, act: impl FnOnce() + 'static) {
        if self.0.try_get_untracked().unwrap_or(false) {
            set_timeout(move || self.once_released(act), LOOK_EVERY);
        } else {
            act();
        }
    }
}
