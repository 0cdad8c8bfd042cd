"""The operations of Microsoft.VirtualMachineImages, as `GET /providers/…/operations` lists them."""

from shared.domain.codec import Json

_PROVIDER = "Microsoft Virtual Machine Image Builder"
_OPERATIONS = (
    ("imageTemplates/read", "Virtual Machine Image Template", "Gets an image template"),
    ("imageTemplates/write", "Virtual Machine Image Template", "Creates or updates an image template"),
    ("imageTemplates/delete", "Virtual Machine Image Template", "Deletes an image template"),
    ("imageTemplates/run/action", "Virtual Machine Image Template", "Starts a build of an image template"),
    ("imageTemplates/cancel/action", "Virtual Machine Image Template", "Cancels a build"),
    ("imageTemplates/runOutputs/read", "Run Output", "Gets what a template's builds published"),
    ("imageTemplates/triggers/read", "Trigger", "Gets a trigger of an image template"),
    ("imageTemplates/triggers/write", "Trigger", "Creates a trigger of an image template"),
    ("imageTemplates/triggers/delete", "Trigger", "Deletes a trigger of an image template"),
    ("locations/operations/read", "Operation", "Gets the state of a long-running operation"),
    ("operations/read", "Operation", "Lists these operations"),
)


def operations_body() -> Json:
    """A list without further pages; every role that may read the provider may read it."""
    return {
        "value": [
            {
                "name": f"Microsoft.VirtualMachineImages/{name}",
                "isDataAction": False,
                "display": {
                    "provider": _PROVIDER,
                    "resource": resource,
                    "operation": description,
                    "description": description,
                },
            }
            for name, resource, description in _OPERATIONS
        ]
    }
