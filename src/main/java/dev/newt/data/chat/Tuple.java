package dev.newt.data.chat;

import java.util.List;

/** A Python tuple. Elements may be null, which is None. */
record Tuple(List<Object> items) {}
