# Puts the artifact at $destination.

$folder = [IO.Path]::GetDirectoryName($destination)
if (-not (Test-Path -LiteralPath $folder -PathType Container)) {
    Stop-Step "cannot write ${destination}: the folder $folder does not exist"
}
if (Test-Path -LiteralPath $destination -PathType Container) {
    Stop-Step "cannot write ${destination}: it is a folder"
}

# Beside its destination, so that it takes the space once and appears whole or not at all.
$arriving = [IO.Path]::Combine($folder, ".kiln-$([guid]::NewGuid())")
try {
    Save-Artifact $arriving
    Move-Item -LiteralPath $arriving -Destination $destination -Force
} finally {
    Remove-Item -LiteralPath $arriving -Force -ErrorAction SilentlyContinue
}
exit 0
