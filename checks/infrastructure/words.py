"""The words of inventories and releases, for sentences and facts."""

from __future__ import annotations

from typing import get_args

from scanner.api import Subject, SubjectKind, Vocabulary, said
from scanner.evidence.inventory import Role

SERVER_ROLES = Vocabulary(get_args(Role))

CERTAINTY = Vocabulary(("verified", "reported by others, not read at the source"))
"""How sure the end of a support is."""

ALL_FORESTS = Subject(SubjectKind.FOREST, said("all forests"))
"""What a finding is about that no single forest can be named for."""
