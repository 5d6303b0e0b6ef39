"""The remediation plan: a pure function of findings, catalogue and policy. Same input, same bytes."""

from scanner.plan.build import build_plan
from scanner.plan.summary import summarise

__all__ = ["build_plan", "summarise"]
