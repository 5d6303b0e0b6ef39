"""DKIM and DMARC: messages are signed, and receivers are told what to do with forged ones."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import asked, mail_unknown, observed, publish, quoted, undetermined, uses_mail
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Said,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.dns import Lookup
from scanner.evidence.dns_clouds import owners_of
from scanner.evidence.dns_mail import DkimFacts, DkimSelector, DmarcFacts, DmarcRecord

_DKIM_PAGE = "https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure"
_LEAST, _GOOD = 1024, 2048
_DKIM_TTL = 3600


@check(
    id="dns.dkim-selectors",
    title="Both DKIM selectors lead to a usable key",
    action="Publish both DKIM selectors",
    why="Exchange Online signs with one of two keys and changes between them. Without both records"
    " signing cannot be switched on, or it breaks at the next change of keys; and forwarded mail then"
    " fails every check.",
    fix=[
        step(
            "Read the targets of both selectors, and publish them as aliases.",
            command="Get-DkimSigningConfig -Identity <domain> | Format-List Selector1CNAME,"
            " Selector2CNAME, Enabled",
        ),
        step(
            "Switch signing on when both records answer.",
            command="Set-DkimSigningConfig -Identity <domain> -Enabled $true -WhatIf\n"
            "Set-DkimSigningConfig -Identity <domain> -Enabled $true",
        ),
        step(
            "Replace a key of 1024 bits.",
            command="Rotate-DkimSigningConfig -Identity <domain> -KeySize 2048 -WhatIf\n"
            "Rotate-DkimSigningConfig -Identity <domain> -KeySize 2048",
        ),
    ],
    verify="Both selector names answer with an alias, TXT queries for them show a key, and a test"
    " message shows dkim=pass for the domain.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G9", "G11", "E2"],
    blocks=["DKIM signing"],
    documents=[_DKIM_PAGE, "https://www.rfc-editor.org/rfc/rfc6376"],
    settle_after="4 days",
)
def dkim_selectors(facts: DkimFacts) -> Iterator[Finding]:
    """Judge both selectors of one domain together."""
    about = facts.about
    if about.parked:
        yield not_applicable("parked", about.subject, "A parked domain signs nothing.")
        return
    mail = uses_mail(facts)
    published = any(owners_of(one.alias.value) for one in facts.selectors)
    if mail is False:
        yield not_applicable("no-mail", about.subject, "The domain has no mail in the tenant.")
    elif mail is None and not published:
        yield mail_unknown(about.subject)
    else:
        yield _selectors(facts).showing(
            expected=said("two aliases to keys of 2048 bits"),
            observed=[_told(one) for one in facts.selectors],
            asked=asked(facts.selectors[0].alias) if facts.selectors else said("nothing"),
        )


def _told(selector: DkimSelector) -> str:
    key = selector.key
    if key is None:
        return said("{name}: {found}", name=selector.name, found=observed(selector.alias))
    what = Said.of(key.fault) if key.fault else f"{key.algorithm} {key.bits}"
    target = selector.alias.value or "TXT"
    return said("{name}: {target} ({what})", name=selector.name, target=target, what=what)


def _usable(selector: DkimSelector) -> bool:
    return selector.key is not None and not selector.key.fault


def _silent(selector: DkimSelector) -> Lookup | None:
    if selector.key is not None:
        return None
    return next((one for one in (selector.alias, selector.text) if not one.known), None)


def _selectors(facts: DkimFacts) -> Finding:
    subject = facts.about.subject
    good = [one for one in facts.selectors if _usable(one)]
    weak = [one for one in good if one.key and one.key.algorithm == "rsa" and one.key.bits < _LEAST]
    silent = next((gap for one in facts.selectors if (gap := _silent(one))), None)
    if weak:
        return failed(
            "key-too-short",
            subject,
            "The key of {name} has {bits} bits; receivers ignore keys below 1024.",
            name=weak[0].name,
            bits=weak[0].key.bits if weak[0].key else 0,
        )
    if not good and silent is None:
        return _none_good(facts)
    if silent is not None:
        return undetermined(subject, silent)
    if len(good) < len(facts.selectors):
        bad = next(one for one in facts.selectors if not _usable(one))
        return warned(
            "one-only",
            subject,
            "Only one selector has a usable key; {name} has none, so the next change of keys breaks"
            " signing.",
            name=bad.name,
        )
    return _good_pair(facts, good)


def _none_good(facts: DkimFacts) -> Finding:
    subject = facts.about.subject
    revoked = [one for one in facts.selectors if one.key and one.key.fault == "revoked"]
    dangling = [one for one in facts.selectors if one.alias.present and one.text.absent]
    pasted = [
        one
        for one in facts.selectors
        if any("_domainkey" in value for value in one.text.values) and not one.text.chain
    ]
    if pasted:
        return failed(
            "alias-as-text",
            subject,
            "At {name} the target of the alias stands in a TXT record; it has to be a CNAME.",
            name=pasted[0].name,
        )
    if revoked:
        return failed("revoked", subject, "The key of {name} is revoked.", name=revoked[0].name)
    if dangling:
        return failed(
            "target-missing",
            subject,
            "{name} leads to {target}, which holds no key.",
            name=dangling[0].name,
            target=dangling[0].alias.value,
        )
    if any(one.key for one in facts.selectors):
        return failed("unreadable", subject, "No selector holds a key that can be read.")
    return failed("absent", subject, "Neither selector is published.")


def _good_pair(facts: DkimFacts, good: list[DkimSelector]) -> Finding:
    subject = facts.about.subject
    short = [one for one in good if one.key and one.key.algorithm == "rsa" and one.key.bits < _GOOD]
    if short:
        return warned(
            "key-short",
            subject,
            "The key of {name} has {bits} bits; 2048 are recommended.",
            name=short[0].name,
            bits=short[0].key.bits if short[0].key else 0,
        )
    texts = [one for one in good if not one.alias.present]
    if texts:
        return warned(
            "text-instead-of-alias",
            subject,
            "The key stands at {name} itself, so the service cannot change it.",
            name=texts[0].name,
        )
    hasty = [one for one in good if (one.authoritative_ttl or _DKIM_TTL) < _DKIM_TTL]
    if hasty:
        return warned(
            "short-ttl",
            subject,
            "The alias {name} may be kept for {ttl} seconds only; 3600 are asked for.",
            name=hasty[0].name,
            ttl=hasty[0].authoritative_ttl or 0,
        )
    return passed("both-good", subject, "Both selectors lead to a usable key.")


@check(
    id="dns.dmarc-policy",
    title="One DMARC record asks for quarantine or reject, with reports",
    action="Publish a DMARC record that asks for quarantine or reject",
    why="Only DMARC tells receivers to refuse mail that forges the visible sender, and only its"
    " reports show who sends in the domain's name. With no record, or the policy none, anybody can"
    " write as the managing director.",
    fix=[
        step("Publish a record with the policy none and an address for reports."),
        step("Read the reports, and bring every legitimate sender to pass SPF or DKIM."),
        step("Raise the policy to quarantine, and then to reject."),
    ],
    verify="A TXT query for _dmarc below the domain answers with one record, and reports arrive.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.WEEKS,
    clause=["G9", "G11"],
    blocks=["protection against forged senders"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc9989",
        "https://www.rfc-editor.org/rfc/rfc9990",
        "https://learn.microsoft.com/defender-office-365/email-authentication-dmarc-configure",
    ],
    settle_after="1 h",
)
def dmarc_policy(facts: DmarcFacts) -> Iterator[Finding]:
    """Judge the record that takes effect for one domain."""
    about = facts.about
    if about.parked:
        yield not_applicable(
            "parked", about.subject, "The domain is parked; dns.parked-protected judges it."
        )
        return
    own = facts.of(f"_dmarc.{about.domain}", "TXT")
    finding = _dmarc(facts, own).showing(
        observed=facts.record.text
        if facts.record
        else " | ".join(facts.own)[:300] or said("no record"),
        asked=asked(own),
    )
    if finding.reason in ("absent", "without-effect"):
        text = f"v=DMARC1; p=none; rua=mailto:dmarc@{about.domain}"
        finding = finding.fixed_by(publish(f"_dmarc.{about.domain}", "TXT", quoted(text)))
    yield finding


def _dmarc(facts: DmarcFacts, own: Lookup) -> Finding:
    subject = facts.about.subject
    if not own.known:
        return undetermined(subject, own)
    if facts.candidates > 1:
        return failed(
            "multiple",
            subject,
            "There are {count} DMARC records, so receivers use none of them.",
            count=facts.candidates,
        )
    misplaced = _misspelt(facts)
    if misplaced is not None:
        return misplaced
    if facts.record is None:
        if facts.candidates:
            return failed(
                "without-effect", subject, "The DMARC record has neither a policy nor reports."
            )
        silent = next(
            (one for one in facts.found if not one.known and one.name.startswith("_dmarc.")), None
        )
        return undetermined(subject, silent) if silent else _absent(facts)
    return _policy(facts, facts.record)


def _misspelt(facts: DmarcFacts) -> Finding | None:
    """A text of the domain's own that means to be the record and is none."""
    if facts.candidates:
        return None
    for text in facts.own:
        bare = text.casefold().lstrip("\"'\u201c ")
        if bare.startswith("v=spf1"):
            return failed(
                "spf-text", facts.about.subject, "At _dmarc stands an SPF record instead."
            )
        if "dmarc1" in bare:
            return failed(
                "misspelt",
                facts.about.subject,
                "The record does not begin with v=DMARC1 and a semicolon: {text}",
                text=text[:100],
            )
    return None


def _absent(facts: DmarcFacts) -> Finding:
    lost = [
        one.name
        for one in facts.found
        if not one.name.startswith("_dmarc.") or one.name.count(facts.domain) > 1
        if any("dmarc1" in value.casefold() for value in one.values)
    ]
    if lost:
        return failed(
            "wrong-owner-name",
            facts.about.subject,
            "The DMARC record stands at {name}, where nobody looks for it.",
            name=lost[0],
        )
    return failed("absent", facts.about.subject, "There is no DMARC record.")


def _policy(facts: DmarcFacts, record: DmarcRecord) -> Finding:
    subject = facts.about.subject
    policy = (record.sp or record.p) if facts.inherited else record.p
    if policy in ("", "none"):
        return warned("policy-none", subject, "The policy that takes effect is none.")
    if record.testing:
        return warned(
            "testing",
            subject,
            "The record is in testing (t=y), so receivers apply less than {policy}.",
            policy=policy,
        )
    weaker = _weaker(record) if not facts.inherited else ""
    if weaker:
        return warned(
            "subdomains-weaker",
            subject,
            "Subdomains get the weaker policy {policy}.",
            policy=weaker,
        )
    if record.removed:
        return warned(
            "removed-tags",
            subject,
            "The record uses tags that the standard has dropped: {tags}.",
            tags=list(record.removed),
        )
    return _reports(facts, record, policy)


_RANK = {"none": 0, "quarantine": 1, "reject": 2}


def _weaker(record: DmarcRecord) -> str:
    own = _RANK.get(record.p, 0)
    return next((one for one in (record.sp, record.np) if one and _RANK[one] < own), "")


def _reports(facts: DmarcFacts, record: DmarcRecord, policy: str) -> Finding:
    subject = facts.about.subject
    if not record.rua:
        return warned("no-reports", subject, "The record asks for no aggregate reports.")
    refused = [one for one in facts.targets if one.external and one.authorised is False]
    if refused:
        owner = f"{record.name}._report._dmarc.{refused[0].domain}"
        return warned(
            "reports-refused",
            subject,
            "{target} does not agree to take the reports, so nobody sends them.",
            target=refused[0].domain,
        ).fixed_by(publish(owner, "TXT", '"v=DMARC1"'))
    unknown = next((one for one in facts.targets if one.external and one.authorised is None), None)
    if unknown is not None and unknown.lookup is not None:
        return undetermined(subject, unknown.lookup)
    if not any(one.domain for one in facts.targets):
        return not_assessed(
            "unsupported-targets",
            subject,
            "The reports go to no mail address: {uris}.",
            uris=list(record.rua),
        )
    if facts.inherited:
        return passed(
            "inherited",
            subject,
            "The record of {parent} takes effect with the policy {policy}.",
            parent=record.name,
            policy=policy,
        )
    return passed(
        "enforced", subject, "The policy is {policy}, and reports are asked for.", policy=policy
    )
