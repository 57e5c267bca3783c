/// The commands, one class each.
@NullMarked
package dev.warren.app.command;

import org.jspecify.annotations.NullMarked;
