/// Certificates of a fleet: its two CAs, and what its nodes and operators show each other.
@NullMarked
package dev.warren.cluster.pki;

import org.jspecify.annotations.NullMarked;
