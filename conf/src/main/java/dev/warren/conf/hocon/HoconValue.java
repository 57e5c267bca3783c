package dev.warren.conf.hocon;

/// A value of a configuration. After [Hocon#read] there are only texts, nulls, lists and objects.
public sealed interface HoconValue permits HoconList, HoconNull, HoconObject, HoconText, Pending {}
