//! How many passwords a second Argon2id hashes on all cores with nothing around it; what sign-ins are measured against.
//!
//!     cargo run --release --package latchkey-domain --example hash_rate

#![expect(
    clippy::print_stdout,
    reason = "a program that answers on its standard output"
)]

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use argon2::{Algorithm, Argon2, Params, Version};
use domain::settings::PasswordSettings;

const MEASURED: Duration = Duration::from_secs(5);

fn main() {
    let settings = PasswordSettings::default();
    let params = Params::new(
        settings.memory_kib,
        settings.iterations,
        settings.parallelism,
        None,
    )
    .expect("the defaults are valid");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (hashes, is_over) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..settings.workers {
            scope.spawn(|| {
                let mut out = [0; 32];
                while is_over.load(Ordering::Relaxed) == 0 {
                    argon2
                        .hash_password_into(
                            b"correct horse battery staple",
                            b"sixteen bytes of",
                            &mut out,
                        )
                        .expect("the sizes are valid");
                    hashes.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(MEASURED);
        is_over.store(1, Ordering::Relaxed);
    });
    println!(
        "{:.1}",
        f64::from(hashes.load(Ordering::Relaxed)) / MEASURED.as_secs_f64()
    );
}
