package dev.warren.app.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.app.fleet.TestEnsemble.Server;
import dev.warren.cluster.authority.FleetTree;
import dev.warren.cluster.pki.CertificateAuthority;
import dev.warren.cluster.pki.CertificateRole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three servers of an authority as `warren fleet init` and `warren fleet authority` make them, each a
/// process of its own.
@Timeout(120)
@SuppressWarnings("try") // closing may be interrupted
class AuthorityTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static TestEnsemble ensemble;
    private static TlsProbe probe;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        ensemble = new TestEnsemble(directory);
        // The third shows its clients a certificate of another host.
        ensemble.reissue("ca", "c", CertificateRole.AUTHORITY, "authority", "10.9.9.9");
        ensemble.start();
        probe = new TlsProbe(ensemble.folder());
        try (var client = ensemble.client("a/warren/node", "ab")) {
            new FleetTree("edge").create(client);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        ensemble.close();
    }

    @Test
    void aNodeWritesWhatAnotherReads() throws Exception {
        try (var a = ensemble.client("a/warren/node", "a");
                var b = ensemble.client("b/warren/node", "b")) {
            var tree = new FleetTree("edge");
            tree.create(b); // by everybody, at every start
            var path = tree.path() + "/claim/x";
            a.create(path, new byte[] {7}, tree.relaysChange(), CreateMode.PERSISTENT);
            b.sync(path, (_, _, _) -> {}, null);
            assertEquals(7, b.getData(path, false, null)[0]);
            assertThrows(KeeperException.BadVersionException.class, () -> b.setData(path, new byte[0], 5));
            a.delete(path, 0);
        }
    }

    @Test
    void relaysChangeWhatIsTheirsAndOperatorsTheDirectory() throws Exception {
        var tree = new FleetTree("edge");
        try (var relay = ensemble.client("b/warren/node", "ab");
                var operator = ensemble.client("operator/operator", "ab");
                var server = ensemble.client("a/warren-authority/authority", "ab")) {
            for (var parent :
                    List.of("", "/warren", "/zookeeper", "/zookeeper/quota", tree.path(), tree.path() + "/directory")) {
                assertThrows(KeeperException.NoAuthException.class, () -> create(relay, parent + "/x"), parent);
            }
            assertThrows(KeeperException.NoAuthException.class, () -> relay.delete(tree.path() + "/claim", -1));
            assertThrows(
                    KeeperException.NoAuthException.class,
                    () -> relay.setACL(tree.path() + "/directory", ZooDefs.Ids.OPEN_ACL_UNSAFE, -1));
            var shard = tree.path() + "/directory/s0000";
            operator.create(shard, new byte[] {1}, tree.relaysRead(), CreateMode.PERSISTENT);
            relay.sync(shard, (_, _, _) -> {}, null);
            assertEquals(1, relay.getData(shard, false, null)[0]);
            assertThrows(KeeperException.NoAuthException.class, () -> relay.setData(shard, new byte[0], -1));
            operator.setData(shard, new byte[] {2}, 0);
            operator.delete(shard, 1);
            // A server's certificate is good for nothing that clients do.
            assertThrows(KeeperException.NoAuthException.class, () -> server.getData(tree.path(), false, null));
        }
    }

    private static void create(ZooKeeper client, String path) throws KeeperException, InterruptedException {
        client.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    @Test
    void aClientLeavesAServerWhoseCertificateIsAnotherHosts() throws Exception {
        assertThrows(IllegalStateException.class, () -> ensemble.client("a/warren/node", "c", Duration.ofSeconds(6)));
    }

    /// On the port for clients, and on those for servers: quorum (the leader's) and election.
    @Test
    void everyPortRefusesWhatIsNotOfTheFleet() throws Exception {
        var foreign = CertificateAuthority.create("fleet", "edge", Instant.now(), RANDOM);
        var stranger =
                foreign.issue(CertificateRole.RELAY, "edge", "a", "127.0.0.1", Instant.now(), Duration.ofDays(1));
        var quorum = CertificateAuthority.read(ensemble.folder().resolve("ca/quorum-ca.key"), RANDOM);
        var elsewhere =
                quorum.issue(CertificateRole.QUORUM, "edge", "a", "10.9.9.9", Instant.now(), Duration.ofDays(1));
        var expired = CertificateAuthority.read(ensemble.folder().resolve("ca/ca.key"), RANDOM)
                .issue(
                        CertificateRole.RELAY,
                        "edge",
                        "a",
                        "127.0.0.1",
                        Instant.now().minus(Duration.ofDays(3)),
                        Duration.ofDays(1));
        var node = probe.identity("a/warren/node.key");
        var member = probe.identity("a/warren-authority/quorum.key");
        var leader = ensemble.leader();
        for (var port : List.of(leader.clientPort(), leader.quorumPort(), leader.electionPort())) {
            var where = "port " + port + " of the leader";
            boolean clients = port == leader.clientPort();
            var right = clients ? node : member;
            assertTrue(probe.accepted(port, right, "TLSv1.3"), "the right one, " + where);
            assertTrue(probe.refused(port, null, "TLSv1.3"), "no certificate, " + where);
            assertTrue(probe.refused(port, stranger, "TLSv1.3"), "foreign CA, " + where);
            assertTrue(probe.refused(port, clients ? member : node, "TLSv1.3"), "the other CA, " + where);
            assertTrue(probe.refused(port, clients ? expired : elsewhere, "TLSv1.3"), "wrong, " + where);
            assertTrue(probe.refused(port, right, "TLSv1.2"), "TLS 1.2, " + where);
            assertEquals("", probe.answer(port, "srvr\n".getBytes(StandardCharsets.US_ASCII)), "plain text, " + where);
            var garbage = new byte[4096];
            RANDOM.nextBytes(garbage);
            assertEquals("", probe.answer(port, garbage), "garbage, " + where);
        }
        aNodeWritesWhatAnotherReads(); // all the same
    }

    @Test
    void memoryIsSmallAndSigtermEndsIt() throws Exception {
        for (var server : ensemble.servers()) {
            System.out.println("resident: " + server.residentMegabytes() + " MB, server " + server.name());
            assertTrue(server.residentMegabytes() < 300, "it grew out of bounds");
        }
        Server last = ensemble.servers().getLast();
        last.process().destroy();
        assertTrue(last.process().waitFor(20, TimeUnit.SECONDS), "SIGTERM");
        assertEquals(143, last.process().exitValue());
        aNodeWritesWhatAnotherReads();
        ensemble.start(last);
    }

    @Test
    void whatCannotRunIsASentence() throws Exception {
        var said = ensemble.refused("a"); // its ports are taken
        assertTrue(said.contains("cannot listen on port ") && said.contains("is another one running"), said);
        var directory = ensemble.folder().resolve("a/warren-authority");
        var other = Files.writeString(
                directory.resolve("other.conf"),
                Files.readString(directory.resolve("authority.conf"))
                        .replace("server = 1", "server = 2")
                        .replace("127.0.0.1:", "127.0.0.77:"));
        var moved = ensemble.refused(other);
        assertTrue(moved.contains("is of server 1, not of server 2"), moved);
    }
}
