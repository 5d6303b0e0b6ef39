"""One page for each package of checks: everything that a person needs to know of each."""

from collections import defaultdict

from scanner.evidence.envelope import kind_of
from tests.docs.markdown import anchor, cell, code, fence, page, plain, table


def check_pages(checks):
    """{file name: page}, and a list of all."""
    packages = defaultdict(list)
    for one in checks:
        packages[one.package].append(one)
    pages = {f"checks/{name}.md": _package(name, found) for name, found in packages.items()}
    pages["checks/README.md"] = _index(packages)
    return pages


def _index(packages):
    rows = [
        [f"[{name}]({name}.md)", str(len(found)), str(sum(x.severity == "blocker" for x in found))]
        for name, found in sorted(packages.items())
    ]
    total = sum(map(len, packages.values()))
    return page(
        "Checks",
        f"{total} checks in {len(packages)} packages. `emsready checks list` and "
        "`emsready checks show` tell the same, for the checks of other houses too.",
        table(["package", "checks", "of them blockers"], rows),
    )


def _package(name, checks):
    rows = [
        [f"[{code(one.id)}](#{anchor(one.id)})", cell(one.title), str(one.severity)]
        for one in checks
    ]
    return page(
        f"Checks: {name}",
        f"`emsready scan --only {name}` runs these alone.",
        table(["check", "good state", "severity"], rows),
        *(_check(one) for one in checks),
    )


def _check(one):
    lines = [
        f"## {one.id}",
        f"**{plain(one.title)}.**",
        table(
            ["severity", "topic", "owner", "effort", "phase", "clauses"],
            [
                [
                    str(one.severity),
                    str(one.topic),
                    str(one.owner),
                    str(one.effort),
                    str(one.phase),
                    " ".join(one.clause),
                ]
            ],
        ),
        f"*Why.* {plain(one.why)}",
        f"*Fix.* {plain(one.action)}.",
        "\n".join(_step(number, step) for number, step in enumerate(one.fix, 1)),
        f"*Verify.* {plain(one.verify)} `emsready scan --only {one.id}` looks again.",
    ]
    if one.question:
        lines.append(f"*Asked.* {plain(one.question.asked)}")
    lines.append("\n".join(_facts(one)))
    return "\n\n".join(lines)


def _step(number, step):
    lines = [f"{number}. {plain(step.text)}"]
    if step.portal:
        lines.append(f"\n   {plain(step.portal)}")
    if step.command:
        lines.append("\n" + "\n".join(f"   {line}" for line in fence(step.command).splitlines()))
    if step.link:
        lines.append(f"\n   <{step.link}>")
    return "\n".join(lines)


def _facts(one):
    kinds = [kind_of(kind).name for kind in one.types]
    evidence = ", ".join(f"[{code(name)}](../evidence.md#{anchor(name)})" for name in kinds)
    yield f"- Evidence: {evidence}" if kinds else "- Evidence: none"
    if one.permissions:
        yield f"- Permissions: {', '.join(map(code, one.permissions))}"
    if one.blocks:
        yield f"- Blocks: {plain(', '.join(one.blocks))}"
    if one.requires:
        yield f"- Comes after: {', '.join(map(_link, one.requires))}"
    if one.settle_after:
        yield f"- A change shows after: {one.settle_after}"
    if one.aliases:
        yield f"- Earlier ids: {', '.join(map(code, one.aliases))}"
    for link in one.documents:
        yield f"- <{link}>"


def _link(ident):
    package = ident.partition(".")[0]
    return f"[{code(ident)}]({package}.md#{anchor(ident)})"
