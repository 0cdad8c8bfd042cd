"""What cannot be built yet is said before anything is created."""

import pytest

from activities.buildable import check_buildable
from shared.domain.errors import BuildFailed
from shared.reading.report import KILN_API_VERSION
from tests.unit.template.samples import GROUP, IMAGE, minimal, parse, with_properties

MANAGED = f"{GROUP}/x/providers/Microsoft.Compute/images/web"
SHARED = {"type": "SharedImage", "runOutputName": "o", "galleryImageId": IMAGE}
SHELL = {"type": "Shell", "inline": ["true"]}


def test_what_can_be_built_passes() -> None:
    check_buildable(parse(minimal()))
    check_buildable(parse(with_properties({"customize": [SHELL], "distribute": [SHARED]})))


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"source": {"type": "ManagedImage", "imageId": MANAGED}}, "source (ManagedImage)"),
        (
            {
                "source": {
                    "type": "SharedImageVersion",
                    "imageVersionId": "/sharedGalleries/g/images/i/versions/latest",
                }
            },
            "source",
        ),
        ({"customize": [SHELL, {"type": "LinuxRestart"}]}, "customize[1] (LinuxRestart)"),
        ({"customize": [{"type": "PowerShell", "inline": ["x"]}]}, "customize[0] (PowerShell)"),
        ({"customize": [SHELL | {"secrets": {"A": "https://v/secrets/a"}}]}, "customize[0] (Shell)"),
        ({"validate": {"inVMValidations": [SHELL]}}, "validate"),
        ({"errorHandling": {"onCustomizerError": "abort"}}, "errorHandling"),
        ({"additionalDataDisks": [{"sizeGB": 1}]}, "additionalDataDisks"),
        ({"osState": "Specialized"}, "osState"),
        ({"distribute": [SHARED | {"endOfLifeDate": "2030-01-01"}]}, "distribute[0] (SharedImage)"),
    ],
)
def test_the_rest_is_refused_by_place(members: dict[str, object], place: str) -> None:
    with pytest.raises(BuildFailed) as caught:
        check_buildable(parse(with_properties(members), KILN_API_VERSION))
    assert caught.value.error.code == "ValidationFailed"
    assert caught.value.error.message.endswith(f": properties.{place}")
