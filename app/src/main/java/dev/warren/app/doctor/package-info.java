/// `warren doctor`: looks at what on this host decides whether an interface works, and says what to do.
@NullMarked
package dev.warren.app.doctor;

import org.jspecify.annotations.NullMarked;
