"""Who the sample organisation is. Every part of the lab tells the same story from these facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Organisation:
    """The sample organisation in one of its two variants: troubled, or repaired (`healthy`)."""

    healthy: bool = False
    name: str = "Contoso Sample Organisation"
    tenant_id: str = "5f3c1d2e-7a41-4a55-9c0d-2f6b8e1a9d37"
    initial_domain: str = "contososample.onmicrosoft.com"
    domain: str = "contoso.com"  # verified, federated, default
    second_domain: str = "fabrikam.com"  # a UPN suffix in use; not verified in the troubled variant
    forest: str = "corp.contoso.local"
    federation_host: str = "sts.contoso.com"
    client_id: str = "0b8e5c9a-41d2-4f0e-8f53-6c2d7e9b1a44"
    client_secret: str = "lab-secret-not-a-real-one"  # noqa: S105 - opens nothing but the lab
    directory_objects: int = 2000
