"""The way out as a whole: whether there is one, and whether a sign-in page stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, LISTS
from checks.firewall.words import PATHS, WHY, reason_word
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Header,
    Owner,
    Severity,
    Subject,
    Topic,
    Value,
    Vocabulary,
    check,
    failed,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.reachability import Probe, Sentinel, Vantage


def subject_of(place: Vantage) -> Subject:
    """A place as a subject; a single place without a name is the run itself."""
    return object_set(place.label) if place.label else RUN


@check(
    id="firewall.egress-available",
    title="This place has a way out",
    action="Give this place a way out, or name its proxy",
    why="Where nothing gets out, hundreds of blocked destinations have one cause. It is told once,"
    " here, and the checks of single destinations wait for it.",
    fix=[
        step("Check default route and egress rule of this network."),
        step("Where clients use a proxy, set it in [network] proxy of emsready.toml."),
        step(
            "Try one destination by hand, directly and by way of the proxy.",
            command="curl -v https://login.microsoftonline.com/\n"
            "curl -v -x http://PROXY:PORT https://login.microsoftonline.com/",
        ),
    ],
    verify="At least one destination answers on the path that clients use.",
    topic=Topic.NETWORK,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["everything from this place"],
    documents=[LISTS],
)
def egress_available(vantages: tuple[Vantage, ...], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Judge each place by the best of its paths."""
    for place in vantages:
        mine = [one for one in probes if one.vantage == place.label]
        yield _egress(place, mine)


def _egress(place: Vantage, probes: list[Probe]) -> Finding:
    subject, states = subject_of(place), dict(place.egress)
    where = place.label or said("this place")
    if not states:
        return not_assessed(
            "unconfigured-nothing-to-probe",
            subject,
            "No destination was selected at {place}; [network] roles names whose traffic counts.",
            place=where,
        )
    open_paths = [path for path, state in states.items() if state == "open"]
    if open_paths and states.get("direct") == "closed":
        return passed(
            "by-proxy-only",
            subject,
            "{place} gets out by way of {proxy}; directly nothing answers, as behind a proxy.",
            place=where,
            proxy=place.proxy,
        )
    if open_paths:
        return passed(
            "open",
            subject,
            "{place} gets out ({paths}); {count} destinations were probed.",
            place=where,
            paths=PATHS.say_all(open_paths),
            count=place.probes,
        )
    if "no-names" in states.values():
        return not_assessed(
            "unreachable-no-resolver",
            subject,
            "No resolver answers at {place} ({resolvers}), so nothing could be tried.",
            place=where,
            resolvers=list(place.resolvers),
        )
    if "closed" not in states.values():
        return not_assessed(
            "unsupported-too-few",
            subject,
            "Nothing answered at {place}, but too few destinations were tried to call it closed.",
            place=where,
        )
    reasons = WHY.say_all(sorted({reason_word(one.reason) for one in probes if not one.works}))
    return failed(
        "nothing-gets-out",
        subject,
        "Nothing gets out of {place}: {count} destinations were tried ({paths}) and none answered"
        " ({reasons}).",
        place=where,
        count=place.probes,
        paths=PATHS.say_all(sorted(states)),
        reasons=reasons,
    )


@check(
    id="firewall.no-captive-portal",
    title="No web sign-in page is in between",
    action="Take the web sign-in page out of the way of devices",
    why="Autopilot, services that run as SYSTEM and agents cannot sign in on a web page. Windows asks"
    " a known page after every connect, and shows 'no internet' when the answer is another one.",
    fix=[
        step("Use a network without a sign-in page for onboarding, such as another SSID."),
        step("Or put the destinations on the list of what the page lets through before sign-in."),
    ],
    verify="The known page comes back as it is:"
    " `curl -i http://www.msftconnecttest.com/connecttest.txt`.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["Autopilot", "agents without a user"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc6585#section-6",
    ],
    requires=["firewall.egress-available"],
)
def no_captive_portal(vantages: tuple[Vantage, ...]) -> Iterator[Finding]:
    """Compare what the known pages answer with what they should."""
    for place in vantages:
        yield _portal(place)


def _portal(place: Vantage) -> Finding:
    subject, where = subject_of(place), place.label or said("this place")
    if not place.sentinels:
        return not_assessed(
            "unsupported-not-asked", subject, "No known page was asked for at {place}.", place=where
        )
    first, *others = place.sentinels
    if first.matches:
        return passed(
            "known-page-intact",
            subject,
            "{url} comes back as it should at {place}.",
            url=first.url,
            place=where,
        )
    foreign = next((one for one in place.sentinels if _foreign(one)), None)
    if foreign and foreign.answer:
        return failed(
            "foreign-answer",
            subject,
            "Somebody else answers for {url} at {place}: status {status}, leading to {location}.",
            url=foreign.url,
            place=where,
            status=foreign.answer.status,
            location=foreign.answer.location or said("a page of its own"),
        ).showing(expected=foreign.expected or "status 204", observed=foreign.answer.body[:120])
    if any(one.matches for one in others):
        return warned(
            "known-page-blocked",
            subject,
            "{url} is blocked at {place} while other pages work, so Windows shows no internet.",
            url=first.url,
            place=where,
        )
    return not_assessed(
        "unreachable-no-page",
        subject,
        "None of the known pages could be fetched at {place} ({reason}).",
        place=where,
        reason=WHY.say(reason_word(first.reason)) or said("unexpected answer"),
    )


def _foreign(one: Sentinel) -> bool:
    """Whether somebody else answered; a proxy that refuses is not a sign-in page."""
    if one.answer is None or one.matches or one.reason.startswith("proxy_"):
        return False
    status = one.answer.status
    return status < 400 or status == 511  # noqa: PLR2004 - RFC 6585, 6


@check(
    id="firewall.endpoint-list-current",
    title="The endpoint list is recent",
    action="Refresh the endpoint list",
    why="Microsoft publishes changes at the end of a month, thirty days ahead. Rules by an old list"
    " miss new names and keep old ones open.",
    fix=step("Fetch the current list.", command="emsready endpoints update"),
    verify="The report names a list that is not older than 45 days.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.MINUTES,
    clause=CLAUSES,
    documents=["https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-ip-web-service"],
)
def endpoint_list_current(vantages: tuple[Vantage, ...], header: Header) -> Iterator[Finding]:
    """Judge the age of the list by its own date."""
    for place in vantages:
        yield _list(place, header)


_RECENT_DAYS, _OLD_DAYS = 45, 180
_ORIGINS = Vocabulary(("bundled", "refreshed"))
_AGE = "The endpoint list {version} ({origin}) is of {date}, {days} days old."


def _list(place: Vantage, header: Header) -> Finding:
    subject = subject_of(place)
    try:
        stated = header.collected_at.fromisoformat(place.catalogue_as_of).date()
    except ValueError:
        return not_assessed(
            "unsupported-no-date",
            subject,
            "The endpoint list {version} does not say of when it is.",
            version=place.catalogue_version,
        )
    days = (header.collected_at.date() - stated).days
    values: dict[str, Value] = {
        "version": place.catalogue_version,
        "origin": _ORIGINS.say(place.catalogue_origin),
        "date": stated.isoformat(),
        "days": days,
    }
    if days <= _RECENT_DAYS:
        return passed("recent", subject, _AGE, **values)
    if days <= _OLD_DAYS:
        return warned("old", subject, _AGE, **values)
    return failed("very-old", subject, _AGE, **values)
