//! The pages in parts: what a stranger sees comes with the first load, and the rest when it is first opened.
//!
//! A part is one function, so that all of its pages share one file; the router loads it while it reads the page's data.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::{
    accounts::{
        data::DataPage, layout::AccountLayout, preferences::PreferencesPage, profile::ProfilePage,
        security::SecurityPage,
    },
    admin::{
        audit::ConsoleAuditPage, keys::ConsoleKeysPage, layout::ConsoleLayout,
        mail::ConsoleMailPage, organization::ConsoleOrganizationPage,
        organizations::ConsoleOrganizationsPage, overview::ConsoleOverviewPage,
        settings::ConsoleSettingsPage, user::ConsoleUserPage, users::ConsoleUsersPage,
    },
    api_keys::{create::NewKeyPage, list::KeysPage, one::KeyPage},
    audit::page::AuditPage,
    identities::connect::ConnectPage,
    invitations::invite::InvitePage,
    members::{list::MembersPage, one::MemberPage},
    organizations::{
        create::CreatePage, overview::OverviewPage, place::OrganizationLayout,
        settings::SettingsPage,
    },
    passkeys::{new::NewPasskeyPage, one::PasskeyPage},
    second_factors::{recovery_codes::RecoveryCodesPage, set_up::AppPage},
    usage::page::UsagePage,
};

macro_rules! part {
    ($(#[$doc:meta])* $part:ident, $preload:ident: $Page:ident { $($route:ident = $view:ident;)+ }) => {
        #[derive(Clone, Copy, Debug)]
        enum $Page {
            $($route,)+
        }

        $(#[$doc])*
        #[lazy]
        fn $part(page: $Page) -> AnyView {
            match page {
                $($Page::$route => view! { <$view/> }.into_any(),)+
            }
        }

        $(
            #[derive(Clone, Copy, Debug)]
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    $part($Page::$route).await
                }

                // Hydration waits for this, and then finds the view ready.
                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    $preload().await;
                }
            }
        )+
    };
}

part! {
    /// Organizations, and who is in them.
    organization, __preload_organization: OrganizationPage {
        Create = CreatePage;
        Layout = OrganizationLayout;
        Overview = OverviewPage;
        Members = MembersPage;
        Invite = InvitePage;
        Member = MemberPage;
        Settings = SettingsPage;
        Keys = KeysPage;
        NewKey = NewKeyPage;
        Key = KeyPage;
        Usage = UsagePage;
        Audit = AuditPage;
    }
}

part! {
    /// A person's own account.
    account, __preload_account: AccountPage {
        Account = AccountLayout;
        Profile = ProfilePage;
        Security = SecurityPage;
        Connect = ConnectPage;
        App = AppPage;
        RecoveryCodes = RecoveryCodesPage;
        NewPasskey = NewPasskeyPage;
        Passkey = PasskeyPage;
        Preferences = PreferencesPage;
        Data = DataPage;
    }
}

part! {
    /// The operator's console, which few ever open.
    operators, __preload_operators: ConsolePage {
        Console = ConsoleLayout;
        ConsoleOverview = ConsoleOverviewPage;
        ConsoleUsers = ConsoleUsersPage;
        ConsoleUser = ConsoleUserPage;
        ConsoleOrganizations = ConsoleOrganizationsPage;
        ConsoleOrganization = ConsoleOrganizationPage;
        ConsoleKeys = ConsoleKeysPage;
        ConsoleMail = ConsoleMailPage;
        ConsoleAudit = ConsoleAuditPage;
        ConsoleSettings = ConsoleSettingsPage;
    }
}
