/// Reads HOCON with com.typesafe:config, and knows where its keys are. Knows nothing of what the keys
/// mean.
@NullMarked
package dev.warren.conf.hocon;

import org.jspecify.annotations.NullMarked;
