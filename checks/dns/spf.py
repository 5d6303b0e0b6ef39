"""SPF: one valid record that names the cloud's senders and stays below the limit of lookups."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import asked, observed, publish, undetermined, uses_mail
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Severity,
    Step,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.dns_clouds import CLOUDS, foreign_cloud
from scanner.evidence.dns_mail import SpfFacts, SpfNode

_RFC = "https://www.rfc-editor.org/rfc/rfc7208"
_PAGE = "https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure"
_LIMIT, _ROOM, _VOIDS = 10, 8, 2
_LONG = 450


@check(
    id="dns.spf-valid",
    title="One valid SPF record includes the senders of the mail service",
    action="Publish one valid SPF record",
    why="Receivers check with this record whether a server may send mail for the domain. A second"
    " record, a mistake anywhere in the tree or a missing sender makes real mail look forged, and a"
    " record that allows everybody makes forged mail look real.",
    fix=[
        step("List all servers and services that send mail for the domain."),
        step("Publish exactly one record that names them and ends in -all."),
    ],
    verify="Exactly one SPF record answers for the domain, a test message shows spf=pass, and an"
    " address that nobody listed gets fail or softfail.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G9", "G11", "E2"],
    blocks=["trust in outbound mail"],
    documents=[_RFC, _PAGE],
    settle_after="1 h",
)
def spf_valid(facts: SpfFacts, header: Header) -> Iterator[Finding]:
    """Judge the record of one domain and everything that it includes."""
    about, text = facts.about, facts.of(facts.domain, "TXT")
    if about.parked:
        yield not_applicable(
            "parked", about.subject, "The domain is parked; dns.parked-protected judges it."
        )
        return
    mail = bool(uses_mail(facts))
    cloud = CLOUDS[header.cloud].spf
    finding = (
        _no_single_record(facts)
        or _broken(facts)
        or _open_to_all(facts)
        or _without_cloud(facts, header, mail=mail)
        or _unread(facts)
        or _weak(facts)
        or _good(facts)
    )
    wanted = f"v=spf1 include:{cloud} -all" if mail else "v=spf1 … -all"
    finding = finding.showing(
        expected=said('TXT "{wanted}", with the other senders of the domain', wanted=wanted),
        observed=" | ".join(facts.records)[:500] or observed(text),
        asked=asked(text),
    )
    if finding.reason == "absent":
        finding = finding.fixed_by(
            publish(
                about.domain, "TXT", f'"v=spf1 include:{cloud} -all"' if mail else '"v=spf1 -all"'
            )
        )
    yield finding


def _no_single_record(facts: SpfFacts) -> Finding | None:
    text = facts.of(facts.domain, "TXT")
    if not text.known:
        return undetermined(facts.about.subject, text)
    if not facts.records:
        near = next((one for one in text.values if _means_spf(one)), "")
        if near:
            return failed(
                "misspelt",
                facts.about.subject,
                "A text means to be the SPF record and does not begin with v=spf1 and a space: {text}",
                text=near[:120],
            )
        return failed("absent", facts.about.subject, "There is no SPF record.")
    if len(facts.records) > 1:
        return failed(
            "multiple",
            facts.about.subject,
            "There are {count} SPF records, so receivers use none of them.",
            count=len(facts.records),
        )
    return None


def _means_spf(text: str) -> bool:
    bare = text.casefold().lstrip("\"'\u201c\u201d \t")
    return bare.startswith(("v=spf", "spf1", "spf2.0/", "v =spf1", "v= spf1"))


_BROKEN = {
    "none": "Below {via}, {domain} holds no SPF record, which breaks the whole check.",
    "multiple": "{domain} holds several SPF records, which breaks the whole check.",
    "syntax": "The SPF record of {domain} breaks the grammar: {detail}",
    "unknown-term": "The SPF record of {domain} breaks the grammar: {detail}",
    "empty-domain": "The SPF record of {domain} lacks a domain: {detail}",
    "loop": "The SPF record leads back to itself by way of {via}.",
}


def _broken(facts: SpfFacts) -> Finding | None:
    subject = facts.about.subject
    if facts.problems:
        node: SpfNode = facts.problems[0]
        reason = "include-none" if node.problem == "none" else node.problem
        return failed(
            reason,
            subject,
            _BROKEN[node.problem],
            domain=node.domain,
            via=node.via,
            detail=node.detail,
        )
    if facts.lookups > _LIMIT:
        return failed(
            "lookup-limit",
            subject,
            "The record can cost {count} DNS lookups; receivers stop at 10 with an error.",
            count=facts.lookups,
        )
    if len(facts.voids) > _VOIDS:
        return failed(
            "void-limit",
            subject,
            "The record asks for {count} names that hold nothing; receivers stop after 2: {names}.",
            count=len(facts.voids),
            names=list(facts.voids),
        )
    return None


def _open_to_all(facts: SpfFacts) -> Finding | None:
    trial = next(
        (one for one in facts.trials if one.result == "pass" and "unlisted" in one.what), None
    )
    if facts.terminal == "+all" or trial is not None:
        term = trial.matched if trial else "+all"
        return failed(
            "open-to-all",
            facts.about.subject,
            "The record lets every host in the world send mail for the domain, by {term}.",
            term=term,
        )
    return None


def _without_cloud(facts: SpfFacts, header: Header, *, mail: bool) -> Finding | None:
    wanted = CLOUDS[header.cloud].spf
    if not mail or wanted in facts.includes:
        return None
    others = [one for one in facts.includes if foreign_cloud(one, header.cloud)]
    if others:
        return failed(
            "other-cloud",
            facts.about.subject,
            "The record includes {target} of the cloud {cloud}, and not {wanted}.",
            target=others[0],
            cloud=foreign_cloud(others[0], header.cloud),
            wanted=wanted,
        )
    if facts.unread is not None:
        return undetermined(facts.about.subject, facts.unread)
    return failed(
        "cloud-missing",
        facts.about.subject,
        "The record does not include {wanted}, the senders of the mail service.",
        wanted=wanted,
    )


def _unread(facts: SpfFacts) -> Finding | None:
    return undetermined(facts.about.subject, facts.unread) if facts.unread else None


def _weak(facts: SpfFacts) -> Finding | None:
    subject, record = facts.about.subject, facts.records[0]
    if facts.terminal == "?all":
        return warned("neutral", subject, "The record ends in ?all, which says nothing.")
    if not facts.terminal:
        return warned("no-end", subject, "The record ends without all or redirect.")
    if facts.ptr:
        return warned("ptr-used", subject, "The record uses ptr, which receivers may ignore.")
    if facts.duplicates:
        return warned(
            "include-twice",
            subject,
            "The record names the same include twice: {terms}.",
            terms=list(facts.duplicates),
        )
    if any("v=spf1" in one.casefold() for one in facts.of(facts.domain, "SPF").values):
        return warned(
            "type-99", subject, "A record of the retired type SPF (99) is published as well."
        )
    if len(record.encode()) > _LONG:
        return warned(
            "long-record",
            subject,
            "The record is {size} octets long, which does not fit a plain DNS reply.",
            size=len(record.encode()),
        )
    return None


def _good(facts: SpfFacts) -> Finding:
    if facts.terminal == "~all":
        return passed(
            "soft-end",
            facts.about.subject,
            "The record is valid and ends in ~all; Microsoft asks for -all, and beside DMARC both do.",
        )
    return passed(
        "valid", facts.about.subject, "The record is valid and ends in {end}.", end=facts.terminal
    )


@check(
    id="dns.spf-lookup-limit",
    title="SPF stays well below the limit of ten lookups",
    action="Bring the SPF record below ten lookups",
    why="Receivers stop after ten DNS lookups with an error. As they also stop at the first match,"
    " the record works for senders at its beginning and fails for those at its end: mail is lost at"
    " random from the user's point of view.",
    fix=[
        step("Remove senders that are not in use any more."),
        step("Give bulk senders a subdomain of their own with a record of its own."),
        step("Replace includes by addresses only where a program keeps them up to date."),
    ],
    verify="The count that a re-run shows is 8 or less.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G9", "G11"],
    blocks=["outbound mail of senders late in the record"],
    documents=[f"{_RFC}#section-4.6.4", _PAGE],
    settle_after="1 h",
)
def spf_lookup_limit(facts: SpfFacts) -> Iterator[Finding]:
    """Judge what the record of one domain can cost."""
    subject, text = facts.about.subject, facts.of(facts.domain, "TXT")
    if not text.known:
        yield undetermined(subject, text)
    elif len(facts.records) != 1:
        yield not_applicable(
            "no-single-record", subject, "There is not exactly one record; dns.spf-valid says more."
        )
    else:
        yield _cost(facts).showing(
            expected=said("8 lookups or less"),
            observed=said(
                "{lookups} lookups, {count} of names that hold nothing",
                lookups=facts.lookups,
                count=len(facts.voids),
            ),
            branches=[f"{one.term}: {one.lookups}" for one in facts.branches],
        )


def _cost(facts: SpfFacts) -> Finding:
    subject, count = facts.about.subject, facts.lookups
    broken = next((one for one in facts.problems if one.problem not in ("none", "loop")), None)
    if any(one.problem == "loop" for one in facts.problems):
        return failed("loop", subject, "The record leads back to itself, so it never ends.")
    if broken is not None:
        return failed(
            "uncountable",
            subject,
            "The record of {domain} is broken, so the lookups cannot be counted.",
            domain=broken.domain,
        )
    if count > _LIMIT:
        table = Affected(("term", "lookups"))
        for one in facts.branches:
            table.add(one.term, str(one.lookups))
        return (
            failed("above-limit", subject, "The record can cost {count} lookups.", count=count)
            .affecting(table)
            .fixed_by(_dearest(facts))
        )
    if len(facts.voids) > _VOIDS:
        return failed(
            "voids-above-limit",
            subject,
            "The record asks for {count} names that hold nothing; two are allowed: {names}.",
            count=len(facts.voids),
            names=list(facts.voids),
        )
    if facts.unread is not None:
        return undetermined(subject, facts.unread)
    if count > _ROOM:
        return (
            warned(
                "near-limit",
                subject,
                "The record can cost {count} lookups, which leaves no room for another sender.",
                count=count,
            )
            .at(Severity.LOW)
            .fixed_by(_dearest(facts))
        )
    return passed("below-limit", subject, "The record can cost {count} lookups.", count=count)


def _dearest(facts: SpfFacts) -> Step:
    ranked = sorted(facts.branches, key=lambda one: -one.lookups)
    told = [f"{one.term} ({one.lookups})" for one in ranked[:5]]
    return step("Begin with the dearest terms: {terms}.", terms=told)
