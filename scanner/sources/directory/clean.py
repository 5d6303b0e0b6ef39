"""Values that pass their whole chain at first sight: most of a directory, and a fraction of the work.

A no says nothing; the chain then decides, and a test holds that the two never disagree.
"""

from __future__ import annotations

import re

from scanner.sources.directory.address import AddressRule, is_local
from scanner.sources.directory.chains import (
    ADDRESS_LIMIT,
    LOGIN_DOMAIN_LIMIT,
    LOGIN_NAME_LIMIT,
    USER_SAM_LIMIT,
)

_TYPES = ("SMTP:", "smtp:")
_is_login_local = re.compile(r"[A-Za-z0-9'_!#^~-]+(?:\.[A-Za-z0-9'_!#^~-]+)*").fullmatch
_is_sam = re.compile(r"""[^"\\|,/\[\]:<>+=;?*']*""").fullmatch


class Clean:
    """Remembers the last good address: the sign-in name of a user mostly is its address too."""

    def __init__(self, rule: AddressRule) -> None:
        self._rule = rule
        self._address: str | None = None
        self._local: str | None = None

    def login(self, value: str) -> bool:
        """Whether that sign-in name is good."""
        local, _, domain = value.rpartition("@")
        good = (
            self._rule.good_domain(domain)
            and len(local) <= LOGIN_NAME_LIMIT
            and len(domain) <= LOGIN_DOMAIN_LIMIT
            and _is_login_local(local) is not None
        )
        if good:  # what may stand in a sign-in name may stand in any address
            self._address, self._local = value, local
        return good

    def smtp(self, value: str) -> bool:
        """Whether that is a good address of type SMTP."""
        if value[:5] not in _TYPES or len(value) > ADDRESS_LIMIT:
            return False
        address = value[5:]
        if address == self._address:
            return True
        local, _, domain = address.rpartition("@")
        return self._rule.good_domain(domain) and (
            local == self._local or is_local(local) is not None
        )


def is_clean_sam(value: str) -> bool:
    """Whether that sAMAccountName is good, even by the tightest limit."""
    return len(value) <= USER_SAM_LIMIT and (value.isalnum() or _is_sam(value) is not None)
