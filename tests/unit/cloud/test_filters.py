"""`$filter` of resource lists."""

import pytest

from local.cloud.arm_ids import parse_id
from local.cloud.errors import ArmError
from local.cloud.providers.microsoft_resources.resource_lists import matches, parse_filter
from local.cloud.store import Resource

DISK = Resource(
    parse_id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d"),
    {"location": "westeurope", "tags": {"kiln-run": "r1"}, "properties": {}},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("tagName eq 'kiln-run'", True),
        ("tagName eq 'kiln-run' and tagValue eq 'r1'", True),
        ("tagName eq 'kiln-run' and tagValue eq 'r2'", False),
        ("tagName eq 'other'", False),
        ("resourceType eq 'microsoft.compute/DISKS'", True),
        ("resourceType eq 'Microsoft.Compute/snapshots'", False),
    ],
)
def test_filters(text: str, *, found: bool) -> None:
    assert matches(DISK, parse_filter(text)) is found


def test_a_filter_that_is_not_understood_is_refused() -> None:
    with pytest.raises(ArmError, match="InvalidFilterInQueryString"):
        parse_filter("substringof('x', name)")
