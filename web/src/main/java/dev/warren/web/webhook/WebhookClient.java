package dev.warren.web.webhook;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Posts to one URL over one connection. The server's certificate has to be that of the host in the URL, redirections
/// are not followed, and of an answer only the status is read. Belongs to one event loop.
final class WebhookClient {
    private final Context context;
    private final URI url;
    private final boolean tls;
    private final int port;
    private final long timeoutMillis;
    private final HttpClient http;
    private int requests;

    WebhookClient(Vertx vertx, Context context, WebhookOptions options) {
        this.context = context;
        this.url = options.url();
        this.tls = url.getScheme().toLowerCase(Locale.ROOT).equals("https");
        this.port = url.getPort() > 0 ? url.getPort() : tls ? 443 : 80;
        this.timeoutMillis = options.timeout().toMillis();
        var client = new HttpClientOptions()
                .setSsl(tls)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setConnectTimeout((int) timeoutMillis)
                .setMaxHeaderSize(8192);
        if (options.authorities() != null) {
            client.setTrustOptions(new PemTrustOptions().addCertValue(options.authorities()));
        }
        http = vertx.createHttpClient(client, new PoolOptions().setHttp1MaxSize(1));
    }

    /// One attempt, from the name to the answer.
    private static final class Attempt {
        @Nullable
        HttpClientRequest request;

        @Nullable
        WebhookAnswer answer;

        boolean over;
    }

    /// Always succeeds, within the timeout.
    Future<WebhookAnswer> post(Buffer body, String timestamp, String signature) {
        var attempt = new Attempt();
        // Asking for a name blocks; the JDK remembers it for some seconds.
        return context.executeBlocking(() -> InetAddress.getAllByName(url.getHost()), false)
                .compose(addresses -> http.request(request(addresses[requests++ % addresses.length])))
                .compose(request -> {
                    attempt.request = request;
                    if (attempt.over) {
                        request.reset();
                        return Future.failedFuture("timeout");
                    }
                    request.putHeader("Content-Type", "application/json")
                            .putHeader("User-Agent", "warren")
                            .putHeader("Warren-Timestamp", timestamp)
                            .putHeader("Warren-Signature", signature);
                    return request.send(body);
                })
                .compose(response -> {
                    var answer = WebhookAnswer.of(response, Instant.now());
                    attempt.answer = answer;
                    return response.end().map(answer); // then the connection may serve again
                })
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .otherwise(failure -> {
                    attempt.over = true;
                    if (attempt.request != null) attempt.request.reset();
                    return attempt.answer != null ? attempt.answer : new WebhookAnswer.Later(reason(failure), null);
                });
    }

    private RequestOptions request(InetAddress address) {
        var path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery());
    }

    private String reason(Throwable failure) {
        if (failure instanceof TimeoutException) return "no answer within " + timeoutMillis + " ms";
        var inner = failure;
        while (inner.getCause() != null && inner.getCause() != inner) inner = inner.getCause();
        return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
    }

    Future<Void> close() {
        return http.close();
    }
}
