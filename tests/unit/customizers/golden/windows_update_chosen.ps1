param()
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$criteria = 'IsInstalled=0'
$filters = @(
    'exclude:$_.Title -like ''*Preview*''',
    'include:$true'
)
$limit = 20
$restart_needed = 3010

# Installs the updates of one search that the filters let pass, and ends with
#   0                 nothing is left, and nothing waits for a restart
#   $restart_needed   restart the VM and run this again
#   1                 an update could not be installed

$succeeded, $succeeded_with_errors = 2, 3  # OperationResultCode of the Windows Update Agent

$rules = foreach ($filter in $filters) {
    $action, $expression = $filter -split ':', 2
    @{ Include = $action -eq 'include'; Test = [scriptblock]::Create($expression) }
}

function Test-Wanted($update) {
    foreach ($rule in $rules) {
        if ($update | Where-Object $rule.Test) { return $rule.Include }
    }
    return $false
}

# Windows' own pending work comes first: most updates do not install over it.
$system = New-Object -ComObject Microsoft.Update.SystemInfo
if ($system.RebootRequired) {
    Write-Output 'kiln: Windows waits for a restart'
    exit $restart_needed
}

$session = New-Object -ComObject Microsoft.Update.Session
$session.ClientApplicationID = 'kiln'
Write-Output "kiln: searching for updates: $criteria"
$found = $session.CreateUpdateSearcher().Search($criteria).Updates

$chosen = New-Object -ComObject Microsoft.Update.UpdateColl
$left = $false
foreach ($update in $found) {
    if ($update.InstallationBehavior.CanRequestUserInput) {
        Write-Output "kiln: skipped, for it may ask questions: $($update.Title)"
    } elseif (-not (Test-Wanted $update)) {
        Write-Output "kiln: not wanted: $($update.Title)"
    } elseif ($chosen.Count -ge $limit) {
        $left = $true
    } else {
        if (-not $update.EulaAccepted) { $update.AcceptEula() }
        Write-Output "kiln: to be installed: $($update.Title)"
        [void]$chosen.Add($update)
    }
}
if ($chosen.Count -eq 0) {
    Write-Output 'kiln: no updates are left'
    exit 0
}

$downloader = $session.CreateUpdateDownloader()
$downloader.Updates = $chosen
Write-Output "kiln: downloading $($chosen.Count) updates"
[void]$downloader.Download()

$installer = $session.CreateUpdateInstaller()
$installer.Updates = $chosen
Write-Output "kiln: installing $($chosen.Count) updates"
$result = $installer.Install()

$failed = $false
for ($i = 0; $i -lt $chosen.Count; $i++) {
    $one = $result.GetUpdateResult($i)
    if ($one.ResultCode -notin $succeeded, $succeeded_with_errors) {
        $failed = $true
        Write-Output ('kiln: failed with 0x{0:X8}: {1}' -f $one.HResult, $chosen.Item($i).Title)
    }
}
# What failed may succeed after the restart that others need.
if ($result.RebootRequired -or $left) { exit $restart_needed }
if ($failed) { exit 1 }
Write-Output 'kiln: updates are installed'
exit 0
