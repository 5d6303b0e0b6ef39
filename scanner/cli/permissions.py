"""List the Microsoft Graph permissions that the chosen checks need, as a table, manifest or link."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_CONFIG, add_selection, selection

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.config.model import Config
    from scanner.sources.graph.declared import Declared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("-c", "--config", metavar="FILE", help=f"default: ./{DEFAULT_CONFIG}")
    add_selection(parser)
    parser.add_argument(
        "--delegated",
        action="store_true",
        help="for the sign-in of a person instead of an application",
    )
    parser.add_argument(
        "--manifest",
        action="store_true",
        help="as requiredResourceAccess, to be put into the manifest of the app registration",
    )
    parser.add_argument(
        "--consent", action="store_true", help="the address at which an administrator consents"
    )
    parser.add_argument(
        "--calls", action="store_true", help="also every address with its properties"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for. Raises ConfigError."""
    from scanner.scan import Parts  # noqa: PLC0415
    from scanner.select import wanted_evidence  # noqa: PLC0415
    from scanner.sources.graph.declared import declared  # noqa: PLC0415

    config = _config(arguments)
    parts = Parts.load()
    checks = selection(arguments).checks(parts.catalogue, config.policy.disabled)
    graph = {kind for one in parts.sources if one.name == "graph" for kind in one.kinds}
    wanted = wanted_evidence(checks, parts.sources) & graph
    calls = declared(sorted(wanted, key=lambda one: one.__name__), checks)
    if arguments.consent:
        print(_consent(config))
    elif arguments.manifest:
        print(json.dumps(manifest(calls, delegated=arguments.delegated), indent=1))
        for name in without_id(calls, delegated=arguments.delegated):
            print(f"emsready: add {name} by hand; its id is not published", file=sys.stderr)
    elif arguments.json:
        print(json.dumps(_plain(calls, arguments), indent=1))
    else:
        _print(calls, arguments)
    return Exit.DONE


def _config(arguments: argparse.Namespace) -> Config:
    """The configuration; none is needed where nobody names one."""
    from scanner.config import read_config  # noqa: PLC0415
    from scanner.config.model import Config  # noqa: PLC0415

    if arguments.config or Path(DEFAULT_CONFIG).is_file():
        return read_config(Path(arguments.config or DEFAULT_CONFIG))
    return Config()


def _consent(config: Config) -> str:
    """The address of admin consent. Raises ConfigError naming the key that it lacks."""
    from scanner.config import ConfigError  # noqa: PLC0415
    from scanner.sources.graph.clouds import endpoints_of  # noqa: PLC0415

    tenant = config.tenant.id or config.tenant.domain
    if not tenant or not config.tenant.auth.client_id:
        raise ConfigError(
            "the consent link names tenant and application: set tenant.domain (or tenant.id) and"
            " tenant.auth.client_id"
        )
    query = urlencode({"client_id": config.tenant.auth.client_id})
    return f"{endpoints_of(config.tenant).login}/{tenant}/adminconsent?{query}"


def manifest(calls: list[Declared], *, delegated: bool) -> dict[str, Any]:
    """The permissions as `requiredResourceAccess` of an application manifest."""
    from scanner.sources.graph.declared import needed  # noqa: PLC0415
    from scanner.sources.graph.permission_ids import GRAPH, id_of  # noqa: PLC0415

    kind = "Scope" if delegated else "Role"
    access = [
        {"id": ident, "type": kind}
        for name in needed(calls, delegated=delegated)
        if (ident := id_of(name, delegated=delegated))
    ]
    return {"requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": access}]}


def without_id(calls: list[Declared], *, delegated: bool) -> list[str]:
    """The permissions that a manifest cannot name."""
    from scanner.sources.graph.declared import needed  # noqa: PLC0415
    from scanner.sources.graph.permission_ids import id_of  # noqa: PLC0415

    return [
        one for one in needed(calls, delegated=delegated) if not id_of(one, delegated=delegated)
    ]


def _plain(calls: list[Declared], arguments: argparse.Namespace) -> dict[str, Any]:
    from scanner.sources.graph.declared import needed  # noqa: PLC0415

    found: dict[str, Any] = {
        "mode": "delegated" if arguments.delegated else "application",
        "permissions": [
            {
                "name": name,
                "calls": [f"/{one.call.version}{one.call.path}" for one in using],
                "checks": sorted({check for one in using for check in one.checks}),
            }
            for name, using in needed(calls, delegated=arguments.delegated).items()
        ],
    }
    if arguments.calls:
        found["calls"] = [_call(one) for one in calls]
    return found


def _call(one: Declared) -> dict[str, Any]:
    call = one.call
    return {
        "method": "GET",
        "version": call.version,
        "path": call.path,
        "select": list(call.select),
        "properties": list(call.properties),
        "query": dict(call.query),
        "permissions": {
            "application": list(one.permissions(delegated=False)),
            "delegated": list(one.permissions(delegated=True)),
        },
        "throttle_class": call.throttle_class,
        "evidence": list(one.evidence),
        "checks": list(one.checks),
    }


def _print(calls: list[Declared], arguments: argparse.Namespace) -> None:
    from scanner.sources.graph.declared import needed, unoffered  # noqa: PLC0415

    found = needed(calls, delegated=arguments.delegated)
    mode = "delegated" if arguments.delegated else "application"
    print(f"{len(found)} Microsoft Graph permissions ({mode}), all of them read-only:\n")
    for name, using in found.items():
        checks = {check for one in using for check in one.checks}
        print(f"  {name:<44} {len(using):>3} calls {len(checks):>4} checks")
    if arguments.calls:
        print()
        for one in calls:
            beta = " (beta)" if one.call.version == "beta" else ""
            print(f"  GET /{one.call.version}{one.call.path}{beta}")
            for name in one.call.select or one.call.properties:
                print(f"        {name}")
    blind = sorted(
        {check for one in unoffered(calls, delegated=arguments.delegated) for check in one.checks}
    )
    if blind:
        print("\nOffered to a signed-in person alone (--delegated), so these see less this way:")
        for check in blind:
            print(f"  {check}")
    print("\n--manifest prints them for the app registration, --consent the link to consent.")
