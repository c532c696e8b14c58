//! Facts about a certificate that the system does not trust.

use std::{fmt, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use webpki::EndEntityCert;

use crate::network::failure::Untrusted;

/// Another verifier, whose refusal of an issuer it refines to an [`Untrusted`].
#[derive(Debug)]
pub(super) struct Verifier<V>(pub(super) V);

impl std::error::Error for Untrusted {}

impl fmt::Display for Untrusted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

/// Why nobody who is trusted stands behind a server's certificate.
fn untrusted(certificate: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Untrusted {
    let Ok(leaf) = EndEntityCert::try_from(certificate) else { return Untrusted::Unknown };
    let is_issuer = |other: &CertificateDer<'_>| {
        EndEntityCert::try_from(other).is_ok_and(|other| other.subject() == leaf.issuer())
    };
    if leaf.issuer() == leaf.subject() {
        Untrusted::SelfSigned
    } else if others.iter().any(is_issuer) {
        Untrusted::Authority
    } else {
        Untrusted::Alone
    }
}

impl<V: ServerCertVerifier> ServerCertVerifier for Verifier<V> {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let verified = self.0.verify_server_cert(certificate, others, name, ocsp, now);
        verified.map_err(|error| match error {
            TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
                let why = OtherError(Arc::new(untrusted(certificate, others)));
                TlsError::InvalidCertificate(CertificateError::Other(why))
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
