package dev.warren.cluster.bus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// An authority and a certificate that it signed, as PEM files, made by the JDK's keytool.
record BusCertificates(Path authority, Path certificate, Path key) {
    private static final String PASSWORD = "changeit";

    /// Takes a second or two.
    static BusCertificates make(Path directory, String name) throws Exception {
        var store = directory.resolve(name + ".p12");
        keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "node",
                "-signer",
                "ca",
                "-dname",
                "CN=node of " + name,
                "-ext",
                "san=ip:127.0.0.1");
        return read(directory, name, store);
    }

    /// What another process made.
    static BusCertificates in(Path directory, String name) {
        return new BusCertificates(
                directory.resolve(name + "-ca.pem"),
                directory.resolve(name + ".pem"),
                directory.resolve(name + "-key.pem"));
    }

    private static BusCertificates read(Path directory, String name, Path store)
            throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var files = in(directory, name);
        write(files.authority, "CERTIFICATE", keys.getCertificate("ca").getEncoded());
        write(files.certificate, "CERTIFICATE", keys.getCertificate("node").getEncoded());
        write(
                files.key,
                "PRIVATE KEY",
                keys.getKey("node", PASSWORD.toCharArray()).getEncoded());
        return files;
    }

    private static void write(Path file, String type, byte[] content) throws IOException {
        var text = Base64.getMimeEncoder().encodeToString(content);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) throw new IOException(output);
    }
}
