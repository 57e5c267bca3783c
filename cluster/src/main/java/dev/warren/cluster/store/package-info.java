/// What a fleet keeps in ZooKeeper: members, slots, the directory of peers, timestamps and claims.
@NullMarked
package dev.warren.cluster.store;

import org.jspecify.annotations.NullMarked;
