@NullMarked
package dev.warren.io.offload;

import org.jspecify.annotations.NullMarked;
