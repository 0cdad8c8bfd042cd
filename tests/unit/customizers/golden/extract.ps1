param([string]$KILN_ARTIFACT_URI = '', [string]$KILN_ARTIFACT_SHA256 = '')
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$expected_sha256 = ''
$destination = 'C:\inetpub\wwwroot\'

# Defines Save-Artifact: the staged bytes, from the URI in the parameter, into a file.

function Stop-Step([string]$message) {
    Write-Output "kiln: $message"
    exit 1
}

# DownloadFile writes as it reads: the size does not matter. A new VM's network may need a moment.
function Save-Artifact([string]$path) {
    if (-not $KILN_ARTIFACT_URI) { Stop-Step 'KILN_ARTIFACT_URI is not set' }
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    foreach ($pause in 2, 5, 0) {
        try {
            (New-Object Net.WebClient).DownloadFile($KILN_ARTIFACT_URI, $path)
            Test-Artifact $path
            return
        } catch [Net.WebException] {
            # The exception's own message may show the address, which carries a signature.
            Write-Output "kiln: no download yet: $($_.Exception.GetBaseException().GetType().Name)"
            Start-Sleep -Seconds $pause
        }
    }
    Stop-Step 'cannot download the staged file (the address is not shown: it carries a signature)'
}

function Test-Artifact([string]$path) {
    $expected = if ($KILN_ARTIFACT_SHA256) { $KILN_ARTIFACT_SHA256 } else { $expected_sha256 }
    if (-not $expected) { return }
    $actual = (Get-FileHash -Algorithm SHA256 -LiteralPath $path).Hash.ToLowerInvariant()
    if ($actual -ne $expected) { Stop-Step "checksum mismatch: expected $expected, got $actual" }
}

# Unpacks the artifact into the folder $destination, which is made if it is not there.

New-Item -ItemType Directory -Path $destination -Force | Out-Null
$archive = [IO.Path]::Combine($destination, ".kiln-$([guid]::NewGuid()).zip")
try {
    Save-Artifact $archive
    $head = New-Object byte[] 2
    $stream = [IO.File]::OpenRead($archive)
    try { [void]$stream.Read($head, 0, 2) } finally { $stream.Close() }
    if ([Text.Encoding]::ASCII.GetString($head) -eq 'PK') {
        Expand-Archive -LiteralPath $archive -DestinationPath $destination -Force
    } else {
        # In Windows since Server 2019.
        if (-not (Get-Command tar.exe -ErrorAction SilentlyContinue)) {
            Stop-Step 'cannot unpack: this Windows has no tar.exe'
        }
        tar.exe -x -f $archive -C $destination
        if ($LASTEXITCODE -ne 0) { Stop-Step 'cannot unpack: is it a tar archive, or a compressed one?' }
    }
} finally {
    Remove-Item -LiteralPath $archive -Force -ErrorAction SilentlyContinue
}
exit 0
