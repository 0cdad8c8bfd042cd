"""WindowsUpdate: installs updates by the Windows Update Agent's COM interface.

AIB takes the options of the community's Packer provisioner `windows-update`: a search, filters of which the
first that fits an update decides (`include:` or `exclude:`, then a PowerShell expression about `$_`; none
fitting means no), and a limit of updates at a time. Updates are searched, installed and the VM restarted
until nothing is left: the script ends with RESTART_NEEDED as long as there is. The agent refuses network
logons, which is why Packer needs a scheduled task there; a Managed Run Command is none.
"""

import re

from shared.customizers.kind import CustomizerKind, Role, on_windows
from shared.customizers.windows_script import array, quote, windows_script
from shared.domain.steps import RESTART_NEEDED, Step
from shared.domain.template import WindowsUpdateCustomizer
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line

# AIB's template reference; its API description says "search all" of the same default.
DEFAULT_CRITERIA = "BrowseOnly=0 and IsInstalled=0"
DEFAULT_FILTERS = ("include:$true",)
DEFAULT_LIMIT = 1000
MAX_LIMIT = 2**31 - 1

_FILTER = re.compile(r"(include|exclude):\s*\S.*", re.DOTALL)


def read_windows_update(fields: ObjectReader, _role: Role) -> WindowsUpdateCustomizer:
    return WindowsUpdateCustomizer(
        name=fields.text("name", rule=one_line),
        search_criteria=fields.text("searchCriteria", rule=one_line),
        filters=fields.texts("filters", rule=_filter),
        update_limit=fields.integer("updateLimit", minimum=0, maximum=MAX_LIMIT, default=0) or DEFAULT_LIMIT,
    )


def windows_update_to_json(customizer: WindowsUpdateCustomizer) -> JsonObject:
    limit = customizer.update_limit
    return without_empty(
        {
            "name": customizer.name,
            "searchCriteria": customizer.search_criteria,
            "filters": list(customizer.filters),
            "updateLimit": None if limit == DEFAULT_LIMIT else limit,
        }
    )


def windows_update_step(index: int, customizer: WindowsUpdateCustomizer) -> Step:
    settings = [
        f"$criteria = {quote(customizer.search_criteria or DEFAULT_CRITERIA)}",
        f"$filters = {array(customizer.filters or DEFAULT_FILTERS)}",
        f"$limit = {customizer.update_limit}",
        f"$restart_needed = {RESTART_NEEDED}",
    ]
    script = windows_script([], settings, "install_updates.ps1")
    return Step(index, customizer.type, customizer.name, script, os_type="Windows")


def _filter(text: str) -> str | None:
    if _FILTER.fullmatch(text):
        return None
    return "must be include:<expression> or exclude:<expression>, like exclude:$_.Title -like '*Preview*'"


CUSTOMIZER = CustomizerKind(
    "WindowsUpdate", read_windows_update, windows_update_to_json, windows_update_step, on_windows
)
