/// HTTP for those who look at a router: Prometheus, health, status and events. It can change nothing.
@NullMarked
package dev.warren.web;

import org.jspecify.annotations.NullMarked;
