"""Typed facts, one module per area. Evidence says what was seen, never what it means."""
