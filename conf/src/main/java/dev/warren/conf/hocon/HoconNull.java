package dev.warren.conf.hocon;

/// `null`: the key counts as not given.
public record HoconNull() implements HoconValue {}
