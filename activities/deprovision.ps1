# Makes a Windows VM an image, as Azure VM Image Builder does: sysprep without a shutdown, so that this script's
# end is reported; the VM is deallocated afterwards. A script of the template's owner at
# c:\DeprovisioningScript.ps1 takes precedence. Not verified against live Azure.
$ErrorActionPreference = 'Stop'

$own = 'c:\DeprovisioningScript.ps1'
if (Test-Path $own) {
    Write-Output "kiln: running $own"
    & $own
    exit $LASTEXITCODE
}

foreach ($service in 'RdAgent', 'WindowsAzureGuestAgent') {
    Write-Output "kiln: waiting for $service"
    while ((Get-Service $service -ErrorAction SilentlyContinue).Status -ne 'Running') { Start-Sleep -Seconds 5 }
}

$unattend = "$Env:SystemRoot\system32\Sysprep\unattend.xml"
if (Test-Path $unattend) { Remove-Item $unattend -Force }
& "$Env:SystemRoot\System32\Sysprep\Sysprep.exe" /oobe /generalize /quiet /quit

$state = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State'
while ((Get-ItemProperty $state).ImageState -ne 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE') {
    Write-Output "kiln: $((Get-ItemProperty $state).ImageState)"
    Start-Sleep -Seconds 5
}
Write-Output 'kiln: deprovisioned'
