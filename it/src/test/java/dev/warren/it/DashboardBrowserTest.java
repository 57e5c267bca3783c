package dev.warren.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.testkit.browser.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The dashboard of `warren run` in Chromium, on the router's own host.
@Tag("netns")
@OnlyWarren("wireguard-go has no dashboard")
class DashboardBrowserTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PAGE = "http://127.0.0.1:9586/";
    private static final String ROW = "#peer-table tr[data-key]";

    @RegisterExtension
    final Lab lab = Lab.ofTest();

    private final Keys own = Keys.generate();
    private final Keys laptop = Keys.generate();

    @Test
    void itShowsAPeerThatComesItsTrafficAndItsDrops() throws IOException {
        var router = lab.host("a");
        var client = lab.host("b");
        Pair.connect(lab, router, client, 1500);
        run(router, "");
        try (var browser = Browser.start(router.enter())) {
            browser.show(1440, 1000, false);
            browser.open(PAGE);
            browser.await("document.querySelector('" + ROW + "')?.textContent.startsWith('laptop')", SOON);
            assertEquals("offline", browser.text(ROW + " .column-online"));
            assertEquals("never", browser.text(ROW + " .column-handshake"));

            Pair.serve(client, laptop, own);
            new Wg(client, "wg0")
                    .set("peer", own.publicKey(), "endpoint", Pair.OUTER_A4 + ":51820", "allowed-ips", "0.0.0.0/0");
            client.run("ping", "-c", "2", "-i", "0.2", Pair.A4);
            browser.await(shown(ROW + " .column-online") + " === 'online'", SOON);
            assertEquals(Pair.OUTER_B4 + ":" + Pair.PORT_B, browser.text(ROW + " .column-endpoint"));
            browser.await(shown("#events") + ".includes('laptop peer online')", SOON);

            throughputMoves(browser, router, client);
            browser.click(ROW);
            browser.await(shown("#peer-facts") + ".includes('" + laptop.publicKey() + "')", SOON);

            client.run("ip", "address", "add", "10.66.0.1/32", "dev", "wg0");
            var words = "source address is not in the peer\\'s allowed IPs";
            Poll.until("the drop is shown", SOON, () -> {
                client.attempt("ping", "-c", "1", "-W", "1", "-I", "10.66.0.1", Pair.A4);
                return browser.ask(shown("#drops-table") + ".includes('" + words + "')")
                        .equals("true");
            });
            browser.await(shown("#peer-drops") + ".includes('" + words + "')", SOON);
            browser.await("Number(" + shown(ROW + " .column-drops") + ") > 0", SOON);
            browser.screenshot(Path.of("target", "screenshots", "router.png"));
            assertEquals(List.of(), browser.complaints());
        }
    }

    /// Under iperf3 the plot of the interface, the row of the peer and the picture say what passes.
    private static void throughputMoves(Browser browser, Host router, Host client) {
        router.spawn("iperf3", "-s", "-1", "-B", Pair.A4);
        Poll.until("iperf3 listens", SOON, () -> router.listensTcp(5201));
        var load = client.spawn("iperf3", "-c", Pair.A4, "-t", "5", "-b", "80M");
        // 80 Mbit/s of TCP are at least 40 in the figures of one second.
        browser.await(
                "/: ([4-9]\\d|1\\d\\d)(\\.\\d)? Mbit.s received/.test(document.querySelector('#interface-plot').ariaLabel)",
                SOON);
        browser.await("/^[4-9]\\d|^1\\d\\d/.test(" + shown(ROW + " .column-received") + ")", SOON);
        browser.await(
                "/[\\d\u202f]{4,} *\\/s packets from UDP to peers/"
                        + ".test(document.querySelector('#path-picture svg').ariaLabel)",
                SOON);
        var drawn = browser.ask("(() => { const canvas = document.querySelector('#interface-plot canvas');"
                + " const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
                + " let points = 0; for (let i = 0; i < data.length; i += 4)"
                + " if (data[i] < 40 && data[i + 1] > 100 && data[i + 2] > 90 && data[i + 3] > 200) points++;"
                + " return points })()");
        assertTrue(Integer.parseInt(drawn) > 50, drawn + " points of the line");
        load.await(Duration.ofSeconds(30)).orFail();
    }

    @Test
    void aKilledRouterIsSaidToBeLostAndComesBack() throws IOException {
        var router = lab.host("a");
        run(router, "");
        try (var browser = Browser.start(router.enter())) {
            browser.open(PAGE);
            browser.await(shown("#connection") + " === 'Live'", SOON);
            nothingCanBeChanged(browser);

            kill(router);
            browser.await(shown("#connection") + ".startsWith('Connection lost')", SOON);
            assertEquals("true", browser.ask("document.body.classList.contains('stale')"));
            browser.screenshot(Path.of("target", "screenshots", "lost.png"));
            run(router, "");
            browser.await(shown("#connection") + " === 'Live'", SOON);
            browser.await("!document.body.classList.contains('stale')", SOON);

            // With a token from now on: what was shown is not shown any more.
            kill(router);
            run(router, "web.token-file = \"/run/web.token\"");
            browser.await("!document.querySelector('#sign-in').hidden", SOON);
            assertEquals("none", browser.ask("getComputedStyle(document.querySelector('#dashboard')).display"));
            browser.ask("document.querySelector('#token').focus()");
            browser.type(router.read("/run/web.token").strip());
            browser.press("Enter");
            browser.await(shown("#connection") + " === 'Live'", SOON);
            for (var complaint : browser.complaints()) {
                assertTrue(complaint.contains("\"source\":\"network\""), complaint);
            }
        }
    }

    /// No method but reading, on any path.
    private static void nothingCanBeChanged(Browser browser) {
        for (var path :
                List.of("/", "/metrics", "/api/status", "/api/metrics", "/api/events", "/api/interfaces/wg0/peers")) {
            for (var method : List.of("POST", "PUT", "DELETE", "PATCH")) {
                var status = browser.ask("fetch('" + path + "', {method: '" + method
                        + "', body: '{\"interface\":\"wg0\"}'}).then((response) => response.status)");
                assertTrue(status.equals("405") || status.equals("404"), method + " " + path + ": " + status);
            }
        }
        // Nor does the bus of the router have a way in.
        for (var path : List.of("/eventbus", "/eventbus/info", "/api/update", "/api/interfaces/wg0")) {
            assertEquals("404", browser.ask("fetch('" + path + "').then((response) => response.status)"), path);
        }
    }

    private static String shown(String selector) {
        return "document.querySelector('" + selector + "').innerText";
    }

    private static void kill(Host host) {
        host.signal("KILL", host.processes(" run ").getLast());
        Poll.until("it is gone", SOON, () -> host.processes(" run ").isEmpty());
    }

    private void run(Host host, String more) throws IOException {
        Router.run(host, """
                warren {
                  state-dir = "/run/state"
                  web.listen = "127.0.0.1:9586"
                  %s
                  interfaces.wg0 {
                    private-key = "%s"
                    listen-port = 51820
                    addresses = ["%s/24"]
                    peers.laptop { public-key = "%s", allowed-ips = ["%s/32"] }
                  }
                }
                """.formatted(more, own.privateKey(), Pair.A4, laptop.publicKey(), Pair.B4));
    }
}
