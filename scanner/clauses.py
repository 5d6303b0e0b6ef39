"""The customer's responsibilities while onboarding to Enterprise Mobility + Security.

Each clause in our own words, with a permanent id that checks name as the `clause` they serve:
G general, then the phases I initiate, A assess, R remediate, E enable. Who can see a clause stands
beside it; a test proves that whatever is said to be seen by a check or a question really is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SeenBy(StrEnum):
    """Who can say whether a clause is met."""

    ANSWER = "answer"
    PROBES = "probes"
    PRODUCT = "product"


_ASKED = (SeenBy.ANSWER,)
_PROBED = (SeenBy.PROBES,)
_BOTH = (SeenBy.PROBES, SeenBy.ANSWER)
_SERVED = (SeenBy.PRODUCT,)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what the customer does, and who can see whether it is done.

    `served` says how the scan and its documents themselves serve the clause, where they do.
    """

    id: str
    text: str
    seen_by: tuple[SeenBy, ...]
    served: str = ""


CLAUSES: tuple[Clause, ...] = (
    Clause("G1", "Extends and integrates the tenant beyond the listed options", _ASKED),
    Clause("G2", "Plans and manages the project and its people", _ASKED),
    Clause("G3", "Informs, trains and accompanies end users", _ASKED),
    Clause("G4", "Documents for and trains the support staff", _ASKED),
    Clause(
        "G5",
        "Writes its own reports, presentations and minutes",
        _SERVED,
        "the report, its tables and the agenda",
    ),
    Clause("G6", "Writes its own architecture and technical documents", _ASKED),
    Clause("G7", "Designs, buys, installs and configures hardware and network", _BOTH),
    Clause("G8", "Buys, installs and configures software", _BOTH),
    Clause("G9", "Runs security policies beyond the baseline of the services", _PROBED),
    Clause("G10", "Enrols users beyond the test accounts", _BOTH),
    Clause("G11", "Configures, measures, tests and monitors the network", _PROBED),
    Clause("G12", "Approves technical changes", _ASKED),
    Clause("G13", "Adapts its operating model and guides", _ASKED),
    Clause("G14", "Sets up on-premises multi-factor authentication", _BOTH),
    Clause("G15", "Retires source environments and services", _BOTH),
    Clause("G16", "Builds and keeps a test environment", _BOTH),
    Clause("G17", "Installs service packs and updates on its servers", _BOTH),
    Clause("G18", "Provides the public TLS certificates", _PROBED),
    Clause("G19", "Brings Configuration Manager to the version that integrates with Intune", _BOTH),
    Clause("G20", "Provides certificate authority, Wi-Fi and VPN for profiles", _BOTH),
    Clause("G21", "Writes the terms of use for the company portal", _PROBED),
    Clause("I1", "Begins the onboarding of eligible services", _PROBED),
    Clause(
        "I2",
        "Leads its side of the kickoff and confirms the dates",
        (SeenBy.ANSWER, SeenBy.PRODUCT),
        "the due dates of the plan",
    ),
    Clause("A1", "Names the people for the assessment", _ASKED),
    Clause("A2", "Runs the assessment tools", _SERVED, "this scan"),
    Clause(
        "A3", "Helps to make the remediation list and the plan", _SERVED, "the remediation list"
    ),
    Clause("A4", "Outlines how users will be provisioned", _BOTH),
    Clause("A5", "Plans the configuration of the services", _BOTH),
    Clause("A6", "Plans support for the migration", _ASKED),
    Clause("R1", "Carries out the remediation", _SERVED, "the plan and its verification"),
    Clause("R2", "Attends checkpoint meetings", _SERVED, "the agenda"),
    Clause("E1", "Runs the assessment tools again", _SERVED, "the comparison with the run before"),
    Clause("E2", "Configures the network", _PROBED),
    Clause("E3", "Prepares directories and synchronisation", _PROBED),
    Clause("E4", "Configures security infrastructure such as firewall ports", _PROBED),
    Clause("E5", "Sets up the clients", _BOTH),
    Clause("E6", "Sets up the users", _PROBED),
    Clause("E7", "Enables the services", _PROBED),
)
"""All clauses, in the order of the page they come from."""


def clause_named(ident: str) -> Clause | None:
    """The clause with that id, or None."""
    return next((one for one in CLAUSES if one.id == ident), None)
