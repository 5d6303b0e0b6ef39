"""Jinja templates of the report formats; this package holds data only."""
