"""What the service offers to this caller: beta addresses, and calls that only a person may make."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.envelope import GraphCall, Missing
from scanner.text import said
from scanner.words import Reason


@dataclass(frozen=True, slots=True)
class Offer:
    """As whom one asks. `delegated` None: the token does not say."""

    tenant_id: str
    delegated: bool | None
    beta: bool = True

    def refusal(self, call: GraphCall) -> Missing | None:
        """Why a call is not even tried; None where it may be."""
        where = f"GET /{call.version}{call.path}"
        if call.version == "beta" and not self.beta:
            told = said(
                "{where}: it exists in the beta version alone, which tenant.beta switches off",
                where=where,
            )
            return Missing(Reason.UNSUPPORTED, told)
        if call.delegated_only and self.delegated is False:
            told = said(
                "{where}: Microsoft offers it to a signed-in person alone; scan once with"
                " tenant.auth.method = 'device-code'",
                where=where,
            )
            return Missing(Reason.UNSUPPORTED, told, " ".join(call.delegated))
        return None
