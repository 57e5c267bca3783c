@NullMarked
package dev.warren.conf;

import org.jspecify.annotations.NullMarked;
