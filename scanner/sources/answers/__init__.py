"""The answers file: what only people know, kept beside the configuration."""

from scanner.sources.answers.source import AnswersSource

__all__ = ["AnswersSource"]
