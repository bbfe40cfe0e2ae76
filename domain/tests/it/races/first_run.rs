//! An installation has one first operator.

use contract::{Code, Password, accounts::SignUp};
use domain::{Ctx, first_run};
use testkit::{Kit, Person, on_each_database};

use super::{Act, ROUNDS, act, assert_one, at_once, is_whole};

on_each_database! {
    two_processes_with_a_link_each_make_one_operator,
    one_makes_an_account_while_another_claims_in_another_process,
}

/// A secret of the process.
async fn draws(ctx: &Ctx) -> String {
    let secret = first_run::begin(ctx).await.expect("the database answers");
    secret.expect("nobody is staff").expose().to_owned()
}

async fn makes(ctx: &Ctx, email: String) -> Act {
    let (ctx, token) = (ctx.clone(), draws(ctx).await);
    let input = SignUp {
        email,
        name: String::new(),
        password: Password::new("nine lanterns over the harbour"),
    };
    act(async move { first_run::create_operator(&ctx, &token, input).await })
}

async fn claims(ctx: &Ctx, person: &Person) -> Act {
    let (ctx, token, actor) = (ctx.clone(), draws(ctx).await, person.actor());
    act(async move { first_run::claim(&ctx, &actor, &token).await })
}

/// Ends a round: there is one operator, and then none, as before.
async fn is_one(kit: &Kit, codes: &[Option<Code>]) {
    assert_one(codes, &[Code::LinkUsed]);
    let are_none = "UPDATE users SET staff_since_at = NULL WHERE staff_since_at IS NOT NULL";
    assert_eq!(kit.sql(are_none).await, 1);
    is_whole(kit).await;
}

async fn two_processes_with_a_link_each_make_one_operator(kit: Kit) {
    let processes = [
        kit.started_again(|_| {}).await,
        kit.started_again(|_| {}).await,
    ];
    for round in 0..ROUNDS {
        // What the last round did was before these links.
        kit.clock.advance(1);
        let mut acts = Vec::new();
        for (number, ctx) in processes.iter().enumerate() {
            acts.push(makes(ctx, format!("ada-{round}-{number}@example.test")).await);
        }
        is_one(&kit, &at_once(acts).await).await;
    }
}

async fn one_makes_an_account_while_another_claims_in_another_process(kit: Kit) {
    let beside = kit.started_again(|_| {}).await;
    for round in 0..ROUNDS {
        kit.clock.advance(1);
        let grace = kit.person(&format!("grace-{round}")).await;
        grace.signs_in().await;
        let acts = vec![
            makes(&beside, format!("ada-{round}@example.test")).await,
            claims(&kit.ctx(), &grace).await,
        ];
        is_one(&kit, &at_once(acts).await).await;
    }
}
