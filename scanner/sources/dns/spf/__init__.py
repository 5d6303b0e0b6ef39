"""SPF by RFC 7208: reading records, evaluating them for a sender, and laying their tree open."""

from scanner.sources.dns.spf.evaluate import Evaluation, evaluate
from scanner.sources.dns.spf.macros import Message
from scanner.sources.dns.spf.record import SpfRecord, SpfSyntaxError, is_spf, parse_record
from scanner.sources.dns.spf.tree import analyse

__all__ = [
    "Evaluation",
    "Message",
    "SpfRecord",
    "SpfSyntaxError",
    "analyse",
    "evaluate",
    "is_spf",
    "parse_record",
]
