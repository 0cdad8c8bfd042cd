"""Lists across types: resource groups, and `resources` of a subscription or group with `$filter`.

Filters understood: `resourceType eq 'T'`, `tagName eq 'N'`, `tagValue eq 'V'`, joined by `and`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from local.cloud.arm_ids import RESOURCE_GROUP_TYPE, ArmId
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.paging import SKIP, page, page_of, page_size
from local.cloud.readings import Reading
from local.cloud.registry import Registry
from local.cloud.requests import Answer, ArmRequest
from local.cloud.store import Resource

TERM = re.compile(r"\s*(resourceType|tagName|tagValue|name|location)\s+eq\s+'([^']*)'\s*", re.IGNORECASE)
SHOWN = ("id", "name", "type", "location", "tags", "sku", "managedBy", "identity", "kind", "zones")


class ResourceLists:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._store = registry.cloud.store
        self._arm = registry.cloud.settings.arm

    def readings(self) -> list[Reading]:
        scope = "/subscriptions/{subscription}"
        return [
            Reading(f"{scope}/resourceGroups", self._groups),
            Reading(f"{scope}/resources", self._resources),
            Reading(f"{scope}/resourceGroups/{{group}}/resources", self._resources),
        ]

    def _groups(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del names
        wanted = parse_filter(request.query.get("$filter", ""))
        groups = self._store.resources(type_name=RESOURCE_GROUP_TYPE)
        return page(self._arm, request, [group.document for group in groups if matches(group, wanted)])

    def _resources(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        group = ArmId(names["subscription"], names["group"]) if "group" in names else None
        if group:
            self._store.get(group)
        wanted = parse_filter(request.query.get("$filter", ""))
        # The token is a key and not a number: no page looks at what stands on those before it.
        found = self._store.walk(f"{group.key}/" if group else "", request.query.get(SKIP, ""))
        listed = (item for item in found if _is_listed(item) and matches(item, wanted))
        size = page_size(request)
        items = list(islice(listed, size + 1))
        shown = [self._summary(item) for item in items[:size]]
        return page_of(self._arm, request, shown, items[size - 1].id.key if len(items) > size else "")

    def _summary(self, resource: Resource) -> Json:
        document = self._registry.get(resource.id.type).view(resource, "")
        return {key: document[key] for key in SHOWN if key in document}


def _is_listed(resource: Resource) -> bool:
    """Resource groups are no resources in this list, and children without a location are not shown."""
    return not resource.id.is_resource_group and "location" in resource.document


def parse_filter(text: str) -> dict[str, str]:
    """Raises ArmError 400 for a filter that is not understood, rather than listing too much."""
    if not text:
        return {}
    wanted: dict[str, str] = {}
    for term in re.split(r"\s+and\s+", text, flags=re.IGNORECASE):
        if not (match := TERM.fullmatch(term)):
            raise ArmError(
                400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string."
            )
        wanted[match[1].lower()] = match[2]
    return wanted


def matches(resource: Resource, wanted: Mapping[str, str]) -> bool:
    tags = {name.lower(): value for name, value in resource.document.get("tags", {}).items()}
    tag = tags.get(wanted.get("tagname", "").lower())
    facts = {"resourcetype": resource.id.type, "name": resource.id.name, "location": resource.location}
    if "tagname" in wanted and tag is None:
        return False
    if "tagvalue" in wanted and tag != wanted["tagvalue"]:
        return False
    return all(fact.lower() == wanted[name].lower() for name, fact in facts.items() if name in wanted)
