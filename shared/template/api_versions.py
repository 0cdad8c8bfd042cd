"""The api-versions of Microsoft.VirtualMachineImages/imageTemplates, from Azure's REST API specifications."""

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
