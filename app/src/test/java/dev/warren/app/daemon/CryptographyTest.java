package dev.warren.app.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warren.conf.CryptoConfig;
import dev.warren.crypto.suite.Suite;
import dev.warren.crypto.suite.X25519Choice;
import dev.warren.host.SetupException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What the environment says of the libraries that encrypt.
class CryptographyTest {
    private static CryptoConfig of(Map<String, String> environment) throws SetupException {
        return Cryptography.ofEnvironment(environment::get);
    }

    @Test
    void whatIsNotSaidOrEmptyIsAuto() throws SetupException {
        assertEquals(CryptoConfig.auto(), of(Map.of()));
        assertEquals(CryptoConfig.auto(), of(Map.of("WARREN_AEAD", "", "WARREN_X25519", "", "WARREN_AWS_LC", "")));
        assertEquals(
                CryptoConfig.auto(),
                of(Map.of("WARREN_AEAD", "auto", "WARREN_X25519", "auto", "WARREN_AWS_LC", "auto")));
    }

    @ParameterizedTest
    @EnumSource
    void eachAeadHasItsWord(Suite.Choice choice) throws SetupException {
        assertEquals(
                choice,
                of(Map.of("WARREN_AEAD", choice.name().toLowerCase(java.util.Locale.ROOT)))
                        .aead());
    }

    @ParameterizedTest
    @EnumSource
    void eachX25519HasItsWord(X25519Choice choice) throws SetupException {
        assertEquals(
                choice,
                of(Map.of("WARREN_X25519", choice.name().toLowerCase(java.util.Locale.ROOT)))
                        .x25519());
    }

    @Test
    void awsLcIsOffOrAFile() throws SetupException {
        var off = of(Map.of("WARREN_AWS_LC", "off"));
        assertEquals(new CryptoConfig(Suite.Choice.AUTO, X25519Choice.AUTO, false, Optional.empty()), off);
        var named = of(Map.of("WARREN_AWS_LC", "/opt/aws-lc/libcrypto.so"));
        assertEquals(Optional.of(Path.of("/opt/aws-lc/libcrypto.so")), named.awsLc());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            WARREN_AEAD   | aes     | WARREN_AEAD=aes is none of auto, openssl, jdk
            WARREN_AEAD   | JDK     | WARREN_AEAD=JDK is none of auto, openssl, jdk
            WARREN_X25519 | aws-lc  | WARREN_X25519=aws-lc is none of auto, awslc, openssl, java, bouncycastle
            WARREN_X25519 | jdk     | WARREN_X25519=jdk is none of auto, awslc, openssl, java, bouncycastle
            WARREN_AWS_LC | on      | WARREN_AWS_LC=on is neither auto nor off nor a path from / on
            WARREN_AWS_LC | lib.so  | WARREN_AWS_LC=lib.so is neither auto nor off nor a path from / on
            """)
    void anythingElseIsRefusedWithWhatWouldBeRight(String variable, String value, String said) {
        var refused = assertThrows(SetupException.class, () -> of(Map.of(variable, value)));
        assertEquals(said, refused.getMessage());
    }

    @Test
    void whatWasAskedForAndIsNotThereEndsTheStart() {
        var cryptography = new Cryptography(new CryptoConfig(
                Suite.Choice.AUTO, X25519Choice.AWSLC, true, Optional.of(Path.of("/nowhere/libcrypto.so"))));
        cryptography.begin();
        var refused = assertThrows(IllegalStateException.class, cryptography::open);
        assertEquals("AWS-LC cannot be used: /nowhere/libcrypto.so cannot be read.", refused.getMessage());
    }
}
