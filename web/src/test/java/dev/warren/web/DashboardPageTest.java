package dev.warren.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.warren.testkit.browser.Browser;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The page in Chromium, with figures that are made up.
class DashboardPageTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Path PICTURES = Path.of("target", "screenshots");

    @SuppressWarnings("NullAway.Init")
    private static Browser browser;

    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void startBrowser() throws IOException {
        browser = Browser.start(List.of());
    }

    @AfterAll
    static void closeBrowser() throws IOException {
        browser.close();
    }

    @BeforeEach
    void desktop() {
        browser.show(1440, 1000, false);
    }

    @AfterEach
    void nothingWasComplainedOf() throws Exception {
        var complaints = browser.complaints();
        browser.open("about:blank");
        vertx.close().await(10, SECONDS);
        assertEquals(List.of(), complaints);
    }

    private void serve(int peers, Duration interval) throws Exception {
        serve(new MadeUpRouter(peers, interval), null);
    }

    private void serve(MadeUpRouter router, @Nullable AccessToken token) throws Exception {
        vertx.deployVerticle(router).await(10, SECONDS);
        var web = new WebVerticle(List::of, new WebOptions("demo", "127.0.0.1", 0, token, null, null, 1000, 50));
        vertx.deployVerticle(web).await(10, SECONDS);
        browser.open("http://127.0.0.1:" + web.port() + "/");
    }

    private static void awaitRows() {
        browser.await("document.querySelector('#peer-table tr[data-key]')", SOON);
    }

    @Test
    void itFitsAScreenAndAPhoneLightAndDark() throws Exception {
        serve(14, Duration.ofMillis(25));
        awaitRows();
        browser.click("th[data-column=received] button");
        browser.await("document.querySelector('th[data-column=received]').ariaSort === 'descending'", SOON);
        browser.ask("new Promise(requestAnimationFrame)");
        browser.click("#peer-table tr[data-key]");
        // Five minutes of figures.
        browser.await("/up ([5-9]|\\d\\d) min/.test(document.querySelector('#router').textContent)", SOON);
        picture("light", 1440, 1000, false);
        picture("dark", 1440, 1000, true);
        picture("phone", 390, 844, false);
        picture("phone-dark", 390, 844, true);
        picture("tablet", 800, 1100, false);
    }

    @Test
    void aThousandPeersArePictured() throws Exception {
        serve(1000, Duration.ofMillis(100));
        awaitRows();
        browser.click("th[data-column=received] button");
        browser.await("/up ([3-9]\\d|1\\d\\d) s|min/.test(document.querySelector('#router').textContent)", SOON);
        picture("1000-peers", 1440, 1000, false);
    }

    @Test
    void anInterfaceWithoutPeersIsEmptyAndNotBroken() throws Exception {
        serve(0, Duration.ofMillis(200));
        browser.await("document.querySelector('#interface-state').textContent === 'down'", SOON);
        assertEquals("0, 0 online", browser.text("#peer-number"));
        picture("empty", 1440, 1000, false);
    }

    private void picture(String name, int width, int height, boolean dark) throws IOException {
        browser.show(width, height, dark);
        browser.ask("new Promise((done) => setTimeout(done, 300))");
        assertEquals(
                "" + width, browser.ask("document.documentElement.scrollWidth"), name + " is wider than the screen");
        browser.screenshot(PICTURES.resolve(name + ".png"));
    }

    @Test
    void ofTenThousandPeersOnlyThoseInViewAreDrawn() throws Exception {
        serve(10_000, Duration.ofSeconds(1));
        browser.await("document.querySelector('#peer-number').textContent.startsWith('10\u202f000,')", SOON);
        assertTrue(rowsDrawn() > 10 && rowsDrawn() < 60, () -> rowsDrawn() + " rows");
        // A key, a click or a turn of the wheel is answered at once, though the figures of all come each second.
        answersWithin(500, "document.querySelector('#peer-scroller').scrollTop = 200000");
        assertTrue(rowsDrawn() > 10 && rowsDrawn() < 60, () -> rowsDrawn() + " rows");
        for (var column : List.of("name", "endpoint", "handshake", "received", "rtt", "loss", "drops", "online")) {
            answersWithin(500, "document.querySelector('th[data-column=" + column + "] button').click()");
        }
        answersWithin(
                500,
                "(() => { const search = document.querySelector('#peer-search'); search.value = 'laptop-8';"
                        + " search.dispatchEvent(new Event('input')) })()");
        assertTrue(browser.text("#peer-number").endsWith("of 10\u202f000 found"), browser.text("#peer-number"));
        assertEquals(
                "true",
                browser.ask("[...document.querySelectorAll('#peer-table tr[data-key]')]"
                        + ".every((row) => row.textContent.includes('laptop-8'))"));
    }

    private static int rowsDrawn() {
        return Integer.parseInt(browser.ask("document.querySelectorAll('#peer-table tbody tr').length"));
    }

    /// Does something and waits for the frame that shows it.
    private static void answersWithin(int milliseconds, String action) {
        var took = Double.parseDouble(browser.ask("(async () => { const start = performance.now(); " + action
                + "; await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
                + " return performance.now() - start })()"));
        System.out.printf("%.0f ms for %s%n", took, action);
        assertTrue(took < milliseconds, () -> took + " ms for " + action);
    }

    @Test
    void theMostIsFirstAndWhatIsUnknownLast() throws Exception {
        serve(300, Duration.ofMillis(200));
        awaitRows();
        browser.click("th[data-column=rtt] button");
        browser.await("document.querySelector('th[data-column=rtt]').ariaSort === 'descending'", SOON);
        assertTrue(firstRow("rtt").endsWith("ms"), firstRow("rtt"));
        browser.click("th[data-column=rtt] button");
        browser.await("document.querySelector('th[data-column=rtt]').ariaSort === 'ascending'", SOON);
        assertTrue(firstRow("rtt").endsWith("µs"), firstRow("rtt"));
        browser.click("th[data-column=name] button");
        browser.await("document.querySelector('#peer-table tr[data-key]').textContent.startsWith('branch')", SOON);
    }

    private static String firstRow(String column) {
        browser.ask("new Promise(requestAnimationFrame)");
        return browser.text("#peer-table tr[data-key] .column-" + column);
    }

    @Test
    void theKeyboardReachesAndOpensAPeer() throws Exception {
        serve(50, Duration.ofMillis(200));
        awaitRows();
        for (int i = 0; i < 30 && !focused().equals("peer-table"); i++) browser.press("Tab");
        assertEquals("peer-table", focused());
        browser.press("ArrowDown");
        browser.press("ArrowDown");
        var second = "document.querySelector('#peer-table tr[aria-rowindex=\"3\"]')";
        browser.await(second + "?.ariaSelected === 'true'", SOON);
        assertEquals(
                browser.ask(second + ".id"),
                browser.ask("document.querySelector('#peer-table').getAttribute('aria-activedescendant')"));
        browser.press("Enter");
        assertEquals("peer-panel", focused());
        assertEquals(browser.ask(second + ".cells[0].innerText.trim()"), browser.text("#peer-heading"));
        assertTrue(browser.text("#peer-facts").contains("Allowed IPs"), browser.text("#peer-facts"));
        browser.press("Escape");
        assertEquals("peer-table", focused());
        browser.press("End");
        browser.await("document.querySelector('#peer-table tr[aria-rowindex=\"51\"]')?.ariaSelected === 'true'", SOON);
    }

    @Test
    void onAPhoneAPressBringsTheDetailsIntoView() throws Exception {
        browser.show(390, 844, false);
        serve(50, Duration.ofMillis(200));
        awaitRows();
        browser.ask("document.querySelector('#peer-table').scrollIntoView()");
        browser.click("#peer-table tr[aria-rowindex='5']");
        browser.await("!document.querySelector('#peer-detail').hidden", SOON);
        var top = "document.querySelector('#peer-heading').getBoundingClientRect().top";
        browser.await(top + " >= 0 && " + top + " < innerHeight / 2", SOON);
    }

    private static String focused() {
        return browser.ask("document.activeElement.id");
    }

    @Test
    void everythingHasAName() throws Exception {
        serve(5, Duration.ofMillis(200));
        awaitRows();
        assertEquals(
                "",
                browser.ask("[...document.querySelectorAll('button, input, select, [role=img], [tabindex]')]"
                        + ".filter((each) => each.checkVisibility() && !(each.ariaLabel || each.textContent.trim()"
                        + " || each.labels?.length || each.getAttribute('aria-labelledby')))"
                        + ".map((each) => each.outerHTML).join()"));
        var words = browser.ask("document.querySelector('#path-picture svg').ariaLabel");
        assertTrue(words.contains("packet-1") && words.contains("busy"), words);
        assertEquals("main", browser.ask("document.querySelector('#dashboard').localName"));
        assertEquals("en", browser.ask("document.documentElement.lang"));
    }

    /// WCAG 2.1, 1.4.3: text has a contrast of 4.5 at least.
    @Test
    void wordsAreReadableOnEveryGround() throws Exception {
        serve(3, Duration.ofMillis(200));
        awaitRows();
        for (boolean dark : new boolean[] {false, true}) {
            browser.show(1440, 1000, dark);
            assertEquals("", browser.ask("""
                    (() => {
                      const style = getComputedStyle(document.documentElement);
                      const luminance = (name) => {
                        const number = parseInt(style.getPropertyValue(name).trim().slice(1), 16);
                        const parts = [number >> 16, (number >> 8) & 255, number & 255].map((part) => part / 255)
                          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
                      };
                      const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                      const poor = [];
                      for (const ground of ['--background', '--panel', '--stripe', '--hover', '--chosen'])
                        for (const text of ['--text', '--muted', '--good', '--bad', '--warn', '--accent'])
                          if (!(contrast(luminance(ground), luminance(text)) >= 4.5)) poor.push(text + ' on ' + ground);
                      return poor.join();
                    })()"""), dark ? "dark" : "light");
        }
    }

    @Test
    void aScriptFromElsewhereDoesNotRun() throws Exception {
        serve(3, Duration.ofMillis(200));
        awaitRows();
        browser.ask("(() => { const script = document.createElement('script');"
                + " script.textContent = 'window.foreign = true'; document.head.append(script) })()");
        assertEquals("undefined", browser.ask("window.foreign"));
        assertEquals("refused", browser.ask("fetch('http://localhost:1/').catch(() => 'refused')"));
        var complaints = browser.complaints();
        for (var directive : List.of("script-src 'self'", "connect-src 'self'")) {
            assertTrue(
                    complaints.stream()
                            .anyMatch(each -> each.contains("Content Security Policy") && each.contains(directive)),
                    complaints::toString);
        }
    }

    @Test
    void withoutTheTokenThereIsNothingToSee() throws Exception {
        serve(new MadeUpRouter(5, Duration.ofMillis(200)), new AccessToken("s3cret".getBytes(US_ASCII)));
        browser.await("!document.querySelector('#sign-in').hidden", SOON);
        assertFalse(browser.text("body").contains("wg0"), browser.text("body"));
        assertEquals("token", focused());
        picture("sign-in", 390, 500, true);
        browser.type("wrong");
        browser.press("Enter");
        browser.await("document.querySelector('#sign-in-error').textContent.includes('does not take')", SOON);
        assertEquals("none", browser.ask("getComputedStyle(document.querySelector('#dashboard')).display"));
        browser.ask("document.querySelector('#token').value = ''");
        browser.type("s3cret");
        browser.press("Enter");
        awaitRows();
        browser.click("#sign-out");
        browser.await("document.querySelector('#sign-in')?.hidden === false", SOON);
        assertFalse(browser.ask("document.body.textContent").contains("wg0"));
        // What failed is what was refused.
        for (var complaint : browser.complaints()) assertTrue(complaint.contains("401"), complaint);
    }

    @Test
    void itSaysWhenFiguresAreStale() throws Exception {
        var router = new MadeUpRouter(3, Duration.ofMillis(500));
        serve(router, null);
        awaitRows();
        browser.await("document.querySelector('#connection').textContent === 'Live'", SOON);
        vertx.undeploy(router.deploymentID()).await(10, SECONDS);
        browser.await("document.querySelector('#connection').textContent.startsWith('No figures for')", SOON);
        assertEquals("true", browser.ask("document.body.classList.contains('stale')"));
        vertx.deployVerticle(new MadeUpRouter(3, Duration.ofMillis(500))).await(10, SECONDS);
        browser.await("document.querySelector('#connection').textContent === 'Live'", SOON);
    }
}
