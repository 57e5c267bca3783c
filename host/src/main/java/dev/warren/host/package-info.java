/// Changes that Warren makes on this host, each with its undo: routes, rules, privileges. Without Vert.x.
@NullMarked
package dev.warren.host;

import org.jspecify.annotations.NullMarked;
