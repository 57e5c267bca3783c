package dev.warren.cluster.pki;

import java.util.Locale;
import javax.security.auth.x500.X500Principal;

/// What the bearer of a certificate is in its fleet. All bearers of a role have the same subject, so that the ACL of a
/// znode names a role, and needs no change when a node is added.
public enum CertificateRole {
    /// A server of the authority, to its clients.
    AUTHORITY,
    /// A server of the authority, to the other servers. The CA of the quorum signs it.
    QUORUM,
    /// A node that serves peers.
    RELAY,
    /// A person who may change the directory of peers.
    OPERATOR;

    /// As ZooKeeper writes it in ACLs: `OU=relay,O=edge`.
    ///
    /// @param fleet its name, small letters, digits and `-`
    public String subject(String fleet) {
        return "OU=" + name().toLowerCase(Locale.ROOT) + ",O=" + fleet;
    }

    X500Principal principal(String fleet) {
        return new X500Principal(subject(fleet));
    }
}
