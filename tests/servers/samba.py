"""A real Active Directory domain controller (Samba) on a loopback address of its own."""

import base64
import contextlib
import os
import random
import subprocess
import time

import pytest

from tests.servers.parts import need, running

REALM = "CORP.CONTOSO.TEST"
ROOT = "DC=corp,DC=contoso,DC=test"
PASSWORD = "Passw0rd-for-tests"


@contextlib.contextmanager
def domain_controller(folder):
    """A fresh forest. Yields the address that it answers on: ports 389, 636, 3268 and 88."""
    if os.geteuid() != 0:
        pytest.skip("a domain controller needs the low ports, and those need root")
    tool, program = need("samba-tool"), need("samba")
    address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.53"
    home = folder / "samba"
    command = [
        tool, "domain", "provision", f"--realm={REALM}", "--domain=CORP", "--server-role=dc",
        "--dns-backend=NONE", f"--adminpass={PASSWORD}", f"--targetdir={home}", "--host-name=dc1",
        f"--host-ip={address}", f"--option=interfaces={address}/8",
        "--option=bind interfaces only=yes",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    config = home / "etc" / "smb.conf"
    for name in ("run", "ncalrpc"):
        (folder / name).mkdir()
    settings = (
        "[global]\n\tserver services = ldap, kdc, rpc\n\tprefork children = 1\n"
        f"\tpid directory = {folder}/run\n\tncalrpc dir = {folder}/ncalrpc\n"
        f"\tlog file = {folder}/log.%m\n"
    )
    config.write_text(config.read_text().replace("[global]\n", settings, 1))
    with running([program, "-F", "--no-process-group", "-M", "prefork", "-s", config]):
        _wait(address)
        yield address


def _wait(address):
    """Until an anonymous look at the rootDSE is answered."""
    search = need("ldapsearch")
    command = [search, "-x", "-H", f"ldap://{address}", "-s", "base", "-b", "", "dnsHostName"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if b"dnsHostName" in subprocess.run(command, capture_output=True, check=False).stdout:
            return
        time.sleep(0.2)
    raise AssertionError("the domain controller does not answer")


def add(address, text):
    """Add entries (LDIF) as the administrator, over Samba's own tool on the running database."""
    command = [
        need("ldapadd"), "-H", f"ldap://{address}", "-ZZ", "-D", f"Administrator@{REALM}",
        "-w", PASSWORD,
    ]  # fmt: skip
    subprocess.run(
        command,
        input=text.encode(),
        check=True,
        capture_output=True,
        env={**os.environ, "LDAPTLS_REQCERT": "never"},
    )


def search(address, dn, *names):
    """The values of an entry as LDIF, as the administrator sees them."""
    command = [
        need("ldapsearch"), "-LLL", "-o", "ldif-wrap=no", "-H", f"ldap://{address}", "-ZZ",
        "-D", f"Administrator@{REALM}", "-w", PASSWORD, "-s", "base", "-b", dn, *names,
    ]  # fmt: skip
    found = subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, "LDAPTLS_REQCERT": "never"}
    )
    return found.stdout.decode()


def password(address, dn):
    """Give an account the password of the tests, and enable it."""
    secret = base64.b64encode(f'"{PASSWORD}"'.encode("utf-16-le")).decode()
    change = (
        f"dn: {dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {secret}\n-\n"
        "replace: userAccountControl\nuserAccountControl: 512\n\n"
    )
    add(address, change)


def ticket(address, folder):
    """A ticket of the administrator; the variables by which programs find it."""
    config = folder / "krb5.conf"
    config.write_text(
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n rdns = false\n"
        f" dns_canonicalize_hostname = false\n[realms]\n {REALM} = {{\n  kdc = {address}\n }}\n"
        f"[domain_realm]\n .{REALM.lower()} = {REALM}\n"
    )
    variables = {"KRB5_CONFIG": str(config), "KRB5CCNAME": f"FILE:{folder}/tickets"}
    subprocess.run(
        [need("kinit"), f"Administrator@{REALM}"],
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
        env={**os.environ, **variables},
    )
    return variables
