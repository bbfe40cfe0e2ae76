//! Where values are given: flags, variables, the file, and files of secrets.

use super::{SECRET, refusal, written};

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let all = written()
        .file(
            "latchkey.toml",
            "listen = \"127.0.0.1:1\"\nproduct_name = \"File\"\ndatabase_connections = 3",
        )
        .var("LATCHKEY_LISTEN", "127.0.0.1:2")
        .var("LATCHKEY_PRODUCT_NAME", "Environment")
        .flag("--listen", "127.0.0.1:3");
    let sections = all.config().sections;
    assert_eq!(sections.network.listen.port(), 3);
    assert_eq!(sections.product.product_name.0, "Environment");
    assert_eq!(sections.database.database_connections.0, 3);
}

#[test]
fn the_file_can_be_named_by_a_flag_or_a_variable() {
    let two = written()
        .file("one.toml", "product_name = \"One\"")
        .file("two.toml", "product_name = \"Two\"")
        .var("LATCHKEY_CONFIG", "one.toml");
    assert_eq!(two.config().sections.product.product_name.0, "One");
    assert_eq!(
        two.flag("--config", "two.toml")
            .config()
            .sections
            .product
            .product_name
            .0,
        "Two"
    );
    assert!(
        written()
            .flag("--config", "none.toml")
            .mistake()
            .contains("none.toml): cannot be read")
    );
}

#[test]
fn the_file_of_the_machine_is_read_where_there_is_no_other() {
    let of_the_machine = || written().file("system.toml", "product_name = \"Machine\"");
    let name = |written: super::Written| written.config().sections.product.product_name.0.clone();
    let told = of_the_machine().config().told_file();
    assert!(told.ends_with("/system.toml."), "{told}");
    assert_eq!(name(of_the_machine()), "Machine");
    let own = |written: super::Written| written.file("latchkey.toml", "sign_up = \"closed\"");
    assert_eq!(name(own(of_the_machine())), "Latchkey", "one file is read");
    let named = || of_the_machine().file("one.toml", "product_name = \"One\"");
    assert_eq!(name(named().flag("--config", "one.toml")), "One");
    assert_eq!(name(named().var("LATCHKEY_CONFIG", "one.toml")), "One");
    let told = written().config().told_file();
    assert!(told.starts_with("No configuration file was read"), "{told}");
}

#[test]
fn a_file_of_the_machine_that_cannot_be_read_is_not_passed_over() {
    let written = written();
    let folder = written.folder.path().join("system.toml");
    std::fs::create_dir(folder).expect("the temporary folder can be written");
    let mistake = written.mistake();
    assert!(
        mistake.contains("/system.toml): cannot be read"),
        "{mistake}"
    );
}

#[test]
fn an_empty_variable_counts_as_not_given() {
    let config = written()
        .var("LATCHKEY_SMTP_URL", "")
        .var("LATCHKEY_PRODUCT_NAME", "")
        .config();
    assert!(config.sections.mail.smtp_url.is_none());
    assert_eq!(config.sections.product.product_name.0, "Latchkey");
}

#[test]
fn text_that_looks_like_a_number_stays_text() {
    assert_eq!(
        written()
            .var("LATCHKEY_PRODUCT_NAME", "007")
            .config()
            .sections
            .product
            .product_name
            .0,
        "007"
    );
}

#[test]
fn lists_are_taken_in_both_forms() {
    let list = written()
        .var("LATCHKEY_TRUSTED_PROXIES", "10.0.0.7, 192.168.0.0/16")
        .config();
    let toml = written()
        .file(
            "latchkey.toml",
            "trusted_proxies = [\"10.0.0.7\", \"192.168.0.0/16\"]",
        )
        .config();
    assert_eq!(
        list.sections.network.trusted_proxies,
        toml.sections.network.trusted_proxies
    );
    assert_eq!(list.sections.network.trusted_proxies.len(), 2);
}

#[test]
fn a_secret_can_be_kept_in_a_file() {
    let kept = written()
        .file("secret", &format!("{SECRET}\n"))
        .var("LATCHKEY_SECRET_KEY_FILE", "secret");
    assert!(kept.config().sections.secrets.secret_key.is_some());
    assert!(
        kept.config()
            .describe()
            .contains("LATCHKEY_SECRET_KEY_FILE")
    );
    assert!(
        kept.var("LATCHKEY_SECRET_KEY", SECRET)
            .mistake()
            .contains("LATCHKEY_SECRET_KEY is also given")
    );
    assert!(refusal("LATCHKEY_SECRET_KEY_FILE", "missing").contains("missing cannot be read"));
    assert!(refusal("LATCHKEY_LISTEN_FILE", "x").contains("no such setting"));
}

#[test]
fn secrets_are_hidden_and_those_that_are_not_set_told_apart() {
    let names = ["former_secret_keys", "key_peppers", "service_tokens"];
    let values = |written: super::Written| {
        let shown = written.config().shown();
        names.map(|name| {
            let setting = shown.iter().find(|setting| setting.name == name);
            setting.expect("it is a setting").value.clone()
        })
    };
    assert_eq!(values(written()), ["(none)"; 3]);
    let given = names.into_iter().fold(written(), |written, name| {
        let variable = format!("LATCHKEY_{}", name.to_ascii_uppercase());
        written.var(&variable, SECRET)
    });
    assert_eq!(values(given), ["(hidden)"; 3]);
}

#[test]
fn an_empty_file_of_former_secrets_holds_none() {
    let former = |text: &str| {
        let kept = written()
            .file("former", text)
            .var("LATCHKEY_FORMER_SECRET_KEYS_FILE", "former");
        kept.config().sections.secrets.former_secret_keys.0.len()
    };
    assert_eq!(former(""), 0);
    assert_eq!(former("\n"), 0);
    assert_eq!(former(&format!("{SECRET}\n")), 1);
}
