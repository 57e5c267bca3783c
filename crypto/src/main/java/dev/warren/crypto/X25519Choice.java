package dev.warren.crypto;

/// Who computes X25519. AUTO takes the first of AWSLC, OPENSSL and JAVA that is there and passes its self-test.
public enum X25519Choice {
    AUTO,
    AWSLC,
    OPENSSL,
    JAVA
}
