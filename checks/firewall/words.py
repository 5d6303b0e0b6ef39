"""The sentences of the reach rule: one for each way of failing, and what to do about it."""

from __future__ import annotations

from typing import Any

from scanner.api import Step, Vocabulary, said, step
from scanner.evidence.reachability import Why

ROLES = Vocabulary(
    (
        "client",
        "managed-device",
        "domain-client",
        "apple-device",
        "android-device",
        "connect-server",
        "pta-agent",
        "connector",
        "adfs",
        "wap",
        "domain-controller",
        "configuration-manager",
        "ndes",
        "internet",
    )
)
"""Whose traffic it is: the words of [network] roles."""

PATHS = Vocabulary(("direct", "proxy"))
"""The ways out of a place."""

WHY = Vocabulary(word for one in Why if one for word in (one.value, one.value.replace("_", "-")))
"""Why a probe did not work, in both spellings."""

TARGETS = Vocabulary(("domain controllers", "issuing CA", "management point", "distribution point"))
"""Where ports lead; other servers are called by the names of their products."""

SERVICES = {"ntp": said("time"), "stun": said("calls")}
"""What datagrams are for, by protocol."""

_LEAD = "{failed} of {total} required destinations of {area} cannot be used from {role}: {hosts}. "

SENTENCES: dict[Why, str] = {
    Why.DNS_NXDOMAIN: _LEAD + "The resolver {offender} says that the names do not exist.",
    Why.DNS_NODATA: _LEAD + "The resolver {offender} gives no address for the names.",
    Why.DNS_SERVFAIL: _LEAD + "The resolver {offender} fails on the names.",
    Why.DNS_REFUSED: _LEAD + "The resolver {offender} refuses to answer for the names.",
    Why.DNS_TIMEOUT: _LEAD + "The resolver {offender} does not answer for the names.",
    Why.DNS_SINKHOLE: _LEAD + "The names lead to an address of a filter: {detail}.",
    Why.TCP_TIMEOUT: _LEAD + "Three attempts met silence, as a rule that drops packets makes.",
    Why.TCP_REFUSED: _LEAD + "Connections are reset at once, by a rule or by a closed port.",
    Why.ICMP_PROHIBITED: _LEAD + "{offender} says that a rule forbids it (ICMP {detail}).",
    Why.ICMP_UNREACHABLE: _LEAD + "{offender} says that it cannot be reached (ICMP {detail}).",
    Why.HOST_UNREACHABLE: _LEAD + "This host has no route there, or no neighbour answers.",
    Why.TLS_TIMEOUT: _LEAD + "The connection opens, and then TLS meets silence.",
    Why.TLS_RESET: _LEAD + "The connection is cut right after the server name was sent.",
    Why.TLS_ALERT: _LEAD + "TLS is refused with the alert {detail}.",
    Why.TLS_PLAINTEXT: _LEAD + "Something that is no TLS answers: {detail}.",
    Why.TLS_INTERCEPTED: _LEAD
    + "TLS inspection presents certificates of {offender}, and these callers do not accept that.",
    Why.TLS_UNTRUSTED: _LEAD + "The certificate comes from an issuer that nobody here trusts.",
    Why.TLS_INCOMPLETE_CHAIN: _LEAD + "The server does not send its intermediate certificate.",
    Why.TLS_EXPIRED: _LEAD + "The certificate is outside its dates; look at the clock first.",
    Why.TLS_NAME_MISMATCH: _LEAD + "The certificate belongs to another name.",
    Why.PROXY_UNREACHABLE: _LEAD + "The proxy {offender} does not work: {detail}.",
    Why.PROXY_AUTH_REQUIRED: _LEAD + "The proxy {offender} wants a sign-in.",
    Why.PROXY_AUTH_UNSUPPORTED: _LEAD
    + "The proxy {offender} wants a sign-in, and these callers cannot give one.",
    Why.PROXY_DENIED: _LEAD + "The proxy {offender} refuses them: {detail}.",
    Why.CAPTIVE_PORTAL: _LEAD + "A web sign-in page answers in their place: {detail}.",
    Why.HTTP_TIMEOUT: _LEAD + "The connection opens, and no answer to HTTP comes.",
    Why.HTTP_RESET: _LEAD + "The connection opens, and HTTP is cut off.",
    Why.MTU_BLACKHOLE: _LEAD + "Small packets pass and large ones vanish on the way.",
}

_ALLOW = (
    "Allow {destinations} on TCP {ports} from {source}. Write the wildcards, not the hosts that were "
    "tested."
)
_NAMES = "Exempt {destinations} from the filter of the resolver {offender}, by wildcard."
_INSPECTION = "Exempt {destinations} from TLS inspection, by server name."
_SIGN_IN = "Let {destinations} through the proxy {offender} without a sign-in."
_PROXY = "Allow {destinations} on TCP {ports} at the proxy {offender}."
_PORTAL = (
    "Put {destinations} on the list of what the sign-in page lets through, or use another network."
)
_MTU = "Let ICMP type 3 code 4 and ICMPv6 type 2 through, or clamp the MSS, for example to 1350."
_CLOCK = "Correct the clock of this host first, then scan again."
_ROUTE = "Repair the route of this host towards {destinations}."
_STORE = (
    "Find out who issued the certificate shown for {destinations}: inspection without its CA on this "
    "host, or a root that is missing here."
)

CHANGES: dict[Why, tuple[str, str]] = {
    Why.DNS_NXDOMAIN: ("dns-allow", _NAMES),
    Why.DNS_NODATA: ("dns-allow", _NAMES),
    Why.DNS_SERVFAIL: ("dns-allow", _NAMES),
    Why.DNS_REFUSED: ("dns-allow", _NAMES),
    Why.DNS_TIMEOUT: ("dns-allow", _NAMES),
    Why.DNS_SINKHOLE: ("dns-allow", _NAMES),
    Why.HOST_UNREACHABLE: ("allow", _ROUTE),
    Why.TLS_INTERCEPTED: ("inspect-bypass", _INSPECTION),
    Why.TLS_UNTRUSTED: ("inspect-bypass", _STORE),
    Why.TLS_EXPIRED: ("allow", _CLOCK),
    Why.PROXY_UNREACHABLE: ("allow", _PROXY),
    Why.PROXY_AUTH_REQUIRED: ("auth-bypass", _SIGN_IN),
    Why.PROXY_AUTH_UNSUPPORTED: ("auth-bypass", _SIGN_IN),
    Why.PROXY_DENIED: ("allow", _PROXY),
    Why.CAPTIVE_PORTAL: ("allow", _PORTAL),
    Why.MTU_BLACKHOLE: ("allow", _MTU),
}
"""What kind of change mends it, and the sentence for it; everything else is a rule that allows."""


def change(reason: Why) -> str:
    """The word of the change that mends that way of failing."""
    return CHANGES.get(reason, ("allow", _ALLOW))[0]


def mend(reason: Why, **values: Any) -> Step:
    """What to do about it, with the names to write into the rule."""
    return step(CHANGES.get(reason, ("allow", _ALLOW))[1], **values)


def ranges_step(ranges: list[str]) -> Step:
    """The published address ranges, for devices that cannot match names."""
    return step(
        "Where the device cannot match names, and only there, allow the published ranges instead:"
        " {ranges}.",
        ranges=ranges,
    )


def reason_word(reason: Why) -> str:
    """The reason of a finding for a reason of a probe."""
    return reason.value.replace("_", "-")
