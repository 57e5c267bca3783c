/// Events posted to other servers, signed, and again until they are taken.
@NullMarked
package dev.warren.web.webhook;

import org.jspecify.annotations.NullMarked;
