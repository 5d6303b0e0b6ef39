"""The page of all kinds of evidence: what each is, where it comes from, what it needs."""

import importlib
import inspect
import pkgutil

import scanner.evidence
from scanner.evidence.envelope import kinds
from tests.docs.markdown import anchor, code, page, plain, table

OURS = "scanner.evidence."


def evidence_page(checks):
    """The page."""
    for module in pkgutil.iter_modules(scanner.evidence.__path__, OURS):
        importlib.import_module(module.name)
    found = [kind for kind in kinds() if kind.type.__module__.startswith(OURS)]
    rows = [
        [f"[{code(kind.name)}](#{anchor(kind.name)})", kind.source, _form(kind)] for kind in found
    ]
    return page(
        "Evidence",
        "What a run keeps in its folder `evidence/`, a file for each kind. What could not be had "
        "stands there too, with the reason. `once`: one object for the whole run; `by subject`: one "
        "for each domain, host, …; `stream`: one line for each object, however many there are.",
        table(["kind", "source", "form"], rows),
        *(_kind(kind, checks) for kind in found),
    )


def _form(kind):
    return "stream" if kind.stream else "by subject" if kind.per_subject else "once"


def _kind(kind, checks):
    lines = [
        f"## {kind.name}",
        plain(inspect.cleandoc(kind.type.__doc__ or "")),
        f"`{kind.type.__module__}.{kind.type.__name__}`, source `{kind.source}`, {_form(kind)}.",
    ]
    if kind.calls:
        rows = [
            [
                code(f"GET /{call.version}{_path(call.path)}"),
                ", ".join(map(code, call.needs))
                + (" (delegated only)" if call.delegated_only else ""),
            ]
            for call in kind.calls
        ]
        lines.append(table(["Microsoft Graph", "permissions"], rows))
    users = [one.id for one in checks if kind.type in one.types]
    if users and kind.source != "run":  # those are read by nearly all
        links = [f"[{code(one)}](checks/{one.partition('.')[0]}.md#{anchor(one)})" for one in users]
        lines.append(f"Read by {', '.join(links)}.")
    return "\n\n".join(lines)


def _path(path):
    return path if path.startswith("/") else f"/{path}"
