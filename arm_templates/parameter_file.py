"""Parameter files ("Create Resource Manager parameter file")."""

from arm_templates.faults import Faults
from arm_templates.values import Json, member_path, type_name


def read_parameter_file(document: Json) -> dict[str, Json]:
    """Values by name, of a whole parameter file or of its `parameters` alone. Raises TemplateError.

    A reference to a Key Vault secret is refused: only Azure Resource Manager resolves it.
    """
    faults = Faults()
    values: dict[str, Json] = {}
    listed = document.get("parameters", document) if isinstance(document, dict) else document
    if not isinstance(listed, dict):
        faults.add("parameters", f"must be an object, is {type_name(listed)}")
        listed = {}
    for name, entry in listed.items():
        path = member_path("parameters", name)
        if isinstance(entry, dict) and "reference" in entry:
            faults.add(path, "refers to a Key Vault secret, which only a deployment in Azure resolves")
        elif isinstance(entry, dict) and "value" in entry:
            values[name] = entry["value"]
        elif name not in ("$schema", "contentVersion"):
            faults.add(path, 'must be an object with a member "value"')
    faults.raise_any()
    return values
