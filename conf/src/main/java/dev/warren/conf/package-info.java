/// Text to records: HOCON files ([dev.warren.conf.ConfigLoader]) and the text protocol of `wg`
/// ([dev.warren.conf.uapi.UapiParser], [dev.warren.conf.uapi.UapiWriter]). Parse, don't validate: a record that exists is right.
@NullMarked
package dev.warren.conf;

import org.jspecify.annotations.NullMarked;
