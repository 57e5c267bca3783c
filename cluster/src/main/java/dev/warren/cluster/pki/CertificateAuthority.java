package dev.warren.cluster.pki;

import dev.warren.routing.ip.IpAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/// A CA of one fleet: ECDSA on P-256, signed by itself, with certificates of nodes directly below it.
/// Blocks; not for an event loop.
public final class CertificateAuthority {
    /// Clocks of nodes may be behind.
    private static final Duration EARLIER = Duration.ofHours(1);

    private static final Duration YEARS = Duration.ofDays(3650);

    private final FleetIdentity identity;
    private final SecureRandom random;

    private CertificateAuthority(FleetIdentity identity, SecureRandom random) {
        this.identity = identity;
        this.random = random;
    }

    /// A new one, for ten years.
    ///
    /// @param name what it signs for, as `CN`
    /// @param fleet its name, as `O`
    public static CertificateAuthority create(String name, String fleet, Instant now, SecureRandom random)
            throws GeneralSecurityException {
        var subject = new X500Principal("CN=" + name + ",O=" + fleet);
        var pair = pair(random);
        var extensions = List.of(
                new Part(Extension.basicConstraints, true, new BasicConstraints(0)),
                new Part(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)));
        var certificate = sign(
                subject,
                pair.getPrivate(),
                pair.getPublic(),
                subject,
                pair.getPublic(),
                now,
                now.plus(YEARS),
                extensions,
                random);
        return new CertificateAuthority(new FleetIdentity(certificate, pair.getPrivate()), random);
    }

    /// The one in a file of [FleetIdentity#keyPem].
    ///
    /// @throws IOException with a sentence when the file is not such a one
    public static CertificateAuthority read(Path file, SecureRandom random) throws IOException {
        try {
            var text = Files.readString(file);
            int end = text.indexOf("-----END PRIVATE KEY-----");
            int certificate = text.indexOf("-----BEGIN CERTIFICATE-----");
            if (end < 0 || certificate < end) {
                throw new IOException(file + " has no private key with a certificate behind it");
            }
            var key = Base64.getMimeDecoder()
                    .decode(text.substring("-----BEGIN PRIVATE KEY-----".length(), end)
                            .strip());
            var parsed = CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(text.substring(certificate).getBytes(StandardCharsets.US_ASCII)));
            return new CertificateAuthority(
                    new FleetIdentity(
                            (X509Certificate) parsed,
                            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key))),
                    random);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " holds no key and certificate that `warren fleet init` has made", e);
        }
    }

    public FleetIdentity identity() {
        return identity;
    }

    /// A certificate for both ends of TLS connections, which ends with the CA's at the latest.
    ///
    /// @param node its name in the fleet, which goes into the URI `warren:FLEET/NODE`
    /// @param host its address or host name; null for people
    public FleetIdentity issue(
            CertificateRole role, String fleet, String node, @Nullable String host, Instant now, Duration validity)
            throws GeneralSecurityException {
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, "warren:" + fleet + "/" + node));
        if (host != null) {
            boolean address = IpAddress.parseOrNull(host) != null;
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        var purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
        var pair = pair(random);
        var last = identity.certificate().getNotAfter().toInstant();
        var end = now.plus(validity);
        var certificate = sign(
                identity.certificate().getSubjectX500Principal(),
                identity.key(),
                identity.certificate().getPublicKey(),
                role.principal(fleet),
                pair.getPublic(),
                now,
                end.isAfter(last) ? last : end,
                List.of(
                        new Part(Extension.basicConstraints, true, new BasicConstraints(false)),
                        new Part(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
                        new Part(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes)),
                        new Part(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(names.toArray(GeneralName[]::new)))),
                random);
        return new FleetIdentity(certificate, pair.getPrivate());
    }

    private record Part(ASN1ObjectIdentifier name, boolean critical, ASN1Encodable value) {}

    private static KeyPair pair(SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(
            X500Principal issuer,
            PrivateKey issuerKey,
            PublicKey issuerPublicKey,
            X500Principal subject,
            PublicKey key,
            Instant now,
            Instant end,
            List<Part> parts,
            SecureRandom random)
            throws GeneralSecurityException {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(126, random).setBit(126), // positive, of 16 octets
                    Date.from(now.minus(EARLIER)),
                    Date.from(end),
                    subject,
                    key);
            for (var part : parts) {
                builder.addExtension(part.name, part.critical, part.value);
            }
            var ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuerPublicKey));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA")
                    .setSecureRandom(random)
                    .build(issuerKey);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
