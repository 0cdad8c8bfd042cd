"""The body of a managed run command, and what of it may be shown again."""

from __future__ import annotations

from local.cloud.schema import Flag, ListOf, Number, ReadOnly, Record, Required, Text, Unsupported, tracked

DEFAULT_TIMEOUT_SECONDS = 5400
PARAMETER = Record({"name": Required(Text()), "value": Required(Text())})

RUN_COMMAND_BODY = tracked(
    Record(
        {
            "source": Record(
                {
                    "script": Text(),
                    "scriptUri": Text(),
                    "commandId": Unsupported(),
                    "scriptUriManagedIdentity": Unsupported(),
                    "galleryScriptReferenceId": Unsupported(),
                    "scriptShell": Unsupported(),
                }
            ),
            "parameters": ListOf(PARAMETER),
            "protectedParameters": ListOf(PARAMETER),
            "asyncExecution": Flag(),
            "runAsUser": Text(),
            "runAsPassword": Text(),
            "timeoutInSeconds": Number(minimum=0, maximum=86_400 * 7),
            "outputBlobUri": Text(),
            "errorBlobUri": Text(),
            "outputBlobManagedIdentity": Unsupported(),
            "errorBlobManagedIdentity": Unsupported(),
            "treatFailureAsDeploymentFailure": Flag(),
            "provisioningState": ReadOnly(),
            "instanceView": ReadOnly(),
        }
    )
)

WRITE_ONLY = ("protectedParameters", "runAsPassword")
