package dev.warren.testkit.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/// A Chromium without a window, with one page. It is fresh: no profile, no cache, nothing asked of anybody else.
/// Belongs to one thread.
public final class Browser implements AutoCloseable {
    private static final String PROGRAM = "/usr/bin/chromium";

    /// Its protocol is spoken on the descriptors 3 and 4.
    private static final String COMMAND = """
            exec "$1" --headless=new --remote-debugging-pipe --no-sandbox --disable-gpu --disable-quic \
            --disable-dev-shm-usage --no-first-run --no-default-browser-check --disable-background-networking \
            --disable-component-update --disable-sync --disable-extensions --hide-scrollbars \
            --disable-background-timer-throttling --user-data-dir="$0" about:blank 3<&0 4>&1 < /dev/null > /dev/null""";

    private static final Pattern COMPLAINT =
            Pattern.compile("^\\{\"method\":\"(Log\\.entryAdded.*\"level\":\"(error|warning)\""
                    + "|Runtime\\.consoleAPICalled.*\"type\":\"(error|warning|assert)\")");

    private static final Map<String, Integer> KEY_CODES = Map.of(
            "Tab", 9, "Enter", 13, "Escape", 27, "PageDown", 34, "End", 35, "Home", 36, "ArrowUp", 38, "ArrowDown", 40);

    private final Path profile;
    private final Process process;
    private final DevTools tools;
    private final String session;
    private final List<String> complaints = new ArrayList<>();

    private Browser(Path profile, Process process) {
        this.profile = profile;
        this.process = process;
        this.tools = new DevTools(process.getInputStream(), process.getOutputStream());
        var target = field(tools.call("", "Target.createTarget", "{\"url\":\"about:blank\"}"), "targetId");
        session = field(
                tools.call("", "Target.attachToTarget", "{\"flatten\":true,\"targetId\":\"" + target + "\"}"),
                "sessionId");
        for (var domain : List.of("Page", "Runtime", "Log")) call(domain + ".enable", "{}");
    }

    /// Starts one.
    ///
    /// @param prefix of its command, for instance what enters a network namespace; may be empty
    public static Browser start(List<String> prefix) throws IOException {
        if (!Files.isExecutable(Path.of(PROGRAM))) {
            throw new AssertionError(PROGRAM + " is missing; run ./check, which installs what the tests need");
        }
        var profile = Files.createTempDirectory("warren-browser");
        var command = new ArrayList<>(prefix);
        command.addAll(List.of("sh", "-c", COMMAND, profile.toString(), PROGRAM));
        var process = new ProcessBuilder(command)
                .redirectError(profile.resolve("errors").toFile())
                .start();
        try {
            return new Browser(profile, process);
        } catch (RuntimeException | AssertionError e) {
            e.addSuppressed(new AssertionError(Files.readString(profile.resolve("errors"))));
            process.destroyForcibly();
            throw e;
        }
    }

    /// How the page is shown.
    ///
    /// @param width in pixels, as `height`
    public void show(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + (dark ? "dark" : "light") + "\"}]}");
    }

    /// Loads a page.
    public void open(String url) {
        var reply = call("Page.navigate", "{\"url\":" + quoted(url) + "}");
        if (reply.contains("\"errorText\"")) throw new AssertionError(reply);
        await("document.readyState === 'complete'", Duration.ofSeconds(20));
    }

    /// The value of an expression as text; a promise is waited for. An exception fails the test.
    public String ask(String expression) {
        // A URI component has nothing that JSON would write otherwise.
        var encoded = "(async () => encodeURIComponent(String(await (" + expression + "))))()";
        var reply = call(
                "Runtime.evaluate",
                "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":" + quoted(encoded) + "}");
        if (reply.contains("\"exceptionDetails\"")) throw new AssertionError(expression + ": " + reply);
        return URLDecoder.decode(field(reply, "value"), UTF_8);
    }

    /// The text of the first element that the selector finds, as it is shown; empty when there is none.
    public String text(String selector) {
        return ask("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''");
    }

    /// Waits until an expression is true.
    public Duration await(String expression, Duration limit) {
        long start = System.nanoTime();
        while (!ask("Boolean(" + expression + ")").equals("true")) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new AssertionError(
                        "not within " + limit + ": " + expression + "\nthe page shows: " + text("body"));
            }
            LockSupport.parkNanos(20_000_000);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// Presses a key (Tab, Enter, Escape, ArrowDown ...).
    public void press(String key) {
        var code = KEY_CODES.get(key);
        if (code == null) throw new IllegalArgumentException(key);
        var event = ",\"key\":\"" + key + "\",\"code\":\"" + key + "\",\"windowsVirtualKeyCode\":" + code
                + (key.equals("Enter") ? ",\"text\":\"\\r\"}" : "}");
        call("Input.dispatchKeyEvent", "{\"type\":\"keyDown\"" + event);
        call("Input.dispatchKeyEvent", "{\"type\":\"keyUp\"" + event);
    }

    /// Types into what has the focus.
    public void type(String text) {
        call("Input.insertText", "{\"text\":" + quoted(text) + "}");
    }

    /// A press of the mouse in the middle of the first element that the selector finds.
    public void click(String selector) {
        var at = ask("(() => { const box = document.querySelector(" + quoted(selector)
                        + ").getBoundingClientRect(); return `${box.x + box.width / 2} ${box.y + box.height / 2}` })()")
                .split(" ");
        for (var type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    "{\"type\":\"" + type + "\",\"button\":\"left\",\"clickCount\":1,\"x\":" + at[0] + ",\"y\":" + at[1]
                            + "}");
        }
    }

    /// Writes a picture of the whole page.
    public void screenshot(Path file) throws IOException {
        var reply = call("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":true}");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(field(reply, "data")));
    }

    /// Takes what the page had to complain of since the last time: exceptions, errors and warnings on the
    /// console, violations of the content security policy, requests that failed.
    public List<String> complaints() {
        ask("''");
        var taken = List.copyOf(complaints);
        complaints.clear();
        return taken;
    }

    private String call(String method, String parameters) {
        var reply = tools.call(session, method, parameters);
        for (var event : tools.takeEvents()) {
            if (event.startsWith("{\"method\":\"Runtime.exceptionThrown\"")
                    || COMPLAINT.matcher(event).find()) {
                complaints.add(event);
            }
        }
        return reply;
    }

    private static String field(String reply, String name) {
        var matcher = Pattern.compile("\"" + name + "\":\"([^\"\\\\]*)\"").matcher(reply);
        if (!matcher.find()) throw new AssertionError("no " + name + " in " + reply);
        return matcher.group(1);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    @Override
    public void close() throws IOException {
        try {
            tools.call("", "Browser.close", "{}");
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (AssertionError | UncheckedIOException e) {
            // It has ended already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try (var files = Files.walk(profile)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
