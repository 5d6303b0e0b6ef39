"""The documents of the vendor that several checks refer to."""

from __future__ import annotations

CERTIFICATES = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/"
    "configure-ts-td-certs-ad-fs"
)
DOMAINS = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/"
    "how-to-connect-install-multiple-domains"
)
JOIN = "https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join"
MANAGE = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-management"
RENEW = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-o365-certs"
ROTATE = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/"
    "how-to-connect-emergency-ad-fs-certificate-rotation"
)
SECURE = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/"
    "best-practices-securing-ad-fs"
)
TRUST = "https://learn.microsoft.com/graph/api/resources/internaldomainfederation"
WATCH = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/"
    "how-to-connect-monitor-federation-changes"
)
