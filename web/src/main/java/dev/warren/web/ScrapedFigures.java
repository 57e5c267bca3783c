package dev.warren.web;

import dev.warren.verticles.control.DeviceSnapshot;
import dev.warren.verticles.events.EventSink;
import dev.warren.verticles.loop.LoopProbe;
import java.util.List;

/// What one scrape shows.
///
/// @param version of the program
/// @param uptimeSeconds since its start
/// @param loops what a probe of each event loop found
/// @param sinks of events
/// @param devices with all their peers
record ScrapedFigures(
        String version,
        double uptimeSeconds,
        List<LoopProbe> loops,
        List<EventSink.Counts> sinks,
        List<DeviceSnapshot> devices) {}
