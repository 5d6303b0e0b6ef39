"""The answers file: what only people know, kept beside the configuration."""
