package dev.warren.host;

import java.io.IOException;
import java.util.List;

/// Runs `nft`, see nft(8), to read what the firewall of this host is. Blocks.
public final class NftTool {
    private static final int MAX_OUTPUT = 4 << 20;

    private NftTool() {}

    /// All tables, chains, sets and rules, as JSON (libnftables-json(5)). Those of iptables-nft are among them, those
    /// of iptables-legacy are not.
    ///
    /// @throws SetupException with a sentence when they cannot be read
    public static String ruleset() throws SetupException {
        try {
            var done = Subprocess.run(MAX_OUTPUT, false, List.of("nft", "-j", "list", "ruleset"));
            if (done.code() == 0) return done.output();
            throw new SetupException(
                    Privileges.netAdmin() ? "nft cannot read the rules" : "reading the rules needs root");
        } catch (IOException e) {
            throw new SetupException("nft is not installed (package nftables)", e);
        }
    }
}
