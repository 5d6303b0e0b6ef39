"""A running lab tenant, and a configuration that signs in to it."""

import pytest

from tests.servers.tenant import config_of, running_tenant


@pytest.fixture
def lab(tmp_path):
    with running_tenant(tmp_path) as lab:
        yield lab


@pytest.fixture
def config(lab, tmp_path):
    return config_of(lab, tmp_path)
