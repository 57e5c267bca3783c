@NullMarked
package dev.warren.bench.storm;

import org.jspecify.annotations.NullMarked;
