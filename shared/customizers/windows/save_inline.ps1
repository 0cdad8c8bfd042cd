# With a byte order mark, so that Windows PowerShell reads UTF-8.
function Save-Script([string]$path) {
    [IO.File]::WriteAllLines($path, [string[]]$inline, (New-Object Text.UTF8Encoding $true))
}
