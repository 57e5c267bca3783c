/// Segmentation and coalescing of packets, for the kernel's offloads (TSO, USO, GRO).
@NullMarked
package dev.warren.io.offload;

import org.jspecify.annotations.NullMarked;
