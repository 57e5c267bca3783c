package dev.warren.conf;

import dev.warren.routing.ip.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A whole configuration file, checked: all values are in their ranges.
///
/// @param interfaces in the order of the file; may be empty
/// @param loops packet loops, that peers are spread over, 1 to 256; empty: decided by the number of cores
/// @param tunQueues queues of each TUN, 1 to 256, never more than packet loops in the end; empty: one for each
/// @param node name of this router among others; `auto`: that of the host
/// @param fleet null: this router belongs to none
/// @param authority null: no server of a fleet's authority is described here
/// @param stateDirectory absolute; keys that are made on first start go here
/// @param warnings sentences for the operator; they do not stop a start
public record RouterConfig(
        List<InterfaceConfig> interfaces,
        OptionalInt loops,
        OptionalInt tunQueues,
        CryptoConfig crypto,
        OffloadConfig offload,
        LogLevel logLevel,
        LogFormat logFormat,
        String node,
        MetricsConfig metrics,
        WebConfig web,
        AuditConfig audit,
        List<WebhookConfig> webhooks,
        @Nullable FleetConfig fleet,
        @Nullable AuthorityConfig authority,
        Path stateDirectory,
        List<Problem> warnings)
        implements AutoCloseable {
    /// The level of the log.
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /// The format of its lines.
    public enum LogFormat {
        AUTO,
        TEXT,
        JSON,
        JOURNALD
    }

    /// Sentences about networks of this configuration that are on other devices already.
    ///
    /// @param devices the device that the kernel routes each network to, before any interface of this is created
    public List<String> overlaps(Map<IpPrefix, String> devices) {
        return Overlaps.of(interfaces, devices);
    }

    /// The same with these warnings.
    RouterConfig with(List<Problem> found) {
        return new RouterConfig(
                interfaces,
                loops,
                tunQueues,
                crypto,
                offload,
                logLevel,
                logFormat,
                node,
                metrics,
                web,
                audit,
                webhooks,
                fleet,
                authority,
                stateDirectory,
                List.copyOf(found));
    }

    /// Wipes the keys in it.
    @Override
    public void close() {
        interfaces.forEach(InterfaceConfig::close);
        web.close();
        webhooks.forEach(WebhookConfig::close);
        if (fleet != null) {
            fleet.close();
        }
    }
}
