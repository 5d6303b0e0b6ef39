"""How to export a directory on Windows, word by word."""

from __future__ import annotations

_FILTER = "(|(objectCategory=person)(objectCategory=group))"
_FACTS = (
    "(|(objectClass=container)(objectClass=serviceConnectionPoint)(objectClass=mSSMSManagementPoint)"
    "(objectClass=mSSMSSite)(objectClass=msDS-PasswordSettings)(cn=AzureADKerberos)"
    "(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msExchSystemObjectsContainer))"
)
ATTRIBUTES = (
    "objectClass",
    "objectCategory",
    "objectGUID",
    "cn",
    "displayName",
    "givenName",
    "sn",
    "mail",
    "mailNickname",
    "proxyAddresses",
    "targetAddress",
    "sAMAccountName",
    "userPrincipalName",
    "groupType",
    "isCriticalSystemObject",
    "msExchHideFromAddressLists",
    "msExchRecipientTypeDetails",
    "userAccountControl",
    "mS-DS-ConsistencyGuid",
    "userCertificate",
    "userSMIMECertificate",
    "lastLogonTimestamp",
    "pwdLastSet",
    "adminCount",
    "primaryGroupID",
    "operatingSystem",
    "member",
)

EXPORT_HELP = f"""\
How to export a directory, on a domain member, as any user who may read it. Reading changes nothing.
Without the Exchange schema the Exchange attributes (mailNickname, proxyAddresses, msExch…) are not
there: leave out those that the tool rejects.

LDIF, the format of choice (-u writes Unicode, so that no character is lost):

  ldifde -u -f users.ldif -r "{_FILTER}" ^
    -l {",".join(ATTRIBUTES)}

  The whole forest from a global catalog (attributes outside the partial set are missing there):

  ldifde -u -f forest.ldif -t 3268 -d "" -r "{_FILTER}" ^
    -l {",".join(ATTRIBUTES)}

CSV:

  csvde -u -f users.csv -r "{_FILTER}" ^
    -l {",".join(ATTRIBUTES)}

PowerShell (module ActiveDirectory), one object a line:

  $attributes = '{"','".join(ATTRIBUTES)}'
  Get-ADObject -LDAPFilter '{_FILTER}' -Properties $attributes -ResultPageSize 1000 |
    Select-Object (@('DistinguishedName') + $attributes) |
    ForEach-Object {{ $_ | ConvertTo-Json -Compress -Depth 3 }} |
    Set-Content -Encoding utf8 users.json

From Linux, with a ticket of kinit:

  ldapsearch -LLL -Y GSSAPI -H ldap://dc1.corp.example.com -E pr=1000/noprompt -o ldif-wrap=no \\
    -b dc=corp,dc=example,dc=com "{_FILTER}" {" ".join(ATTRIBUTES)}

The facts about the forest (levels, schema, recycle bin, connection points, certification authorities,
Exchange, Configuration Manager) stand elsewhere. Put the names of your forest and domain in place of
DC=corp,DC=example,DC=com; the last two commands once for each domain:

  ldifde -u -f configuration.ldif -d "CN=Configuration,DC=corp,DC=example,DC=com"
  ldifde -u -f schema.ldif -d "CN=Schema,CN=Configuration,DC=corp,DC=example,DC=com"
  ldifde -u -f domain.ldif -d "DC=corp,DC=example,DC=com" -p base
  ldifde -u -f system.ldif -d "DC=corp,DC=example,DC=com" ^
    -r "{_FACTS}"

Add computers and organisational units to have hybrid join and OU names judged: the filter is then
  (|(objectCategory=person)(objectCategory=group)(objectCategory=computer)(objectClass=organizationalUnit))

Then:  emsready directory check users.ldif
  or:  emsready directory check users.ldif configuration.ldif schema.ldif domain.ldif system.ldif

An export holds personal data: keep it where only you can read it, and delete it afterwards.
The options of ldifde and csvde are those of Microsoft's documentation.
"""
