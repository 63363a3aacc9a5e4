<#
.SYNOPSIS
Has the Windows firewall refuse Carrel's programs every connection to the outside, or takes that back.

.DESCRIPTION
Windows offers a program no way to refuse itself the network; this is what the installer does instead, with the
administrator's rights that it has. One rule for each program file, found again by its name, so that running this
twice is running it once. A rule holds for the file at that path and for nothing that it starts: give every
program file that Carrel is made of. Rules of the firewall do not concern connections to this computer itself.

.EXAMPLE
.\block-network.ps1 -Program 'C:\Program Files\Carrel\carrel.exe'

.EXAMPLE
.\block-network.ps1 -Remove
#>
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Block')]
param(
    [Parameter(Mandatory, ParameterSetName = 'Block')] [string[]] $Program,
    [Parameter(Mandatory, ParameterSetName = 'Remove')] [switch] $Remove
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$group = 'Carrel'

if ($Remove) {
    Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue | Remove-NetFirewallRule
    exit 0
}

foreach ($path in $Program) {
    $file = (Get-Item -LiteralPath $path).FullName
    $hash = [Security.Cryptography.SHA256]::Create()
    $digest = $hash.ComputeHash([Text.Encoding]::UTF8.GetBytes($file.ToLowerInvariant()))
    $name = 'carrel-block-' + [BitConverter]::ToString($digest, 0, 8).Replace('-', '')
    Get-NetFirewallRule -Name $name -ErrorAction SilentlyContinue | Remove-NetFirewallRule
    New-NetFirewallRule -Name $name -DisplayName "Carrel: no network ($(Split-Path $file -Leaf))" -Group $group `
        -Description 'Carrel works offline. This rule has Windows refuse it the network.' `
        -Direction Outbound -Action Block -Profile Any -Program $file -Enabled True | Out-Null
    $rule = Get-NetFirewallRule -Name $name
    if ($rule.Action -ne 'Block' -or ($rule | Get-NetFirewallApplicationFilter).Program -ne $file) {
        throw "The firewall did not keep the rule for $file."
    }
}

$off = @(Get-NetFirewallProfile -PolicyStore ActiveStore | Where-Object { $_.Enabled -ne 'True' })
if ($off.Count) {
    # The rule is there, but nothing looks at it: the installer has to say so.
    Write-Warning "The Windows firewall is switched off for: $($off.Name -join ', '). Until it is on, nothing is refused."
    exit 2
}
exit 0
