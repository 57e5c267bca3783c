/// What can be asked of a running device from outside.
@NullMarked
package dev.warren.verticles.control;

import org.jspecify.annotations.NullMarked;
