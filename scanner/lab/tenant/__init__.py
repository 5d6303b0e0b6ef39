"""The lab's tenant: sign-in and Microsoft Graph over HTTPS on loopback."""

from scanner.lab.tenant.faults import Faults
from scanner.lab.tenant.server import LabTenant

__all__ = ["Faults", "LabTenant"]
