/// Configuration: HOCON files ([dev.warren.conf.ConfigLoader]) to records. A record that exists is valid.
@NullMarked
package dev.warren.conf;

import org.jspecify.annotations.NullMarked;
