"""The api-versions in which an image template may be written."""

from shared.reading.report import KILN_API_VERSION

# Those of Microsoft.VirtualMachineImages/imageTemplates, from Azure's REST API specifications.
API_VERSIONS = (
    "2018-02-01-preview",
    "2019-02-01-preview",
    "2019-05-01-preview",
    "2020-02-14",
    "2021-10-01",
    "2022-02-14",
    "2022-07-01",
    "2023-07-01",
    "2024-02-01",
    "2025-10-01",
)
LATEST_API_VERSION = API_VERSIONS[-1]


def api_version_of(document: object) -> str:
    """The api-version in which Kiln's own API reads a document: AIB's newest, or Kiln's if it says so."""
    written = document.get("apiVersion") if isinstance(document, dict) else None
    return KILN_API_VERSION if written == KILN_API_VERSION else LATEST_API_VERSION
