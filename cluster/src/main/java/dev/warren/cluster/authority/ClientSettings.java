package dev.warren.cluster.authority;

import dev.warren.conf.FleetConfig;
import java.nio.file.Path;
import org.apache.zookeeper.client.ZKClientConfig;

/// How a client of the authority connects: TLS 1.3 alone, with a certificate of its own, to servers whose
/// certificate is of the host that it meant.
public final class ClientSettings {
    private ClientSettings() {}

    /// Those of a member or operator.
    public static ZKClientConfig of(FleetConfig config) {
        return of(config.ca(), config.key());
    }

    /// @param ca PEM, the certificate of the fleet's CA
    /// @param key PEM, private key and certificate
    public static ZKClientConfig of(Path ca, Path key) {
        var settings = new ZKClientConfig();
        settings.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        settings.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        // SASL would ask DNS for the name of an address, and the name is not in the server's certificate then.
        settings.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        settings.setProperty("zookeeper.ssl.keyStore.location", key.toString());
        settings.setProperty("zookeeper.ssl.keyStore.type", "PEM");
        settings.setProperty("zookeeper.ssl.trustStore.location", ca.toString());
        settings.setProperty("zookeeper.ssl.trustStore.type", "PEM");
        settings.setProperty("zookeeper.ssl.protocol", "TLSv1.3");
        settings.setProperty("zookeeper.ssl.enabledProtocols", "TLSv1.3");
        settings.setProperty("zookeeper.ssl.hostnameVerification", "true");
        return settings;
    }
}
