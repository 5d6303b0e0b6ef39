"""The engine of emsready: collect evidence, judge it, plan the remediation, keep the run."""

__version__ = "0.1.0"
