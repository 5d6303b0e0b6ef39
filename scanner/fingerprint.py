"""Stable identities: the same finding keeps its id whatever its wording, order or language."""

from __future__ import annotations

import hashlib
import json


def fingerprint(*parts: str) -> str:
    """The id over those parts: 'efp1:' and 32 hex digits of SHA-256. The prefix names the recipe."""
    compact = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return "efp1:" + hashlib.sha256(compact.encode(errors="surrogatepass")).hexdigest()[:32]
