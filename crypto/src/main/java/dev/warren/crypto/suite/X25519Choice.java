package dev.warren.crypto.suite;

/// The X25519 library. AUTO is the first of AWSLC, OPENSSL and JAVA that is available and passes its
/// self-test; BOUNCYCASTLE leaves keys on the heap, so it is never chosen by AUTO.
public enum X25519Choice {
    AUTO,
    AWSLC,
    OPENSSL,
    JAVA,
    BOUNCYCASTLE
}
