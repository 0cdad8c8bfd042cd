"""Secrets never reach the record."""

from local.cloud.recording import redact


def test_secrets_are_redacted() -> None:
    body = {
        "protectedParameters": [{"name": "TOKEN", "value": "s3cret"}],
        "osProfile": {"adminPassword": "s3cret"},
        "outputBlobUri": "http://host/c/b?se=1&sig=s3cret%3D&sp=r",
        "items": [{"accessSAS": "http://host/c/b?sig=s3cret"}],
    }
    assert "s3cret" not in str(redact(body))
    assert redact(body)["protectedParameters"][0]["name"] == "TOKEN"
    assert redact(body)["outputBlobUri"] == "http://host/c/b?se=1&sig=REDACTED&sp=r"
