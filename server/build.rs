//! How the binary is linked: without symbols, and with functions folded that compile to the same code, since much of it is
//! generic code that differs by type alone.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    let target = std::env::var("TARGET").unwrap_or_default();
    if target.contains("linux") {
        // Cargo's `strip` does not reach a package with a profile of its own.
        println!("cargo:rustc-link-arg-bins=-Wl,--strip-all");
    }
    if target == "x86_64-unknown-linux-gnu" {
        // Only lld can, which is Rust's own linker there.
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}
