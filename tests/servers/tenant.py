"""The lab's tenant for tests: running on loopback, and a configuration that leads to it."""

import contextlib
from dataclasses import replace

from scanner.config.model import Config, Tenant, TenantAuth, TenantEndpoints, Trust
from scanner.deadline import Deadline
from scanner.lab.authority import Authority
from scanner.lab.organisation import Organisation
from scanner.lab.tenant import LabTenant
from scanner.sources.graph.source import GraphSource
from tests.sources.gathering import Gathering


@contextlib.contextmanager
def running_tenant(folder, *, healthy=False):
    """The tenant, and beside its files the roots that it is to be trusted by."""
    authority = Authority()
    (folder / "roots.pem").write_bytes(authority.root_pem())
    with LabTenant(Organisation(healthy=healthy), authority, folder) as lab:
        yield lab


def config_of(lab, folder, method="certificate", **tenant):
    """A configuration that signs in to that tenant."""
    auth = TenantAuth(
        method=method,
        client_id=lab.organisation.client_id,
        certificate_file=str(folder / "scan.pem"),
        secret_env="LAB_SECRET",
    )
    return Config(
        tenant=replace(
            Tenant(
                domain=lab.organisation.domain,
                endpoints=TenantEndpoints(lab.base, lab.base),
                auth=auth,
                timeout=5.0,
            ),
            **tenant,
        ),
        trust=Trust(ca_file=str(folder / "roots.pem")),
        path=folder / "emsready.toml",
    )


def collected(config, *kinds, seconds=20):
    """What the source gathers of those kinds, with back-offs too short to notice."""
    source = GraphSource()
    source.back_off = 0.01
    gather = Gathering(config, frozenset(kinds or source.kinds), Deadline.after(seconds))
    source.collect(gather)
    return gather
