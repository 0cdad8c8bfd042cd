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
