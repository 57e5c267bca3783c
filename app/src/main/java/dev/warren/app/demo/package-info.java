/// `warren demo`: two routers and what goes through the tunnel between them.
@NullMarked
package dev.warren.app.demo;

import org.jspecify.annotations.NullMarked;
