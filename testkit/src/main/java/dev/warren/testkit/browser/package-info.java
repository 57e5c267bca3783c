/// A real browser, driven by tests.
@NullMarked
package dev.warren.testkit.browser;

import org.jspecify.annotations.NullMarked;
