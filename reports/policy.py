"""The Content-Security-Policy that a report carries in its own head."""

from __future__ import annotations

import base64
import hashlib


def digest(text: str) -> str:
    """The CSP source expression for an inline element: SHA-256 over exactly the text between tags.

    Browsers hash what the parser made of the file, and the parser turns CRLF into LF, so the text
    must hold LF only (CSP Level 3, section 6.7.3.3).
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(style: str, script: str) -> str:
    """Nothing may load or run but this one style, this one script, and images from data: URIs."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {digest(style)}",
            f"script-src {digest(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
