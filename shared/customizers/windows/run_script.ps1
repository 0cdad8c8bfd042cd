# Runs the script that Save-Script writes in a PowerShell of its own, and ends with its exit code.

$work = [IO.Path]::Combine($env:SystemRoot, 'Temp', "kiln-$([guid]::NewGuid())")
New-Item -ItemType Directory -Path $work | Out-Null
# What is under Temp may be read by every user; this is for SYSTEM and administrators alone.
icacls.exe $work /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null

$code = 1
try {
    $path = [IO.Path]::Combine($work, 'script.ps1')
    Save-Script $path

    # As Packer calls it: the exit code is that of the script, else that of the last program it ran.
    $quoted = ($arguments | ForEach-Object { "'" + ($_ -replace "['\u2018-\u201b]", '$0$0') + "'" }) -join ' '
    $lines = @(
        '$ProgressPreference = ''SilentlyContinue''',
        "& '$path' $quoted",
        'exit $LastExitCode'
    )
    $call = [IO.Path]::Combine($work, 'call.ps1')
    [IO.File]::WriteAllLines($call, [string[]]$lines, (New-Object Text.UTF8Encoding $true))

    Set-Variables
    # A program that writes to its standard error has not failed by that.
    $ErrorActionPreference = 'Continue'
    powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $call 2>&1 |
        ForEach-Object { "$_" }
    $code = $LASTEXITCODE
} finally {
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
}

if ($valid_exit_codes -contains $code) {
    if ($code -ne 0) { Write-Output "kiln: the exit code $code is one of validExitCodes" }
    exit 0
}
if ($code -eq 0) {
    Write-Output "kiln: the exit code 0 is none of validExitCodes: $valid_exit_codes"
    exit 1
}
exit $code
