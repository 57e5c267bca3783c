/// What Warren changes on this machine, each step with its undo: routes, rules, privileges. Knows no
/// Vert.x.
@NullMarked
package dev.warren.host;

import org.jspecify.annotations.NullMarked;
