//! Whoever is brought back in time is brought back whole.

use contract::{Code, Role, accounts::UNDELETE_DAYS};
use domain::{maintenance, own_data};
use testkit::{Kit, on_each_database};

use super::{ROUNDS, act, at_once, is_whole};

on_each_database! {
    one_is_brought_back_as_the_time_is_over,
}

const DAY: i64 = 24 * 60 * 60;

async fn one_is_brought_back_as_the_time_is_over(kit: Kit) {
    for round in 0..ROUNDS {
        let ada = kit.person(&format!("ada-{round}")).await;
        let grace = kit.person(&format!("grace-{round}")).await;
        let org = kit
            .organization(&format!("org-{round}"))
            .owned_by(&grace)
            .await;
        org.with(&ada, Role::Member).await;
        own_data::delete(&kit.ctx(), &ada.signed_in().await, &ada.email)
            .await
            .expect("nothing stands in the way");
        kit.discards_mail().await;
        kit.clock.advance(UNDELETE_DAYS * DAY - 1);
        let (ctx, operator, id) = (kit.system(), kit.operator(), ada.id);
        let undeletes =
            act(async move { own_data::undelete(&ctx, &operator, id, "asked by telephone").await });
        let (ctx, clock) = (kit.system(), kit.clock.clone());
        let sweeps = act(async move {
            clock.advance(1);
            maintenance::sweep(&ctx).await
        });
        let codes = at_once(vec![undeletes, sweeps]).await;
        assert!(
            matches!(codes[..], [None | Some(Code::NotFound), None]),
            "{codes:?}"
        );
        let is_back = codes[0].is_none();
        assert_eq!(org.role_of(&ada).await.is_some(), is_back, "{codes:?}");
        is_whole(&kit).await;
    }
}
