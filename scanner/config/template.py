"""The commented emsready.toml that `emsready init` writes. It reads back without an error as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What `init` was told; empty where it was told nothing."""

    customer: str = ""
    domain: str = ""
    client_id: str = ""
    answers: str = ""
    language: str = "en"


def config_template(wishes: Wishes) -> str:
    """The text of a new configuration file."""
    known = {
        "CUSTOMER": wishes.customer,
        "DOMAIN": wishes.domain,
        "CLIENT": wishes.client_id,
        "ANSWERS": wishes.answers,
        "LANGUAGE": wishes.language,
        "METHOD": "secret" if wishes.client_id else "none",
    }
    text = _TEMPLATE
    for name, value in known.items():
        text = text.replace(f"<{name}>", json.dumps(value, ensure_ascii=False))
    return text.replace("<DOMAINS>", json.dumps([wishes.domain] if wishes.domain else []))


_TEMPLATE = """\
# emsready.toml: what to assess. Every section is optional; what is left out is not assessed, and the
# report says so. `emsready preview` lists what a scan with this file would touch.

[customer]
name = <CUSTOMER>
language = <LANGUAGE>                  # of the report: en or zh-CN

[scope]                                # decides what is not applicable; leave out what is undecided
# kickoff = 2027-01-31                 # due dates of the plan end before it
# platforms = ["windows", "ios", "android", "macos"]
# workloads = ["intune", "conditional-access", "autopilot", "co-management", "hybrid-join"]
# identity = "hybrid"                  # or "cloud"
# pilot_groups = ["EMS pilot"]

[tenant]
domain = <DOMAIN>                      # any domain of the tenant, or: id = "<tenant id>"
cloud = "worldwide"                    # worldwide, gcc-high, dod or china
# beta = false                         # leave out what Graph offers in its beta version alone

[tenant.auth]
# How to sign in. `emsready preview` lists the permissions, all of them read-only.
#   none           the tenant is left out
#   certificate    an app registration with a certificate: client_id and certificate_file
#   secret         an app registration with a secret: client_id; the secret stands in the environment
#                  variable EMSREADY_CLIENT_SECRET, never in this file
#   device-code    a person signs in through a browser: client_id
method = <METHOD>
client_id = <CLIENT>
# certificate_file = "emsready.pem"    # PEM file with certificate and private key, readable by you only

[domains]                              # besides those that the tenant reports
names = <DOMAINS>
# parked = ["contoso.net"]             # no mail, no sign-in
# sign_in = { "contoso.com" = "federated" }

[dns]
# external = ["192.0.2.53"]            # a resolver outside; left out: the resolvers of this host
# internal = ["10.0.0.53"]             # resolvers inside the customer's network
#                                      # also "tls://dns.example", "https://dns.example/dns-query"
# forests = ["corp.contoso.local"]     # DNS names of Active Directory domains
# search = ["corp.contoso.local"]      # suffixes that clients try; left out: those of this host
timeout = 3.0                          # seconds per try

# [[hosts]]                            # one block for each published server
# name = "sts.contoso.com"
# role = "adfs"                        # adfs, wap, ndes, vpn, radius, exchange, autodiscover, app-proxy,
#                                      # enterpriseregistration, cdp, web or other
# port = 443
# connect = "10.0.0.20:443"            # connect there instead of what DNS says
# starttls = "smtp"                    # smtp, ldap or none; left out: by the port (25, 587, 389, 3268)
# certificate_file = "nps.cer"         # role radius: its certificate, exported without the key
# crls = ["http://pki.contoso.com/CA.crl"]  # role cdp: the revocation lists that it publishes

[network]
roles = ["client"]                     # whose traffic: client, connect-server, connector, adfs, wap …
# vantage = "Berlin office"
# proxy = "proxy.contoso.com:8080"     # the proxy that clients use; left out: that of the environment
# proxy_user = "scan"                  # its password: in the variable EMSREADY_PROXY_PASSWORD
# ad_domains = ["corp.contoso.com"]    # whose domain controllers the roles of servers must reach
# servers = { "issuing-ca" = ["ca1.corp.contoso.com"], "management-point" = ["cm1.corp.contoso.com"] }
timeout = 5.0

[directory]
# ldap = "ldaps://dc1.corp.contoso.com" # read a domain controller (port 3269: a global catalog);
#                                      # needs: pip install 'emsready[ldap]'. Several forests: a list of
#                                      # addresses, one server of each; the same account reads them all
# bind = { method = "simple", name = "reader@corp.contoso.com" }  # or "kerberos"; the password
#                                      # stands in the environment variable EMSREADY_LDAP_PASSWORD
# files = ["users.ldif"]               # exports of Active Directory; `emsready directory export-help`
#                                      # prints the commands. LDIF, CSV of csvde, JSON of PowerShell
# login_attribute = "mail"             # left out: userPrincipalName
# include = ["OU=Staff,DC=corp,DC=contoso,DC=com"]  # OUs in the filter of the synchronisation
# exclude = ["OU=Test,DC=corp,DC=contoso,DC=com"]
# sync_tool = "connect"                # or "cloud-sync": what synchronises, or will
# encoding = "cp1252"                  # of files without a byte order mark; left out: UTF-8

[trust]
# ca_file = "company-roots.pem"        # added to the system's roots when talking to the tenant
# roots_file = "public-roots.pem"      # what counts as public for certificates; left out: Mozilla's list
# private_roots_file = "own-ca.pem"    # the organisation's own certification authority
# fetch_inside = ["10.1.0.0/16"]       # inside places that addresses in certificates may lead to

[answers]                              # what only people know; `emsready answer` asks for it
file = <ANSWERS>

[inventory]                            # what only tools on your servers see
# files = ["inventory.json"]           # written by the script that `emsready inventory script` prints

[policy]
# disabled = ["dns.msoid-absent"]
# severities = { "certificates.days-left" = "high" }
# waivers = "waivers.toml"             # read from beside this file where it is there
# assignments = "assignments.toml"     # likewise
# waiver_days = 365                    # the longest that a waiver may run
# keep_runs = 0                        # older runs to keep in history; 0 keeps all
# exposure = { addresses = ["198.51.100.7"], owned = true }   # look for dangerous open ports there
# due_days = { blocker = 5, high = 10, medium = 20, low = 40 }

[owners]                               # who stands behind a role; a name given to one item wins
# tenant-admin = "Ana Silva"           # a name or an address
# dns-admin = "dns-team@contoso.com"   # also identity-admin, directory-admin, network-admin, pki-admin,
#                                      # endpoint-admin and project-manager

[report]
formats = ["html"]
# languages = ["en", "zh-CN"]          # one report in each
# notice = "Draft for discussion"
# [report.brand]                       # a consultant's own face
# name = "Fabrikam Consulting"
# logo = "logo.svg"                    # PNG, JPEG or SVG, at most 100 KB
# accent = "#1a5878"
# confidentiality = "Confidential"
# footer = "Fabrikam Consulting, Main Street 1"
# contact = "ems@fabrikam.com"

# [notify.mail]                          # for `emsready notify mail`; its password stands in the
# host = "mail.contoso.com"            # environment variable EMSREADY_SMTP_PASSWORD
# port = 587
# security = "starttls"                # starttls, tls or none
# sender = "emsready@contoso.com"
# to = ["ems-project@contoso.com"]
# username = ""                        # left out: the server takes mail without a sign-in
"""
