/// The commands of a fleet, for which the launcher puts lib/fleet on the class path.
@NullMarked
package dev.warren.app.fleet;

import org.jspecify.annotations.NullMarked;
