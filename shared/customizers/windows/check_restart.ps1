# The VM is up again: runs $check, as Packer does, until it ends with 0 or the time is over.

if (-not $check) {
    Write-Output "kiln: $env:COMPUTERNAME restarted"
    exit 0
}
$ErrorActionPreference = 'Continue'
$clock = [Diagnostics.Stopwatch]::StartNew()
do {
    cmd.exe /d /c "$check" 2>&1 | ForEach-Object { "$_" }
    if ($LASTEXITCODE -eq 0) { exit 0 }
    Start-Sleep -Seconds 5
} while ($clock.Elapsed.TotalSeconds -lt $seconds)
Write-Output "kiln: restartCheckCommand did not end with 0 within $seconds seconds"
exit 1
