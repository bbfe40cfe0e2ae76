//! Pages of organizations.

pub mod api;
pub mod create;
pub mod danger;
pub mod overview;
pub mod place;
pub mod second_step;
pub mod settings;
pub mod settings_api;
pub mod switcher;
pub mod views;
