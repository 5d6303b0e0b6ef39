"""Mail in transit: MTA-STS and TLS reports; and domains that have no mail at all."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import asked, observed, publish, quoted, undetermined
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
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
from scanner.evidence.dns import Lookup
from scanner.evidence.dns_domain import ApexRecords, DomainLookups
from scanner.evidence.dns_mail import DmarcFacts, MtaStsFacts, SpfFacts, StsPolicy, TlsRptFacts

_DAY = 86400
_NULL_MX = (".",)


def _without_mail(facts: DomainLookups) -> Finding | None:
    """Why a policy for inbound mail does not matter; None where mail comes in."""
    subject, exchange = facts.about.subject, facts.of(facts.domain, "MX")
    if facts.about.parked:
        return not_applicable("parked", subject, "The domain is parked and takes no mail.")
    if exchange.absent or exchange.values == _NULL_MX:
        return not_applicable("no-mx", subject, "The domain takes no mail.")
    return None if exchange.known else undetermined(subject, exchange)


@check(
    id="dns.mta-sts",
    title="MTA-STS record and policy agree and cover the mail hosts",
    action="Bring MTA-STS record, policy and mail hosts into line",
    why="Senders that know a policy in mode enforce refuse to deliver to a mail host that it does not"
    " list. A move of the MX record with an old policy then stops inbound mail, most of all a move to"
    " a host below mx.microsoft, which the pattern for the older hosts does not cover.",
    fix=[
        step(
            "Extend the policy by the new mail hosts. A pattern such as *.example.net stands for"
            " exactly one label."
        ),
        step("Change the id in the TXT record, and wait for the old max_age before moving the MX."),
    ],
    verify="The policy at https://mta-sts.(domain)/.well-known/mta-sts.txt lists every mail host, and"
    " the TXT record holds a new id.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G9", "G11", "E4"],
    blocks=["inbound mail"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc8461",
        "https://learn.microsoft.com/purview/enhancing-mail-flow-with-mta-sts",
    ],
    settle_after="1 day",
)
def mta_sts(facts: MtaStsFacts) -> Iterator[Finding]:
    """Judge record and policy of one domain; the DNS half decides where the policy was not read."""
    text = facts.of(f"_mta-sts.{facts.domain}", "TXT")
    yield (_without_mail(facts) or _sts(facts, text)).showing(
        observed=observed(text), asked=asked(text)
    )


def _sts(facts: MtaStsFacts, text: Lookup) -> Finding:
    subject = facts.about.subject
    if not text.known:
        return undetermined(subject, text)
    if len(facts.records) > 1:
        return failed("multiple", subject, "There are several MTA-STS records.")
    if facts.fault:
        return failed(
            "record-broken", subject, "The MTA-STS record is broken: {fault}.", fault=facts.fault
        )
    if not facts.records:
        return warned("absent", subject, "There is no MTA-STS record.").at(Severity.INFO)
    host = f"mta-sts.{facts.domain}"
    target = facts.of(host, "CNAME").value or host
    resolves = facts.resolves(target)
    if resolves is False:
        return failed(
            "host-missing", subject, "The record is there, and {host} does not exist.", host=host
        )
    if resolves is None:
        return undetermined(subject, facts.of(target, "A"))
    if facts.policy is not None:
        return _policy(facts, facts.policy)
    return passed(
        "record-good",
        subject,
        "The record is good and its host exists; the policy itself was not read: {why}.",
        why=facts.unread or said("it was not asked for"),
    )


def _policy(facts: MtaStsFacts, policy: StsPolicy) -> Finding:
    subject = facts.about.subject
    if policy.fault:
        return failed(
            "policy-broken", subject, "The policy cannot be used: {fault}.", fault=policy.fault
        )
    hosts = facts.of(facts.domain, "MX").values
    missing = [one for one in hosts if not policy.covers(one)]
    if missing and policy.mode != "none":
        return failed(
            "host-not-covered",
            subject,
            "The policy in mode {mode} does not cover the mail hosts {hosts}.",
            mode=policy.mode,
            hosts=missing,
        ).showing(expected=list(hosts), policy=list(policy.mx))
    if policy.mode != "enforce":
        return warned(
            "not-enforced", subject, "The policy is in mode {mode}.", mode=policy.mode
        ).at(Severity.LOW)
    if (policy.max_age or 0) < _DAY:
        return warned(
            "short-age",
            subject,
            "The policy holds for {seconds} seconds only, less than a day.",
            seconds=policy.max_age or 0,
        ).at(Severity.LOW)
    return passed("enforced", subject, "The policy is enforced and covers all mail hosts.")


@check(
    id="dns.tls-rpt",
    title="TLS reports are asked for with one valid record",
    action="Ask for TLS reports",
    why="Senders tell in daily reports whether they could deliver over TLS. Without them a policy in"
    " mode enforce is blind: mail that does not arrive leaves no trace on the receiving side.",
    fix=step("Publish one record with an address that somebody reads."),
    verify="A TXT query for _smtp._tls below the domain answers with one record, and reports arrive.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["G9", "G11"],
    documents=["https://www.rfc-editor.org/rfc/rfc8460"],
    settle_after="2 days",
)
def tls_rpt(facts: TlsRptFacts) -> Iterator[Finding]:
    """Judge the record of one domain."""
    text = facts.of(f"_smtp._tls.{facts.domain}", "TXT")
    finding = _without_mail(facts) or _rpt(facts, text)
    if finding.status in ("warn", "fail"):
        wanted = quoted(f"v=TLSRPTv1; rua=mailto:tls-reports@{facts.domain}")
        finding = finding.fixed_by(publish(text.name, "TXT", wanted))
    yield finding.showing(observed=observed(text), asked=asked(text))


def _rpt(facts: TlsRptFacts, text: Lookup) -> Finding:
    subject = facts.about.subject
    if not text.known:
        return undetermined(subject, text)
    if len(facts.records) > 1:
        return failed("multiple", subject, "There are several records for TLS reports.")
    if facts.fault:
        return failed("record-broken", subject, "The record is broken: {fault}.", fault=facts.fault)
    if not facts.records:
        return warned("absent", subject, "Nobody asks for TLS reports.").at(Severity.INFO)
    return passed("asked-for", subject, "TLS reports go to {targets}.", targets=list(facts.targets))


@check(
    id="dns.parked-protected",
    title="Parked domains refuse mail and cannot be forged",
    action="Protect the parked domain against forged mail",
    why="A domain that nobody uses is a good disguise: without records that say 'no mail here' anybody"
    " can write in its name, and receivers have no reason to refuse.",
    fix=step("Publish the null MX, an SPF record that allows nobody, and DMARC with reject."),
    verify="MX, SPF and DMARC of the domain answer with the three records.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["G9", "G11"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc7505",
        "https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure",
    ],
    settle_after="1 h",
)
def parked_protected(apex: ApexRecords, spf: SpfFacts, dmarc: DmarcFacts) -> Iterator[Finding]:
    """Judge the three records of one parked domain together."""
    subject, name = apex.about.subject, apex.domain
    if not apex.about.parked:
        yield not_applicable("in-use", subject, "The domain is not parked.")
        return
    exchange, text = apex.of(name, "MX"), spf.of(name, "TXT")
    policy = dmarc.of(f"_dmarc.{name}", "TXT")
    holds = {
        "null MX": exchange.values == _NULL_MX,
        said("SPF that allows nobody"): [one.strip() for one in spf.records] == ["v=spf1 -all"],
        said("DMARC with reject"): dmarc.record is not None and _effective(dmarc) == "reject",
    }
    missing = [what for what, there in holds.items() if not there]
    silent = next((one for one in (exchange, text, policy) if not one.known), None)
    if len(missing) == len(holds) and silent is None:
        yield failed(
            "unprotected", subject, "Nothing protects the parked domain against forged mail."
        ).fixed_by(*_protection(name))
    elif silent is not None:
        yield undetermined(subject, silent)
    elif missing:
        yield warned(
            "half-protected", subject, "The parked domain lacks: {missing}.", missing=missing
        ).fixed_by(*_protection(name))
    else:
        yield passed("protected", subject, "The parked domain refuses mail and forgery.")


def _effective(dmarc: DmarcFacts) -> str:
    record = dmarc.record
    if record is None or record.testing:
        return ""
    return (record.sp or record.p) if dmarc.inherited else record.p


def _protection(name: str) -> tuple[Step, ...]:
    return (
        publish(name, "MX", "0 ."),
        publish(name, "TXT", '"v=spf1 -all"'),
        publish(f"_dmarc.{name}", "TXT", '"v=DMARC1; p=reject"'),
    )
