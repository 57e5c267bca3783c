/// Reads HOCON with com.typesafe:config, and records the places of its keys. Independent of their meaning.
@NullMarked
package dev.warren.conf.hocon;

import org.jspecify.annotations.NullMarked;
