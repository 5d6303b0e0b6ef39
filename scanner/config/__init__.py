"""emsready.toml: its model, and reading it with errors that name file, line and right value."""

from scanner.config.model import Config
from scanner.config.read import ConfigError, read_config

__all__ = ["Config", "ConfigError", "read_config"]
