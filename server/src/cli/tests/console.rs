//! What is done on the command line as in the console, or there alone.

use super::Installation;

#[test]
fn an_operator_makes_staff_and_takes_that_away() {
    let here = Installation::new();
    here.done("latchkey user create --email ada@example.com --name Ada");
    assert_eq!(
        here.done("latchkey user grant-staff ada@example.com --reason helps"),
        "ada@example.com is now staff, and needs a second step to open the console.\n"
    );
    assert!(here.done("latchkey user list").contains("staff"));
    assert_eq!(
        here.done("latchkey user revoke-staff ada@example.com --reason left"),
        "ada@example.com is no longer staff.\n"
    );
    assert!(!here.done("latchkey user list").contains("staff"));
    let fault = here.refused("latchkey user grant-staff ada@example.com --reason=");
    assert!(fault.starts_with("REQUIRED (reason): "), "{fault}");
}

#[test]
fn an_operator_suspends_an_organization_and_lifts_that() {
    let here = Installation::new();
    here.done("latchkey seed --users 3 --organizations 1 --memberships 2");
    let slug = here.json("latchkey organization list --json")[0]["slug"].clone();
    let slug = slug.as_str().expect("a slug");
    assert_eq!(
        here.done(&format!(
            "latchkey organization suspend {slug} --reason spam"
        )),
        format!("{slug} is suspended, and its keys are refused.\n")
    );
    assert!(here.json("latchkey organization list --json")[0]["suspendedAt"].is_string());
    assert_eq!(
        here.done(&format!(
            "latchkey organization unsuspend {slug} --reason sorry"
        )),
        format!("{slug} is no longer suspended.\n")
    );
    let fault = here.refused("latchkey organization suspend nobodys --reason spam");
    assert!(fault.starts_with("NOT_FOUND (slug): "), "{fault}");
}
