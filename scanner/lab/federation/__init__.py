"""The lab's federation service: an AD FS look-alike behind a proxy, and what the tenant holds of it."""

from scanner.lab.federation.service import LabFederation
from scanner.lab.federation.tenant import configurations, realm

__all__ = ["LabFederation", "configurations", "realm"]
