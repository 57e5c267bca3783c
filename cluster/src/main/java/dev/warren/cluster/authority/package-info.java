/// The authority of a fleet, which is an ensemble of ZooKeeper: the settings of its servers, and who may
/// do what in its tree.
@NullMarked
package dev.warren.cluster.authority;

import org.jspecify.annotations.NullMarked;
