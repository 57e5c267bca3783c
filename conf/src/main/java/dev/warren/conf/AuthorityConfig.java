package dev.warren.conf;

import java.nio.file.Path;
import java.util.List;

/// One server of a fleet's authority. Each listens to clients on its port, and to the other servers on the two ports
/// after it: quorum, then election.
///
/// @param fleet its name, as [FleetConfig#name]
/// @param servers all of them in the same order everywhere: 1, 3, 5 or 7; the ports are for clients, 65533 at most
/// @param server which of them this is, from 1 on
/// @param ca PEM, the certificate of the fleet's CA, which signs what clients show
/// @param key PEM, private key and certificate for clients
/// @param quorumCa PEM, the certificate of the CA that signs what servers show each other
/// @param quorumKey PEM, private key and certificate for the other servers
public record AuthorityConfig(
        String fleet, List<HostAndPort> servers, int server, Path ca, Path key, Path quorumCa, Path quorumKey) {
    /// Where this server is.
    public HostAndPort own() {
        return servers.get(server - 1);
    }
}
