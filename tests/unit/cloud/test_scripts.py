"""Parameters of run commands, as Azure's handler passes them to a script."""

from local.cloud.providers.microsoft_compute.scripts import script_parameters


def test_named_are_environment_and_unnamed_are_arguments() -> None:
    properties = {
        "parameters": [{"name": "A", "value": "1"}, {"name": "", "value": "first"}],
        "protectedParameters": [{"name": "B", "value": "2"}, {"name": "", "value": "second"}],
    }
    assert script_parameters(properties) == ({"A": "1", "B": "2"}, ("first", "second"))
