package dev.warren.crypto.suite;

/// Who computes X25519. AUTO takes the first of AWSLC, OPENSSL and JAVA that is there and passes its
/// self-test; BOUNCYCASTLE leaves keys on the heap and has to be asked for.
public enum X25519Choice {
    AUTO,
    AWSLC,
    OPENSSL,
    JAVA,
    BOUNCYCASTLE
}
