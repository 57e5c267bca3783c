/// The figures of a router as JSON on the event bus: published while there is a consumer, and on request.
@NullMarked
package dev.warren.verticles.metrics;

import org.jspecify.annotations.NullMarked;
