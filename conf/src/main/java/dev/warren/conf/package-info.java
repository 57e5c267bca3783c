/// Configuration: HOCON files ([dev.warren.conf.ConfigLoader]) to records. A record that exists is
/// right.
@NullMarked
package dev.warren.conf;

import org.jspecify.annotations.NullMarked;
