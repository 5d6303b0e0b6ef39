"""Options that several commands share, and what they make of the configuration."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the model costs start-up time that --help must not pay
    from scanner.config.model import Config
    from scanner.progress import Progress
    from scanner.result import RunResult
    from scanner.select import Selection

DEFAULT_CONFIG = "emsready.toml"
DEFAULT_OUT = "emsready-runs"


def add_config(parser: argparse.ArgumentParser) -> None:
    """-c, and the options that describe an environment without a file."""
    parser.add_argument(
        "domain", nargs="?", help="assess this domain from outside, without any configuration file"
    )
    parser.add_argument("-c", "--config", metavar="FILE", help=f"default: ./{DEFAULT_CONFIG}")
    parser.add_argument(
        "--resolver",
        action="append",
        metavar="ADDRESS[:PORT]",
        help="ask this DNS resolver instead",
    )
    parser.add_argument(
        "--connect",
        action="append",
        metavar="HOST:PORT=ADDRESS:PORT",
        help="connect there instead of what DNS says; may be repeated",
    )
    parser.add_argument(
        "--roots-file", metavar="FILE", help="PEM file of roots that count as public"
    )
    parser.add_argument("--vantage", metavar="NAME", help="where this host stands, for the report")


def add_selection(parser: argparse.ArgumentParser) -> None:
    """--only, --exclude, --target."""
    words = "check ids, packages or topics, separated by commas"
    parser.add_argument("--only", metavar="WORDS", help=words)
    parser.add_argument("--exclude", metavar="WORDS", help=words)
    parser.add_argument("--target", metavar="NAMES", help="only these domains, hosts or endpoints")


def add_output(parser: argparse.ArgumentParser) -> None:
    """-o, --format, --lang, --fail-on, -q."""
    from scanner.cli.exits import FAIL_ON  # noqa: PLC0415

    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument("--format", metavar="LIST", help="report formats, such as html,json")
    parser.add_argument("--lang", metavar="LANGUAGE", help="language of the report: en or zh-CN")
    parser.add_argument(
        "--fail-on", metavar="LIST", default="none", help=f"gate, any of: {', '.join(FAIL_ON)}"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def add_unattended(parser: argparse.ArgumentParser) -> None:
    """--unattended, --baseline."""
    parser.add_argument(
        "--unattended",
        action="store_true",
        help="never ask, show no progress, and end with one line of JSON",
    )
    parser.add_argument(
        "--baseline", metavar="RUN", help="compare with this run (a folder or result.json)"
    )


def baseline(arguments: argparse.Namespace) -> RunResult | None:
    """The run that --baseline names. Raises StoreError where there is none."""
    from scanner.store import StoreError, read_result  # noqa: PLC0415

    if not arguments.baseline:
        return None
    path = Path(arguments.baseline)
    found = read_result(path.parent if path.name == "result.json" else path)
    if found is None:
        raise StoreError(f"--baseline {path}: there is no result.json")
    return found


def words(value: str | None) -> tuple[str, ...]:
    """A comma list as words."""
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def selection(arguments: argparse.Namespace) -> Selection:
    """What --only, --exclude and --target ask for."""
    from scanner.select import Selection  # noqa: PLC0415

    return Selection(words(arguments.only), words(arguments.exclude), words(arguments.target))


def gate(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The words of --fail-on. Raises ConfigError for one that means nothing."""
    from scanner.cli.exits import FAIL_ON  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415

    chosen = words(arguments.fail_on)
    for word in chosen:
        if word not in FAIL_ON:
            raise ConfigError(f"--fail-on {word}: right are {', '.join(FAIL_ON)}")
    return chosen


def progress(arguments: argparse.Namespace) -> Progress:
    """Progress on stderr, unless it was asked not to."""
    from scanner.progress import Lines, Silent  # noqa: PLC0415

    silent = arguments.quiet or getattr(arguments, "unattended", False)
    return Silent() if silent else Lines(sys.stderr)


def config_of(arguments: argparse.Namespace) -> Config:
    """The configuration that the arguments name, with what they override.

    Raises ConfigError when there is neither a file nor a domain.
    """
    from dataclasses import replace  # noqa: PLC0415

    from scanner.config import Config, ConfigError, read_config  # noqa: PLC0415
    from scanner.config.model import Customer, Domains  # noqa: PLC0415
    from scanner.config.sense import nonsense  # noqa: PLC0415

    if arguments.domain and not arguments.config:
        config = Config(
            customer=Customer(name=arguments.domain), domains=Domains(names=(arguments.domain,))
        )
    elif arguments.config or Path(DEFAULT_CONFIG).is_file():
        config = read_config(Path(arguments.config or DEFAULT_CONFIG))
        if arguments.domain:
            raise ConfigError("give either a domain or -c FILE, not both")
    else:
        raise ConfigError(
            f"there is no ./{DEFAULT_CONFIG}; `emsready init` writes one, -c FILE names another, and "
            "`emsready scan contoso.com` assesses a domain from outside without any"
        )
    network = replace(
        config.network,
        connect={**config.network.connect, **_redirections(arguments.connect or [])},
        vantage=arguments.vantage or config.network.vantage,
    )
    dns = replace(config.dns, external=tuple(arguments.resolver or config.dns.external))
    roots = str(Path(arguments.roots_file).absolute()) if arguments.roots_file else ""
    trust = replace(config.trust, roots_file=roots or config.trust.roots_file)
    config = replace(config, network=network, dns=dns, trust=trust)
    for path, problem in nonsense(config):
        key = ".".join(map(str, path))
        option = next((word for part, word in _OPTIONS.items() if key.startswith(part)), key)
        raise ConfigError(f"{option}: {problem}")
    return config


_OPTIONS = {"dns.external": "--resolver", "domains.names": "the domain"}
"""What a mistake is called where it came from the command line."""


def _redirections(given: list[str]) -> dict[str, str]:
    from scanner.config.read import ConfigError  # noqa: PLC0415

    pairs = {}
    for one in given:
        name, equals, address = one.partition("=")
        if not equals or ":" not in name or ":" not in address:
            raise ConfigError(f"--connect {one}: expected HOST:PORT=ADDRESS:PORT")
        pairs[name] = address
    return pairs
