package dev.warren.cluster.pki;

import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/// A certificate and the private key to it, as PEM.
public record FleetIdentity(X509Certificate certificate, PrivateKey key) {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    public String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it was encoded when it was signed
        }
    }

    /// The private key (PKCS #8) and, behind it, the certificate: ZooKeeper wants both in one file.
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded()) + certificatePem();
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + LINES.encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    @Override
    public String toString() {
        return "FleetIdentity[" + certificate.getSubjectX500Principal().getName() + "]";
    }
}
