/// The events of a router as lines of JSON in a file.
@NullMarked
package dev.warren.verticles.audit;

import org.jspecify.annotations.NullMarked;
