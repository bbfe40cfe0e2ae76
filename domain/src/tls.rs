//! How others are reached over TLS.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};

/// Trusts whom browsers trust, and whom the machine trusts besides: a company's servers have certificates of its own.
pub fn client() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Whom the machine trusts, without what cannot be read, for clients that bring their own trust in whom browsers trust.
pub(crate) fn machine() -> Vec<CertificateDer<'static>> {
    let mut readable = RootCertStore::empty();
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    certificates.retain(|one| readable.add(one.clone()).is_ok());
    certificates
}
