/// What the actors of a device count: the catalogue of all counters, and the tables they are kept in.
@NullMarked
package dev.warren.verticles.counters;

import org.jspecify.annotations.NullMarked;
