package dev.warren.app.fleet;

import dev.warren.cluster.pki.CertificateAuthority;
import dev.warren.cluster.pki.FleetIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Knocks at a port of a server, as whoever is meant. It takes any server, as attackers do.
record TlsProbe(Path folder) {
    private static final String HOST = "127.0.0.1";
    private static final int PATIENCE_MILLIS = 10_000;

    /// What is silent for so long after a handshake has taken us.
    private static final int SILENCE_MILLIS = 1500;

    FleetIdentity identity(String file) throws IOException {
        return CertificateAuthority.read(folder.resolve(file), new SecureRandom())
                .identity();
    }

    boolean accepted(int port, FleetIdentity identity, String version) throws Exception {
        return !refused(port, identity, version);
    }

    /// Of TLS 1.3 a client's handshake ends before the server has seen its certificate: the answer is
    /// what can be read then.
    boolean refused(int port, @Nullable FleetIdentity identity, String version) throws Exception {
        var plain = connect(port);
        try (var socket = (SSLSocket) context(identity).getSocketFactory().createSocket(plain, HOST, port, true)) {
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            socket.setSoTimeout(SILENCE_MILLIS);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SSLException | java.net.SocketException e) {
            return true;
        }
    }

    /// What a server says to bytes that are no TLS, alerts of TLS apart.
    String answer(int port, byte[] sent) throws IOException {
        try (var socket = connect(port)) {
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.getOutputStream().write(sent);
            var said = socket.getInputStream().readNBytes(4096);
            return said.length > 0 && said[0] == 21 ? "" : new String(said, StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException | java.net.SocketException e) {
            return "";
        }
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        return socket;
    }

    private static SSLContext context(@Nullable FleetIdentity identity) throws GeneralSecurityException, IOException {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (identity != null) {
            store.setKeyEntry("us", identity.key(), new char[0], new Certificate[] {identity.certificate()});
        }
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
        return context;
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String algorithm) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String algorithm) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
