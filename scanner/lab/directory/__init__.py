"""The lab's Active Directory: an export with the faults that real ones have."""

from scanner.lab.directory.part import LabDirectory

__all__ = ["LabDirectory"]
