package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The script that starts Warren: whose files root runs and writes, what is built when and by whom, and
/// what it leaves to a router in the background. Works on a small checkout of its own with a Maven that
/// only copies.
@Tag("netns")
@OnlyWarren("wireguard-go is one file")
class LauncherTest {
    private static final Path HOME = Objects.requireNonNull(
            Path.of(Router.underTest()).toAbsolutePath().normalize().getParent());
    private static final Duration BUILD = Duration.ofSeconds(60);

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    @SuppressWarnings("NullAway.Init") // by checkout
    private Host host;

    /// A checkout at /run/co that belongs to nobody, the user.
    @BeforeEach
    void checkout() throws IOException {
        host = lab.host("a");
        sh("""
                umask 022
                mkdir -p /run/co/dist /run/co/conf /run/bin
                cp %1$s/warren /run/co/ && cp %1$s/dist/* /run/co/dist/ && cp %1$s/pom.xml /run/co/
                cp %1$s/conf/warren.conf /run/co/conf/
                printf '#!/bin/sh\\nexit 1\\n' > /run/co/dist/warm-up
                for m in crypto routing io conf host verticles app; do mkdir -p /run/co/$m/src/main; touch /run/co/$m/pom.xml; done
                chown -R nobody: /run/co
                """.formatted(HOME));
        maven("exit 0");
    }

    /// Replaces mvn by a script that leaves the jars of this repository's build, then runs `end`.
    private void maven(String end) throws IOException {
        Files.writeString(host.file("/run/bin/mvn"), """
                #!/bin/sh
                echo "building as $(id -un)"
                mkdir -p /run/co/app/target/warren/lib/authority
                cp %1$s/build/current/lib/authority/slf4j-simple-*.jar /run/co/app/target/warren/lib/authority/
                cp -R %1$s/build/current/lib/*.jar %1$s/build/current/lib/fleet /run/co/app/target/warren/lib/
                mv /run/co/app/target/warren/lib/warren-app-*.jar /run/co/app/target/
                echo '[INFO] BUILD SUCCESS'
                %2$s
                """.formatted(HOME, end));
        host.run("chmod", "755", "/run/bin/mvn");
    }

    private Program.Result sh(String script) {
        return host.attempt(BUILD, Map.of(), "sh", "-c", script);
    }

    /// The launcher of the checkout, as root whom nobody called by sudo.
    private Program.Result warren(String environment, String arguments) {
        return sh("cd /; " + environment + " PATH=/run/bin:$PATH /run/co/warren " + arguments);
    }

    private static final String SUDO = "SUDO_UID=$(id -u nobody)";

    @Test
    void theOwnerBuildsAndRootRunsItForWhoCalledSudo() {
        var version = warren(SUDO, "--version").orFail();
        assertTrue(version.out().startsWith("warren "), version::toString);
        assertTrue(host.read("/run/co/build/build.log").contains("building as nobody"));
        assertEquals("0", sh("find /run/co -user root | wc -l").out().strip(), "root left something");
    }

    @Test
    void rootRunsNothingThatSomebodyElseCouldChange() {
        warren(SUDO, "--version").orFail();
        var refused = warren("", "--version");
        assertEquals(1, refused.code(), refused::toString);
        assertTrue(refused.err().contains("nobody") && refused.err().contains("WARREN_TRUST"), refused::toString);
        warren("WARREN_TRUST=nobody", "--version").orFail();
        sh("chown -R root: /run/co");
        warren("", "--version").orFail();
        for (var open : new String[] {"warren", "build/current/lib", "build/current/jvm.options"}) {
            sh("chmod o+w /run/co/" + open).orFail();
            assertTrue(warren("", "--version").err().contains("chmod o-w"), open);
            sh("chmod o-w /run/co/" + open).orFail();
        }
        warren("", "--version").orFail();
        for (var shared : new String[] {"", "warren", "build/current/lib"}) {
            sh("chgrp nogroup /run/co/%1$s; chmod g+w /run/co/%1$s".formatted(shared))
                    .orFail();
            assertTrue(warren("", "--version").err().contains("group nogroup"), shared);
            sh("chgrp root /run/co/" + shared).orFail();
            warren("", "--version").orFail();
        }
    }

    /// A fleet's jars are beside those of a router alone, and whoever can write them is asked for when
    /// they are started.
    @Test
    void aRouterAloneHasNothingOfAFleet() throws IOException {
        var lib = Path.of(Router.underTest()).resolveSibling("build/current/lib");
        assertEquals(
                "",
                sh("ls %s/*.jar | grep -E 'zookeeper|curator|cluster|bcpkix'".formatted(lib))
                        .out());
        assertTrue(sh("ls %s/fleet".formatted(lib)).out().contains("zookeeper"), "they are in lib/fleet");
        var manifest = sh("unzip -p %s/warren-app-*.jar META-INF/MANIFEST.MF | tr -d '\\r\\n '".formatted(lib))
                .orFail()
                .out();
        assertTrue(manifest.contains("vertx-core") && !manifest.contains("zookeeper"), manifest);
        sh(Router.underTest() + " wg0").orFail();
        int router = host.processes(" wg0").getLast();
        var open = sh("ls -l /proc/%d/fd".formatted(router)).orFail().out();
        assertTrue(open.contains("vertx-core"), open);
        assertFalse(open.contains("/fleet/"), open);
        warren(SUDO, "fleet --help").orFail();
        sh("chown -R root: /run/co; chmod o+w /run/co/build/current/lib/fleet/zookeeper-3*")
                .orFail();
        warren("", "--version").orFail();
        assertTrue(warren("", "fleet --help").err().contains("chmod o-w"));
    }

    @Test
    void rootRunsNoJdkOutOfAHome() {
        sh("mkdir -p /run/home/.sdkman/candidates/java/25/bin; cd /run/home/.sdkman/candidates/java/25;"
                        + " echo 'JAVA_VERSION=\"25\"' > release; printf '#!/bin/sh\n' > bin/java; chmod 755 bin/java")
                .orFail();
        var hidden = "for d in /usr/lib/jvm /opt; do mount -t tmpfs tmpfs $d; done; unset JAVA_HOME WARREN_JAVA;"
                + " PATH=/usr/sbin:/sbin:/usr/bin:/bin HOME=/run/home %s /run/co/warren --print-jdk";
        var root = sh("unshare -m sh -c '" + hidden.formatted("") + "'");
        assertEquals(1, root.code(), root::toString);
        assertTrue(root.err().contains("no JDK 25"), root::toString);
        var user = sh(
                "unshare -m sh -c '" + hidden.formatted("setpriv --reuid nobody --regid nogroup --clear-groups") + "'");
        assertEquals("/run/home/.sdkman/candidates/java/25", user.out().strip(), user::toString);
    }

    /// SIGSEGV from outside ends the JVM as one from inside would. Its stderr leads nowhere.
    @Test
    void aCrashInTheBackgroundLeavesAReport() {
        sh("mkdir -p /var/lib/warren && mount -t tmpfs -o mode=700 tmpfs /var/lib/warren")
                .orFail();
        sh(Router.underTest() + " wg0").orFail();
        int router = host.processes(" wg0").getLast();
        host.signal("SEGV", router);
        Poll.until("it is gone", BUILD, () -> !host.hasDevice("wg0"));
        Poll.until("there is a report", BUILD, () -> sh("cat /var/lib/warren/crash-*.log")
                .out()
                .contains("SIGSEGV"));
    }

    @Test
    void rootFollowsNoLinkOfTheOwner() throws IOException {
        Files.writeString(host.file("/run/victim"), "precious");
        sh("chmod 600 /run/victim; mkdir /run/victims /run/co/build; ln -s /run/victim /run/co/build/build.log;"
                        + " chown -h -R nobody: /run/co/build")
                .orFail();
        warren(SUDO, "--version");
        assertEquals("precious", host.read("/run/victim"));
        sh("rm -rf /run/co/build; ln -s /run/victims /run/co/build; chown -h nobody: /run/co/build")
                .orFail();
        assertNotEquals(0, warren(SUDO, "--version").code());
        assertEquals("root", sh("stat -c %U /run/victims").out().strip());
    }

    @Test
    void rootDoesNotBuildWhereTheOwnerCannot() {
        sh("chmod a-w /run/co; mkdir /run/co/app/target").orFail();
        var refused = warren(SUDO, "--version");
        assertEquals(1, refused.code(), refused::toString);
        assertFalse(host.read("/run/co/build/build.log").contains("as root"));
        var direct = sh("PATH=/run/bin:$PATH /run/co/dist/build");
        assertEquals(1, direct.code());
        assertTrue(direct.err().contains("belongs to nobody"), direct::toString);
    }

    @Test
    void aBuildThatFailsIsNone() throws IOException {
        maven("exit 1"); // though it said SUCCESS
        var failed = warren(SUDO, "--version");
        assertEquals(1, failed.code(), failed::toString);
        assertTrue(failed.err().contains("the build failed"), failed::toString);
        assertFalse(host.exists("/run/co/build/current"));
    }

    @Test
    void whoMayOnlyReadHoldsNoBuildUp() {
        warren(SUDO, "--version").orFail();
        assertNotEquals(
                0,
                sh("setpriv --reuid 1 --regid 1 --clear-groups flock /run/co/build/lock true")
                        .code());
    }

    @Test
    void whatIsThereStartsWithoutMavenThoughSourcesAreNewer() {
        warren(SUDO, "--version").orFail();
        sh("touch -d '1 hour' /run/co/app/src/main; printf '#!/bin/sh\\nexit 1\\n' > /run/bin/mvn")
                .orFail();
        for (var arguments : new String[] {"run --check", "run --check /run/co/conf/warren.conf"}) {
            var check = warren(SUDO, arguments);
            assertTrue(check.err().contains("newer") && !check.err().contains("beside"), check::toString);
        }
        var start = warren(SUDO, "wg0");
        assertEquals(0, start.code(), start::toString);
        assertTrue(start.err().contains("newer") && start.err().contains("beside"), start::toString);
        assertTrue(host.hasDevice("wg0"));
        warren(SUDO, "stats wg0").orFail();
    }

    @Test
    void whileOneBuildsNobodyWaitsToBuildAgain() {
        warren(SUDO, "--version").orFail();
        sh("touch -d '1 hour' /run/co/app/src/main").orFail();
        host.spawn("flock", "/run/co/build/lock", "sleep", "60");
        Poll.until(
                "it is locked",
                BUILD,
                () -> sh("flock -n /run/co/build/lock true").code() != 0);
        assertEquals(0, warren(SUDO, "wg0").code());
        Poll.holds("nobody waits", Duration.ofSeconds(2), () -> host.processes("dist/build")
                .isEmpty());
    }

    @Test
    void helpBuildsNothing() {
        var help = warren(SUDO, "--help").orFail();
        assertTrue(help.err().contains("nothing is built yet"), help::toString);
        assertFalse(host.exists("/run/co/build"));
    }

    @Test
    void aCopyStartsWithoutAWord() {
        sh("umask 022; mkdir -p /run/copy/build && cp -r %1$s/warren %1$s/dist %1$s/conf /run/copy/ && cp -rL %1$s/build/current /run/copy/build/"
                        .formatted(HOME))
                .orFail();
        var version = sh("/run/copy/warren --version").orFail();
        assertEquals("", version.err(), "no sources, no complaints");
        assertEquals(1, version.out().lines().count(), version::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "9", "12"})
    void theBackgroundKeepsNothingOpenOfWhoStartedIt(String descriptor) {
        var start = host.attempt(
                BUILD,
                Map.of(),
                "bash",
                "-c",
                "exec %1$s> /run/lock1; flock %1$s; %2$s wg5".formatted(descriptor, Router.underTest()));
        assertEquals(0, start.code(), start::toString);
        assertTrue(host.hasDevice("wg5"));
        assertEquals(0, sh("flock -n /run/lock1 true").code(), "the router holds the lock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run", "stats", "help"})
    void asADropInEveryNameIsAnInterface(String name) throws IOException {
        Files.writeString(
                host.file("/run/" + name + ".conf"),
                "[Interface]\nPrivateKey = %s\nAddress = 10.8.0.1/32\nTable = off\n"
                        .formatted(Keys.generate().privateKey()));
        host.run("chmod", "600", "/run/" + name + ".conf");
        host.attempt(
                        BUILD,
                        Map.of("WG_QUICK_USERSPACE_IMPLEMENTATION", Router.underTest()),
                        "wg-quick",
                        "up",
                        "/run/" + name + ".conf")
                .orFail();
        assertTrue(host.hasDevice(name));
        assertTrue(new Uapi(host, name).answers());
    }

    @Test
    void lettersArriveWithoutALocale() {
        var missing = sh("env -i PATH=$PATH " + Router.underTest() + " run --config /run/grün-ключ.conf");
        assertTrue(missing.err().contains("grün-ключ.conf"), missing::toString);
    }

    @Test
    void anInstalledCopyRunsByItself() {
        sh("umask 022; mkdir -p /run/src/build && cp -r %1$s/warren %1$s/dist %1$s/conf %1$s/LICENSE /run/src/ && cp -rL %1$s/build/current /run/src/build/ && printf '#!/bin/sh\\nexit 1\\n' > /run/src/dist/warm-up"
                        .formatted(HOME))
                .orFail();
        sh("/run/src/dist/install --prefix /run/p").orFail();
        sh("rm -rf /run/src");
        assertEquals(0, sh("/run/p/bin/warren wg0").code());
        assertTrue(host.hasDevice("wg0"));
        sh("/run/p/bin/warren --version").orFail();
        sh("ip link del wg0");
        assertTrue(HOME.resolve("dist/install").toFile().canExecute());
        sh(HOME + "/dist/install --remove --prefix /run/p").orFail();
        assertEquals("", sh("find /run/p -type f -o -type l").out());
    }
}
