/// A fleet of relay nodes: who is a member, which peers there are, and which node serves each.
@NullMarked
package dev.warren.cluster;

import org.jspecify.annotations.NullMarked;
