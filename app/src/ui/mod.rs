//! The component kit: no product words, no rules. `style/components` has a file for each.

pub mod area;
pub mod avatar;
pub mod banner;
pub mod copy;
pub mod field;
pub mod focus;
pub mod form;
pub mod frame;
pub mod icon;
pub mod loading;
pub mod moment;
pub mod passkey;
pub mod password;
pub mod pointer;
pub mod rows;
pub mod search;
pub mod select;
pub mod send;
