//! Second factors: nothing opens without the second step, a code is good once, and what was lost can be replaced.

mod app;
mod proof;
mod recovery_codes;
mod second_step;

use domain::{
    Ctx, Origin,
    sessions::{self, Client},
};
use testkit::{App, Kit, Person};

async fn completes(kit: &Kit, challenge: &str, code: &str) -> domain::Result<sessions::Completed> {
    sessions::complete_second_factor(&kit.ctx(), challenge, &code.into(), false).await
}

async fn begins(kit: &Kit, person: &Person) -> String {
    person.begins_to_sign_in(kit, Client::Browser).await
}

/// A code that the app does not show now, nor half a minute before or after.
fn wrong(app: &App, ctx: &Ctx) -> String {
    let near: Vec<String> = (-2..=2)
        .map(|step| app.code(ctx.now().plus_seconds(30 * step)))
        .collect();
    let other = ["000000", "111111", "222222", "333333", "444444", "555555"];
    let found = other
        .iter()
        .find(|code| !near.iter().any(|own| own == *code));
    (*found.expect("five codes are not six")).to_owned()
}

fn trusted(kit: &Kit, token: &str) -> Ctx {
    let ctx = kit.ctx();
    let origin = Origin {
        trust: Some(token.to_owned()),
        ..ctx.origin().clone()
    };
    ctx.with_origin(origin)
}
