"""Realistic faults: what each changes in a good domain, and what the checks have to say then.

A change maps (owner label, type) to new data; None removes the record. {d} stands for the domain,
{t} for its token. A verdict is (status, reason).
"""

MX, SPF, AUTO = "dns.mx-points-to-cloud", "dns.spf-valid", "dns.autodiscover"
LIMIT, DKIM, DMARC = "dns.spf-lookup-limit", "dns.dkim-selectors", "dns.dmarc-policy"
ENROL, REGISTER = "dns.enterprise-enrollment", "dns.enterprise-registration"
MSOID, SIP, STS, RPT = "dns.msoid-absent", "dns.sip-federation", "dns.mta-sts", "dns.tls-rpt"

_ENROLLMENT = ("enterpriseenrollment", "CNAME")
_REGISTRATION = ("enterpriseregistration", "CNAME")
_AUTODISCOVER = ("autodiscover", "CNAME")
_MAIL, _TEXT, _POLICY = ("@", "MX"), ("@", "TXT"), ("_dmarc", "TXT")
_FIRST, _SECOND = ("selector1._domainkey", "CNAME"), ("selector2._domainkey", "CNAME")
_SIP = ("_sipfederationtls._tcp", "SRV")
_CLOUD = "include:spf.protection.outlook.com"


def _spf(text):
    return {_TEXT: [f'"{text}"']}


FAULTS = {
    "worldwide": {
        "enrol-absent": ({_ENROLLMENT: None}, {ENROL: ("warn", "absent")}),
        "enrol-us": (
            {_ENROLLMENT: ["enterpriseenrollment-s.manage.microsoft.us."]},
            {ENROL: ("fail", "other-cloud")},
        ),
        "enrol-address": (
            {_ENROLLMENT: None, ("enterpriseenrollment", "A"): ["203.0.113.9"]},
            {ENROL: ("fail", "address-record")},
        ),
        "enrol-old": (
            {_ENROLLMENT: ["manage.microsoft.com."]},
            {ENROL: ("warn", "old-target")},
        ),
        "enrol-strange": (
            {_ENROLLMENT: ["mail.filter.example."]},
            {ENROL: ("fail", "other-target")},
        ),
        "enrol-gone": (
            {_ENROLLMENT: ["mdm.gone.example."]},
            {
                ENROL: ("fail", "target-missing"),
                ("dns.dangling-cname", "enterpriseenrollment"): ("warn", "dangling"),
            },
        ),
        "register-absent": ({_REGISTRATION: None}, {REGISTER: ("warn", "absent")}),
        "register-farm": (
            {_REGISTRATION: ["sts"], ("sts", "A"): ["203.0.113.8"]},
            {REGISTER: ("warn", "own-host")},
        ),
        "register-china": (
            {_REGISTRATION: ["enterpriseregistration.partner.microsoftonline.cn."]},
            {REGISTER: ("fail", "other-cloud")},
        ),
        "msoid": (
            {("msoid", "CNAME"): ["clientconfig.microsoftonline-p.net."]},
            {MSOID: ("fail", "present")},
        ),
        "wildcard": (
            {("*", "A"): ["203.0.113.7"]},
            {
                MSOID: ("fail", "from-wildcard"),
                "dns.wildcard": ("warn", "answers"),
                "dns.wpad-safe": ("warn", "public"),
            },
        ),
        "wildcard-without-enrol": (
            {("*", "A"): ["203.0.113.7"], _ENROLLMENT: None},
            {ENROL: ("warn", "absent")},
        ),
        "mx-absent": ({_MAIL: None}, {MX: ("fail", "absent")}),
        "mx-null": ({_MAIL: ["0 ."]}, {MX: ("fail", "null-mx-with-mail")}),
        "mx-address": ({_MAIL: ["10 203.0.113.5."]}, {MX: ("fail", "address-as-host")}),
        "mx-alias": (
            {_MAIL: ["10 mail"], ("mail", "CNAME"): ["mail.filter.example."]},
            {MX: ("fail", "alias-as-host")},
        ),
        "mx-gone": ({_MAIL: ["10 mx.gone.example."]}, {MX: ("fail", "host-missing")}),
        "mx-dot": (
            {_MAIL: ["0 {t}.mail.protection.outlook.com"]},
            {MX: ("fail", "final-dot-missing")},
        ),
        "mx-us": (
            {_MAIL: ["0 contoso.mail.protection.office365.us."]},
            {MX: ("fail", "other-cloud")},
        ),
        "mx-other-token": (
            {_MAIL: ["0 contoso-com.mail.protection.outlook.com."]},
            {MX: ("warn", "token-unconfirmed")},
        ),
        "mx-filter": ({_MAIL: ["10 mail.filter.example."]}, {MX: ("warn", "other-host")}),
        "mx-filter-first": (
            {_MAIL: ["5 mail.filter.example.", "10 {t}.mail.protection.outlook.com."]},
            {MX: ("warn", "not-first")},
        ),
        "mx-filter-behind": (
            {_MAIL: ["20 mail.filter.example.", "10 {t}.mail.protection.outlook.com."]},
            {MX: ("warn", "others-behind")},
        ),
        "auto-absent": ({_AUTODISCOVER: None}, {AUTO: ("fail", "absent")}),
        "auto-dod": (
            {_AUTODISCOVER: ["autodiscover-dod.office365.us."]},
            {AUTO: ("fail", "other-cloud")},
        ),
        "auto-own": (
            {_AUTODISCOVER: None, ("autodiscover", "A"): ["203.0.113.6"]},
            {AUTO: ("warn", "own-host")},
        ),
        "auto-gone": (
            {_AUTODISCOVER: ["exchange.gone.example."]},
            {AUTO: ("fail", "target-missing")},
        ),
        "auto-service": (
            {_AUTODISCOVER: None, ("_autodiscover._tcp", "SRV"): ["0 0 443 mail.filter.example."]},
            {AUTO: ("warn", "service-only")},
        ),
        "spf-absent": ({_TEXT: ['"something else"']}, {SPF: ("fail", "absent")}),
        "spf-two": (
            {_TEXT: [f'"v=spf1 {_CLOUD} -all"', '"v=spf1 mx -all"']},
            {SPF: ("fail", "multiple"), LIMIT: ("not-applicable", "no-single-record")},
        ),
        "spf-blank": (
            _spf("v=spf1 include: spf.protection.outlook.com -all"),
            {SPF: ("fail", "empty-domain"), LIMIT: ("fail", "uncountable")},
        ),
        "spf-word": (
            _spf(f"v=spf1 {_CLOUD} ipv4:192.0.2.1 -all"),
            {SPF: ("fail", "unknown-term")},
        ),
        "spf-semicolon": (_spf(f"v=spf1; {_CLOUD} -all"), {SPF: ("fail", "misspelt")}),
        "spf-no-version": (_spf(f"spf1 {_CLOUD} -all"), {SPF: ("fail", "misspelt")}),
        "spf-include-none": (
            _spf(f"v=spf1 {_CLOUD} include:gone.example -all"),
            {SPF: ("fail", "include-none"), LIMIT: ("pass", "below-limit")},
        ),
        "spf-loop": (
            _spf(f"v=spf1 {_CLOUD} include:{{d}} -all"),
            {SPF: ("fail", "loop"), LIMIT: ("fail", "loop")},
        ),
        "spf-eleven": (
            _spf(
                f"v=spf1 {_CLOUD} "
                + " ".join(f"include:s{n}.senders.example" for n in range(10))
                + " -all"
            ),
            {SPF: ("fail", "lookup-limit"), LIMIT: ("fail", "above-limit")},
        ),
        "spf-nine": (
            _spf(
                f"v=spf1 {_CLOUD} "
                + " ".join(f"include:s{n}.senders.example" for n in range(8))
                + " -all"
            ),
            {SPF: ("pass", "valid"), LIMIT: ("warn", "near-limit")},
        ),
        "spf-voids": (
            _spf(f"v=spf1 {_CLOUD} a:x1.example a:x2.example a:x3.example -all"),
            {SPF: ("fail", "void-limit"), LIMIT: ("fail", "voids-above-limit")},
        ),
        "spf-plus": (_spf(f"v=spf1 {_CLOUD} +all"), {SPF: ("fail", "open-to-all")}),
        "spf-everybody": (
            _spf(f"v=spf1 {_CLOUD} ip4:0.0.0.0/0 -all"),
            {SPF: ("fail", "open-to-all")},
        ),
        "spf-neutral": (_spf(f"v=spf1 {_CLOUD} ?all"), {SPF: ("warn", "neutral")}),
        "spf-soft": (_spf(f"v=spf1 {_CLOUD} ~all"), {SPF: ("pass", "soft-end")}),
        "spf-endless": (_spf(f"v=spf1 {_CLOUD}"), {SPF: ("warn", "no-end")}),
        "spf-no-cloud": (_spf("v=spf1 mx -all"), {SPF: ("fail", "cloud-missing")}),
        "spf-behind-all": (_spf(f"v=spf1 mx -all {_CLOUD}"), {SPF: ("fail", "cloud-missing")}),
        "spf-us": (
            _spf("v=spf1 include:spf.protection.office365.us -all"),
            {SPF: ("fail", "other-cloud")},
        ),
        "spf-ptr": (_spf(f"v=spf1 {_CLOUD} ptr -all"), {SPF: ("warn", "ptr-used")}),
        "spf-twice": (_spf(f"v=spf1 {_CLOUD} {_CLOUD} -all"), {SPF: ("warn", "include-twice")}),
        "spf-redirect": (
            {_TEXT: ['"v=spf1 redirect=_spf.{d}"'], ("_spf", "TXT"): [f'"v=spf1 {_CLOUD} -all"']},
            {SPF: ("pass", "valid")},
        ),
        "spf-split": (
            {_TEXT: ['"v=spf1 inclu" "de:spf.protection.outlook.com -all"']},
            {SPF: ("pass", "valid")},
        ),
        "dkim-absent": ({_FIRST: None, _SECOND: None}, {DKIM: ("fail", "absent")}),
        "dkim-one": ({_SECOND: None}, {DKIM: ("warn", "one-only")}),
        "dkim-short": (
            {_FIRST: ["selector1-short._domainkey.keys.example."]},
            {DKIM: ("warn", "key-short")},
        ),
        "dkim-revoked": (
            {
                _FIRST: ["selector1-revoked._domainkey.keys.example."],
                _SECOND: ["selector1-revoked._domainkey.keys.example."],
            },
            {DKIM: ("fail", "revoked")},
        ),
        "dkim-gone": (
            {_FIRST: ["s1.gone.example."], _SECOND: ["s2.gone.example."]},
            {DKIM: ("fail", "target-missing")},
        ),
        "dkim-pasted": (
            {
                _FIRST: None,
                _SECOND: None,
                ("selector1._domainkey", "TXT"): [
                    '"selector1-{t}._domainkey.contoso.onmicrosoft.com"'
                ],
            },
            {DKIM: ("fail", "alias-as-text")},
        ),
        "dmarc-absent": ({_POLICY: None}, {DMARC: ("fail", "absent")}),
        "dmarc-none": (
            {_POLICY: ['"v=DMARC1; p=none; rua=mailto:d@{d}"']},
            {DMARC: ("warn", "policy-none")},
        ),
        "dmarc-two": (
            {_POLICY: ['"v=DMARC1; p=reject"', '"v=DMARC1; p=none"']},
            {DMARC: ("fail", "multiple")},
        ),
        "dmarc-spf": ({_POLICY: ['"v=spf1 -all"']}, {DMARC: ("fail", "spf-text")}),
        "dmarc-misspelt": ({_POLICY: ['"v=dmarc1 p=reject"']}, {DMARC: ("fail", "misspelt")}),
        "dmarc-silent": ({_POLICY: ['"v=DMARC1; p=reject"']}, {DMARC: ("warn", "no-reports")}),
        "dmarc-sp": (
            {_POLICY: ['"v=DMARC1; p=reject; sp=none; rua=mailto:d@{d}"']},
            {DMARC: ("warn", "subdomains-weaker")},
        ),
        "dmarc-pct": (
            {_POLICY: ['"v=DMARC1; p=reject; pct=50; rua=mailto:d@{d}"']},
            {DMARC: ("warn", "removed-tags")},
        ),
        "dmarc-testing": (
            {_POLICY: ['"v=DMARC1; p=reject; t=y; rua=mailto:d@{d}"']},
            {DMARC: ("warn", "testing")},
        ),
        "dmarc-foreign": (
            {_POLICY: ['"v=DMARC1; p=reject; rua=mailto:d@filter.example"']},
            {DMARC: ("warn", "reports-refused")},
        ),
        "dmarc-lost": (
            {_POLICY: None, ("dmarc", "TXT"): ['"v=DMARC1; p=reject"']},
            {DMARC: ("fail", "wrong-owner-name")},
        ),
        "sts-hostless": (
            {("_mta-sts", "TXT"): ['"v=STSv1; id=1"']},
            {STS: ("fail", "host-missing")},
        ),
        "sts-id": (
            {("_mta-sts", "TXT"): ['"v=STSv1; id=2026-01-01"']},
            {STS: ("fail", "record-broken")},
        ),
        "sts-two": (
            {("_mta-sts", "TXT"): ['"v=STSv1; id=1"', '"v=STSv1; id=2"']},
            {STS: ("fail", "multiple")},
        ),
        "rpt-scheme": (
            {("_smtp._tls", "TXT"): ['"v=TLSRPTv1; rua=ftp://x.example"']},
            {RPT: ("fail", "record-broken")},
        ),
        "rpt-absent": ({("_smtp._tls", "TXT"): None}, {RPT: ("warn", "absent")}),
        "sip-port": ({_SIP: ["100 1 443 sipfed.online.lync.com."]}, {SIP: ("fail", "other-port")}),
        "sip-china": (
            {_SIP: ["100 1 5061 sipfed.online.partner.lync.cn."]},
            {SIP: ("fail", "other-cloud")},
        ),
        "sip-weight": (
            {_SIP: ["0 0 5061 sipfed.online.lync.com."]},
            {SIP: ("warn", "other-weight")},
        ),
        "sip-strange": (
            {_SIP: ["100 1 5061 mail.filter.example."]},
            {SIP: ("fail", "other-target")},
        ),
        "caa-nobody": (
            {("@", "CAA"): ['0 issue ";"']},
            {"dns.caa-allows-issuer": ("fail", "nobody")},
        ),
        "caa-other": (
            {("@", "CAA"): ['0 issue "other.example"']},
            {"dns.caa-allows-issuer": ("fail", "not-named")},
        ),
        "caa-critical": (
            {("@", "CAA"): ['128 strange "x"']},
            {"dns.caa-allows-issuer": ("fail", "critical-tag")},
        ),
        "caa-named": (
            {("@", "CAA"): ['0 issue "digicert.com"']},
            {"dns.caa-allows-issuer": ("pass", "named")},
        ),
        "takeover": (
            {("sip", "CNAME"): ["{t}.azurewebsites.net."]},
            {
                ("dns.dangling-cname", "sip"): ("fail", "claimable"),
                "dns.legacy-skype-retired": ("warn", "left-over"),
            },
        ),
        "texts": (
            {
                _TEXT: [
                    f'"v=spf1 {_CLOUD} -all"',
                    *(f'"proof-{n:02}={"x" * 120}"' for n in range(12)),
                ]
            },
            {"dns.apex-txt-size": ("warn", "needs-tcp")},
        ),
        "no-ipv6": ({("@", "AAAA"): None}, {"dns.ipv6": ("warn", "four-only")}),
        "wpad": (
            {("wpad", "CNAME"): ["mail.filter.example."]},
            {"dns.wpad-safe": ("fail", "foreign")},
        ),
    },
    "gcc-high": {
        "mx-worldwide": (
            {_MAIL: ["0 contoso-com.mail.protection.outlook.com."]},
            {MX: ("fail", "other-cloud")},
        ),
        "auto-worldwide": (
            {_AUTODISCOVER: ["autodiscover.outlook.com."]},
            {AUTO: ("fail", "other-cloud")},
        ),
        "auto-dod": (
            {_AUTODISCOVER: ["autodiscover-dod.office365.us."]},
            {AUTO: ("fail", "other-cloud")},
        ),
        "enrol-worldwide": (
            {_ENROLLMENT: ["enterpriseenrollment-s.manage.microsoft.com."]},
            {ENROL: ("fail", "other-cloud")},
        ),
        "register-windows": (
            {_REGISTRATION: ["enterpriseregistration.windows.net."]},
            {REGISTER: ("pass", "right")},
        ),
        "spf-worldwide": (_spf(f"v=spf1 {_CLOUD} -all"), {SPF: ("fail", "other-cloud")}),
        "sip-dod": (
            {_SIP: ["100 1 5061 sipfed.online.dod.skypeforbusiness.us."]},
            {SIP: ("fail", "other-cloud")},
        ),
    },
    "dod": {
        "auto-gcc": (
            {_AUTODISCOVER: ["autodiscover.office365.us."]},
            {AUTO: ("fail", "other-cloud")},
        ),
        "sip-gcc": (
            {_SIP: ["100 1 5061 sipfed.online.gov.skypeforbusiness.us."]},
            {SIP: ("fail", "other-cloud")},
        ),
        "register-us": (
            {_REGISTRATION: ["enterpriseregistration.microsoftonline.us."]},
            {REGISTER: ("pass", "right")},
        ),
        "register-china": (
            {_REGISTRATION: ["enterpriseregistration.partner.microsoftonline.cn."]},
            {REGISTER: ("fail", "other-cloud")},
        ),
    },
    "china": {
        "msoid-absent": ({("msoid", "CNAME"): None}, {MSOID: ("fail", "absent")}),
        "msoid-worldwide": (
            {("msoid", "CNAME"): ["clientconfig.microsoftonline-p.net."]},
            {MSOID: ("fail", "other-target")},
        ),
        "enrol-worldwide": (
            {_ENROLLMENT: ["enterpriseenrollment-s.manage.microsoft.com."]},
            {ENROL: ("fail", "other-cloud")},
        ),
        "register-worldwide": (
            {_REGISTRATION: ["enterpriseregistration.windows.net."]},
            {REGISTER: ("fail", "other-cloud")},
        ),
        "spf-worldwide": (_spf(f"v=spf1 {_CLOUD} -all"), {SPF: ("fail", "other-cloud")}),
        "mx-worldwide": (
            {_MAIL: ["0 contoso-com.mail.protection.outlook.com."]},
            {MX: ("fail", "other-cloud")},
        ),
    },
}

GOOD = {
    ENROL: ("pass", "right"),
    REGISTER: ("pass", "right"),
    AUTO: ("pass", "right"),
    SPF: ("pass", "valid"),
    LIMIT: ("pass", "below-limit"),
    DKIM: ("pass", "both-good"),
    DMARC: ("pass", "enforced"),
    RPT: ("pass", "asked-for"),
    STS: ("warn", "absent"),
    "dns.dnssec": ("warn", "unsigned"),
    "dns.apex-cname": ("pass", "none"),
    "dns.ipv6": ("pass", "both"),
    "dns.wildcard": ("pass", "none"),
    "dns.apex-txt-size": ("pass", "fits"),
    "dns.legacy-skype-retired": ("pass", "gone"),
    "dns.caa-allows-issuer": ("pass", "no-set"),
    "dns.wpad-safe": ("pass", "absent"),
    "dns.mx-dane": ("not-applicable", "other-host"),
    "dns.parked-protected": ("not-applicable", "in-use"),
    SIP: ("pass", "right"),
}
