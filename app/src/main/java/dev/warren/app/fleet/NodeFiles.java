package dev.warren.app.fleet;

import dev.warren.conf.HostAndPort;
import java.util.List;
import java.util.stream.Collectors;

/// The texts that `warren fleet init` writes for the nodes of one fleet: configurations and units of systemd.
///
/// @param fleet its name
/// @param servers of the authority, as clients reach them
record NodeFiles(String fleet, List<HostAndPort> servers) {
    static final String RELAY_UNIT = """
            [Unit]
            Description=Warren, a node of a fleet
            Wants=network-online.target
            After=network-online.target warren-authority.service

            [Service]
            Type=exec
            ExecStart=/usr/local/bin/warren fleet run /etc/warren/warren.conf
            Restart=always
            RestartSec=2
            StateDirectory=warren
            StateDirectoryMode=0700
            UMask=0077

            [Install]
            WantedBy=multi-user.target
            """;

    static final String AUTHORITY_UNIT = """
            [Unit]
            Description=Warren, a server of a fleet's authority
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type=exec
            User=warren-authority
            ExecStart=/usr/local/bin/warren fleet authority --config /etc/warren-authority/authority.conf
            # What Java makes of SIGTERM.
            SuccessExitStatus=143
            Restart=always
            RestartSec=2
            StateDirectory=warren-authority
            StateDirectoryMode=0700
            UMask=0077
            NoNewPrivileges=yes
            CapabilityBoundingSet=
            ProtectSystem=strict
            ProtectHome=yes
            PrivateTmp=yes
            PrivateDevices=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectControlGroups=yes
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
            RestrictSUIDSGID=yes

            [Install]
            WantedBy=multi-user.target
            """;

    /// Of a node that serves peers.
    String relay(FleetNode node, int busPort) {
        return """
                # Node %2$s of the fleet %1$s, as `warren fleet init` made it. docs/FLEET.md describes a fleet.
                warren {
                  node = "%2$s"

                  fleet {
                %3$s
                    bus.listen = "%4$s"
                    tls { ca = "ca.pem", certificate = "node.pem", key = "node.key" }
                    key-file = "fleet.key"
                  }

                  # The interface that clients connect to, with the same key, port and addresses on every node. Its peers are in the
                  # authority's directory and not here.
                  #
                  # interfaces.wg0 {
                  #   private-key-file = "wg0.key"
                  #   listen-port = 51820
                  #   addresses = ["10.8.0.1/24"]
                  # }
                }
                """.formatted(fleet, node.name(), common(node.name()), new HostAndPort(node.host(), busPort));
    }

    /// Of people who change the directory.
    String operator() {
        return """
                # For operators of the fleet %1$s, as `warren fleet init` made it. Who has this folder may change all peers.
                warren.fleet {
                %2$s
                    tls { ca = "ca.pem", certificate = "operator.pem", key = "operator.key" }
                    key-file = "fleet.key"
                }
                """.formatted(fleet, common("operator"));
    }

    private String common(String node) {
        return """
                    name = "%s"
                    node = "%s"
                    authority = [%s]""".formatted(fleet, node, list()).indent(4).stripTrailing();
    }

    /// Of a server.
    ///
    /// @param server which one, from 1 on
    String authority(int server) {
        return """
                # Server %2$d of the authority of the fleet %1$s, as `warren fleet init` made it. docs/FLEET.md describes a fleet.
                warren {
                  state-dir = "/var/lib/warren-authority"

                  authority {
                    fleet = "%1$s"
                    servers = [%3$s]
                    server = %2$d
                    ca = "ca.pem"
                    key = "authority.key"
                    quorum-ca = "quorum-ca.pem"
                    quorum-key = "quorum.key"
                  }
                }
                """.formatted(fleet, server, list());
    }

    private String list() {
        return servers.stream().map(server -> "\"" + server + "\"").collect(Collectors.joining(", "));
    }
}
