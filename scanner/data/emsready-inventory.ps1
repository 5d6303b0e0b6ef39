<#
.SYNOPSIS
    Writes down what this server runs, for emsready. Reads only; changes nothing.

.DESCRIPTION
    Looks at this server alone, with the rights of whoever runs it, and writes one JSON file. It opens
    no connection, installs nothing, and asks for no credentials. Run it on every server that matters:
    domain controllers, Entra Connect, agents and connectors, AD FS and its proxies, NDES, certification
    authorities, Configuration Manager, NPS and VPN. Then name the files in emsready.toml:

        [inventory]
        files = ["SYNC01.json", "STS01.json"]

    What cannot be read is left out and named on the screen; emsready then says 'not assessed'.
    Works with Windows PowerShell 5.1. Some facts need an elevated session.

.PARAMETER Path
    The file to write. Default: the name of this server, in the current folder.

.PARAMETER SearchUpdates
    Also asks this server's update service which updates are missing. Takes minutes, and is the only
    part that makes Windows itself talk to the update service that it is set to use.

.PARAMETER Describe
    Says what would be looked at, and does nothing else.

.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\emsready-inventory.ps1 -Path .\SYNC01.json
#>
[CmdletBinding()]
param(
    [string] $Path = ".\$env:COMPUTERNAME.json",
    [switch] $SearchUpdates,
    [switch] $Describe
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# One line for each thing that is looked at. Get-Fact runs it, and a failure costs that fact only.
$Looks = [ordered] @{
    'system'      = 'name, version, domain and kind of installation (WMI, registry)'
    'updates'     = 'installed updates and a pending restart (WMI, registry)'
    'tls'         = 'TLS settings of Windows and of .NET (registry)'
    'software'    = 'versions of agents and connectors (registry, file versions)'
    'sync'        = 'staging mode and database of Entra Connect (module ADSync)'
    'ad_fs'       = 'farm level and authentication providers of AD FS (module ADFS)'
    'authorities' = 'name, kind, certificate and list of a certification authority (registry, files)'
    'ndes'        = 'settings of NDES (registry, IIS)'
}

if ($Describe) {
    foreach ($name in $Looks.Keys) { '{0,-12} {1}' -f $name, $Looks[$name] }
    return
}

function Get-Fact {
    # Runs a look. Returns nothing where it fails, and says so.
    param([string] $Name, [scriptblock] $Look)
    try {
        & $Look
    }
    catch {
        Write-Warning ("{0}: not read: {1}" -f $Name, $_.Exception.Message)
    }
}

function Get-RegistryValue {
    # One value, or nothing where key or value is not there.
    param([string] $Key, [string] $Name)
    if (Test-Path -LiteralPath $Key) {
        $item = Get-Item -LiteralPath $Key
        if ($item.GetValueNames() -contains $Name) { $item.GetValue($Name) }
    }
}

function Get-Flag {
    # A registry value as true or false; nothing where it is not set.
    param([string] $Key, [string] $Name)
    $value = Get-RegistryValue -Key $Key -Name $Name
    if ($null -eq $value) { return $null }
    [bool] $value
}

function Get-Day {
    param([datetime] $Moment)
    $Moment.ToString('yyyy-MM-dd', [System.Globalization.CultureInfo]::InvariantCulture)
}

function Get-SystemFact {
    $os = Get-CimInstance -ClassName Win32_OperatingSystem
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    $revision = Get-RegistryValue -Key $current -Name 'UBR'
    $version = $os.Version
    if ($null -ne $revision) { $version = '{0}.{1}' -f $version, $revision }
    $kinds = @{ 'Server' = 'full'; 'Server Core' = 'core'; 'Nano Server' = 'nano' }
    $installation = ''
    $type = Get-RegistryValue -Key $current -Name 'InstallationType'
    if ($type -and $kinds.ContainsKey($type)) { $installation = $kinds[$type] }
    [ordered] @{ name = $os.Caption; version = $version; installation = $installation }
}

function Get-UpdateFact {
    $found = [ordered] @{ installed = @(); restart_pending = $false }
    $fixes = @(Get-HotFix)
    $found.installed = @($fixes | ForEach-Object { $_.HotFixID } | Where-Object { $_ })
    $days = @($fixes | Where-Object { $_.InstalledOn } | ForEach-Object { $_.InstalledOn })
    if ($days.Count -gt 0) {
        $found.last_installed = Get-Day -Moment ($days | Sort-Object | Select-Object -Last 1)
    }
    $signs = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired',
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    )
    foreach ($sign in $signs) {
        if (Test-Path -LiteralPath $sign) { $found.restart_pending = $true }
    }
    if ($SearchUpdates) {
        $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
        $found.pending = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates.Count
    }
    $found
}

function Get-TlsFact {
    $protocols = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
    $dotnet = 'HKLM:\SOFTWARE\Microsoft\.NETFramework\v4.0.30319'
    $found = [ordered] @{
        tls12_client   = Get-Flag -Key "$protocols\TLS 1.2\Client" -Name 'Enabled'
        tls12_server   = Get-Flag -Key "$protocols\TLS 1.2\Server" -Name 'Enabled'
        tls11_server   = Get-Flag -Key "$protocols\TLS 1.1\Server" -Name 'Enabled'
        tls10_server   = Get-Flag -Key "$protocols\TLS 1.0\Server" -Name 'Enabled'
        strong_crypto  = Get-Flag -Key $dotnet -Name 'SchUseStrongCrypto'
        system_default = Get-Flag -Key $dotnet -Name 'SystemDefaultTlsVersions'
    }
    $found
}

function Get-InstalledProgram {
    # What Programs and Features shows.
    $keys = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*',
        'HKLM:\SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
    )
    foreach ($item in Get-ItemProperty -Path $keys -ErrorAction SilentlyContinue) {
        $names = @($item.PSObject.Properties | ForEach-Object { $_.Name })
        if ($names -contains 'DisplayName' -and $names -contains 'DisplayVersion') {
            [pscustomobject] @{ Name = $item.DisplayName; Version = $item.DisplayVersion }
        }
    }
}

function Get-SoftwareFact {
    $wanted = [ordered] @{
        'entra-connect'             = '^Microsoft (Azure AD|Entra) Connect( Sync)?$'
        'provisioning-agent'        = '^Microsoft (Azure AD Connect|Entra) Provisioning Agent$'
        'pass-through-agent'        = 'Connect Authentication Agent$'
        'private-network-connector' = '^Microsoft (Azure AD Application Proxy|Entra private network) Connector$'
        'certificate-connector'     = '^Certificate Connector for Microsoft Intune$'
        'intune-ad-connector'       = '^(Microsoft )?Intune Connector for Active Directory$'
        'mfa-server'                = '^(Azure )?Multi-Factor Authentication Server$'
    }
    $programs = @(Get-InstalledProgram)
    foreach ($product in $wanted.Keys) {
        $match = $programs | Where-Object { $_.Name -match $wanted[$product] } | Select-Object -First 1
        if ($match) { [ordered] @{ product = $product; version = $match.Version } }
    }
    $site = Get-RegistryValue -Key 'HKLM:\SOFTWARE\Microsoft\SMS\Setup' -Name 'Full Version'
    if ($site) { [ordered] @{ product = 'configuration-manager-site'; version = $site } }
}

function Get-SyncFact {
    # Programs and Features may show an older version than the one that runs.
    $engine = "$env:ProgramFiles\Microsoft Azure AD Sync\Bin\miiserver.exe"
    if (-not (Test-Path -LiteralPath $engine)) { return }
    $found = [ordered] @{}
    $found.running = (Get-Item -LiteralPath $engine).VersionInfo.ProductVersion
    Import-Module ADSync
    $found.staging = [bool] (Get-ADSyncScheduler).StagingModeEnabled
    $server = Get-RegistryValue -Key 'HKLM:\SYSTEM\CurrentControlSet\Services\ADSync\Parameters' -Name 'Server'
    $found.database = 'sql-server'
    if (-not $server -or $server -like '(localdb)*') { $found.database = 'localdb' }
    if ($server -like '*.database.windows.net*') { $found.database = 'azure-sql' }
    $found
}

function Get-AdfsFact {
    if (-not (Get-Service -Name 'adfssrv' -ErrorAction SilentlyContinue)) { return }
    Import-Module ADFS
    [ordered] @{
        level         = [int] (Get-AdfsFarmInformation).CurrentFarmBehavior
        providers     = @((Get-AdfsGlobalAuthenticationPolicy).AdditionalAuthenticationProvider | Where-Object { $_ })
        auto_rollover = [bool] (Get-AdfsProperties).AutoCertificateRollover
    }
}

function Get-AuthorityFact {
    $root = 'HKLM:\SYSTEM\CurrentControlSet\Services\CertSvc\Configuration'
    $name = Get-RegistryValue -Key $root -Name 'Active'
    if (-not $name) { return }
    $kinds = @('enterprise-root', 'enterprise-subordinate', '', 'root', 'subordinate')
    $type = [int] (Get-RegistryValue -Key "$root\$name" -Name 'CAType')
    $found = [ordered] @{ name = $name; kind = $kinds[$type] }
    $hash = Get-RegistryValue -Key "$root\$name" -Name 'CACertHash' | Select-Object -Last 1
    $thumbprint = "$hash" -replace '\s', ''
    $certificate = Get-ChildItem Cert:\LocalMachine\My | Where-Object { $_.Thumbprint -eq $thumbprint }
    if ($certificate) {
        $found.expires = Get-Day -Moment $certificate.NotAfter
        $found.hash_algorithm = $certificate.SignatureAlgorithm.FriendlyName -replace '(RSA|ECDSA)$', ''
        $found.key_algorithm = $certificate.PublicKey.Oid.FriendlyName
        if ($found.key_algorithm -eq 'RSA') { $found.key_bits = $certificate.PublicKey.Key.KeySize }
    }
    # CertUtil prints the next update of the base list in the words of its own language: read the file.
    $list = "$env:windir\System32\CertSrv\CertEnroll\$name.crl"
    if (Test-Path -LiteralPath $list) {
        $period = [int] (Get-RegistryValue -Key "$root\$name" -Name 'CRLPeriodUnits')
        $unit = Get-RegistryValue -Key "$root\$name" -Name 'CRLPeriod'
        $days = @{ 'Hours' = 1 / 24; 'Days' = 1; 'Weeks' = 7; 'Months' = 30; 'Years' = 365 }
        if ($unit -and $days.ContainsKey($unit)) {
            $written = (Get-Item -LiteralPath $list).LastWriteTime
            $found.crl_next_update = Get-Day -Moment $written.AddDays($period * $days[$unit])
        }
    }
    $found
}

function Get-NdesFact {
    $mscep = 'HKLM:\SOFTWARE\Microsoft\Cryptography\MSCEP'
    if (-not (Test-Path -LiteralPath $mscep)) { return }
    $found = [ordered] @{}
    $found.policy_module = Test-Path -LiteralPath "$mscep\Modules\NDESPolicy"
    $harden = 'HKLM:\SOFTWARE\Microsoft\Active Setup\Installed Components\' +
        '{A509B1A7-37EF-4b3f-8CFC-4F3A74704073}'
    $found.enhanced_security = Get-Flag -Key $harden -Name 'IsInstalled'
    Import-Module WebAdministration
    $found.https_binding = [bool] (Get-WebBinding -Protocol 'https')
    $pool = Get-Item -LiteralPath 'IIS:\AppPools\SCEP' -ErrorAction SilentlyContinue
    if ($pool) { $found.account = [string] $pool.processModel.userName }
    $found
}

function Get-RoleFact {
    # What this server is for, by its services and by what was found above.
    param([object[]] $Software)
    $services = [ordered] @{
        'domain-controller'      = 'NTDS'
        'entra-connect'          = 'ADSync'
        'ad-fs'                  = 'adfssrv'
        'wap'                    = 'appproxysvc'
        'certification-authority' = 'CertSvc'
        'configuration-manager'  = 'SMS_EXECUTIVE'
        'nps'                    = 'IAS'
        'exchange'               = 'MSExchangeServiceHost'
    }
    foreach ($role in $services.Keys) {
        if (Get-Service -Name $services[$role] -ErrorAction SilentlyContinue) { $role }
    }
    $access = Get-Service -Name 'RemoteAccess' -ErrorAction SilentlyContinue
    if ($access -and $access.Status -eq 'Running') { 'vpn' }
    if (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography\MSCEP') { 'ndes' }
    $agents = @('provisioning-agent', 'pass-through-agent', 'private-network-connector', 'certificate-connector')
    foreach ($one in $Software) {
        if ($agents -contains $one.product) { $one.product }
    }
}

$computer = Get-CimInstance -ClassName Win32_ComputerSystem
$fullName = $computer.DNSHostName
if ($computer.PartOfDomain) { $fullName = '{0}.{1}' -f $computer.DNSHostName, $computer.Domain }

$software = @(Get-Fact 'software' { Get-SoftwareFact })
$sync = Get-Fact 'sync' { Get-SyncFact }
if ($sync -and $sync.Contains('running')) {
    $software = @($software | Where-Object { $_.product -ne 'entra-connect' })
    $software += [ordered] @{ product = 'entra-connect'; version = $sync.running }
    $sync.Remove('running')
}

$server = [ordered] @{
    name          = $fullName
    roles         = @(Get-Fact 'roles' { Get-RoleFact -Software $software })
    domain_joined = [bool] $computer.PartOfDomain
    software      = $software
}
$release = Get-RegistryValue -Key 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full' -Name 'Release'
if ($null -ne $release) { $server.dotnet_release = [int] $release }

$facts = [ordered] @{
    system  = Get-Fact 'system' { Get-SystemFact }
    updates = Get-Fact 'updates' { Get-UpdateFact }
    tls     = Get-Fact 'tls' { Get-TlsFact }
    sync    = $sync
    ad_fs   = Get-Fact 'ad_fs' { Get-AdfsFact }
    ndes    = Get-Fact 'ndes' { Get-NdesFact }
}
foreach ($name in $facts.Keys) {
    if ($facts[$name]) { $server[$name] = $facts[$name] }
}
$authority = Get-Fact 'authorities' { Get-AuthorityFact }
if ($authority) { $server.authorities = @($authority) }

$inventory = [ordered] @{
    schema       = '1.0'
    collector    = 'emsready-inventory.ps1 1.0'
    collected_at = (Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
    servers      = @($server)
}
$target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
$json = ConvertTo-Json -InputObject $inventory -Depth 8
[System.IO.File]::WriteAllText($target, $json, (New-Object System.Text.UTF8Encoding $false))
Write-Output $target
