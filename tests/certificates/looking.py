"""Scanning made-up endpoints end to end, and asking what the checks said."""

import json

from tests.scanning import scan_text


def host(name, connect="", role="web", port=443, **more):
    """One [[hosts]] entry."""
    return {"name": name, "role": role, "port": port, "connect": connect, **more}


_DEAD = "127.0.0.1:1"
"""A resolver that does not answer: no test asks the real world for a name."""


def look(
    folder,
    hosts,
    *,
    roots=None,
    private=None,
    connect=None,
    only="certificates",
    extra="",
    dns=_DEAD,
    trust="",
    timeout=5.0,
):
    """Scan those hosts. `roots` and `private` are certificates that count as such."""
    lines = ['[customer]\nname = "Test"', extra]
    settings = [trust]
    for word, made in (("roots_file", roots), ("private_roots_file", private)):
        if made is not None:
            file = folder / f"{word}.pem"
            several = made if isinstance(made, list | tuple) else [made]
            file.write_bytes(b"".join(one.pem(chain=False) for one in several))
            settings.append(f'{word} = "{file}"')
    lines.append("[trust]\n" + "\n".join(settings))
    lines.append('[tenant.endpoints]\nlogin = "https://127.0.0.1:9"\ngraph = "https://127.0.0.1:9"')
    lines.append(f"[network]\ntimeout = {timeout}")
    lines.append(f'[dns]\nexternal = ["{dns}"]\ntimeout = 0.2')
    lines.append("[network.connect]")
    lines += [f'"{key}" = "{value}"' for key, value in (connect or {}).items()]
    for one in hosts:
        lines.append("[[hosts]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in one.items() if value != ""]
    return Said(scan_text("\n".join(lines), folder, only=[only]))


class Said:
    """What a scan said of the endpoints."""

    def __init__(self, result):
        self.result = result

    def of(self, check, name, port=443):
        """(status, reason) of a check about an endpoint."""
        found = [
            one
            for one in self.result.findings
            if one.check == f"certificates.{check}" and one.subject.name in (f"{name}:{port}", name)
        ]
        assert len(found) == 1, [(one.check, one.subject.name) for one in self.result.findings]
        return str(found[0].status), found[0].reason

    def finding(self, check, name, port=443):
        """The finding itself."""
        (found,) = [
            one
            for one in self.result.findings
            if one.check == f"certificates.{check}" and one.subject.name in (f"{name}:{port}", name)
        ]
        return found

    def bad(self, name, port=443):
        """{check: reason} of all that fails or warns about an endpoint."""
        return {
            one.check.partition(".")[2]: one.reason
            for one in self.result.findings
            if one.subject.name == f"{name}:{port}" and one.status in ("fail", "warn", "error")
        }
