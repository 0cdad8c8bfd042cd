"""Whole templates: parameters, variables, copies, children, dependencies, outputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm_templates import TemplateError, is_deployment_template, read_parameter_file
from arm_templates.values import Json
from tests.unit.arm_templates.evaluated import GROUP, expanded, faults_of, output, template


def result_of(expression: str, **sections: Json) -> dict[str, Json]:
    return template(outputs={"result": {"type": "string", "value": f"[{expression}]"}}, **sections)


def test_parameters_are_given_or_have_defaults_that_may_use_others() -> None:
    declared: Json = {
        "name": {"type": "string"},
        "group": {"type": "string", "defaultValue": "[concat(parameters('NAME'), '-rg')]"},
    }
    document = result_of("concat(parameters('name'), ' ', parameters('group'))", parameters=declared)
    assert output(document, Name="web") == "web web-rg"


def test_all_faults_of_parameters_are_told() -> None:
    declared: Json = {
        "a": {"type": "string"},
        "b": {"type": "int", "minValue": 3},
        "c": {"type": "string", "allowedValues": ["x", "y"]},
        "d": {"type": "array", "maxLength": 1},
        "e": {"type": "securestring", "allowedValues": ["x"]},
        "f": {"type": "bool", "defaultValue": "[add(1, 2)]"},
    }
    faults = dict(faults_of(template(parameters=declared), b=2, c="z", d=[1, 2], e="secret", g=1))
    assert faults == {
        "parameters.a": "has no default value: give it one",
        "parameters.b": "is below its minValue of 3: 2",
        "parameters.c": "'z' is not one of its allowedValues: x, y",
        "parameters.d": "is above its maxLength of 1: 2",
        "parameters.e": "its value is not one of its allowedValues: x",
        "parameters.f": "must be of type bool, is int",
        "parameters.g": "is given, but not declared; declared: a, b, c, d, e, f",
    }


def test_a_fault_is_told_once_however_often_its_value_is_used() -> None:
    document = template(
        variables={"a": "[add(1, 'x')]", "b": "[variables('a')]"},
        outputs={name: {"type": "int", "value": "[variables('b')]"} for name in ("x", "y")},
    )
    assert faults_of(document) == [("variables.a", "add: argument 2 must be an int, is string")]


def test_variables_that_use_each_other_in_a_circle_are_refused() -> None:
    document = result_of("variables('a')", variables={"a": "[variables('b')]", "b": "[variables('a')]"})
    assert "uses itself: a → b → a" in faults_of(document)[0][1]


def test_copies_of_variables_properties_resources_and_outputs() -> None:
    names: Json = [{"name": "names", "count": 3, "input": "[concat('n', copyIndex('names', 1))]"}]
    disks: Json = [{"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]"}}]
    resource: Json = {
        "type": "Microsoft.Compute/images",
        "name": "[concat('image', copyIndex())]",
        "apiVersion": "2026-04-01",
        "copy": {"name": "loop", "count": "[length(variables('names'))]"},
        "properties": {"label": "[variables('names')[copyIndex()]]", "copy": disks},
    }
    looped: Json = {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}}
    made = expanded(template(variables={"copy": names}, resources=[resource], outputs={"o": looped}))
    assert [each.name for each in made.resources] == ["image0", "image1", "image2"]
    assert made.resources[2].body == {"properties": {"label": "n3", "disks": [{"lun": 0}, {"lun": 1}]}}
    assert made.outputs == {"o": {"type": "array", "value": [0, 1]}}


def test_children_conditions_and_order() -> None:
    gallery: Json = {
        "type": "Microsoft.Compute/galleries",
        "name": "g",
        "apiVersion": "2026-03-03",
        "dependsOn": ["[resourceId('Microsoft.Compute/images', 'i')]"],
        "resources": [{"type": "images", "name": "web", "apiVersion": "2026-03-03", "tags": {"a": "b"}}],
    }
    image: Json = {"type": "Microsoft.Compute/images", "name": "i", "apiVersion": "2026-04-01"}
    absent: Json = {"type": "Microsoft.Compute/images", "name": "x", "condition": "[equals(1, 2)]"}
    made = expanded(template(resources=[gallery, image, absent]))
    assert [each.id.removeprefix(f"{GROUP}/providers/Microsoft.Compute/") for each in made.resources] == [
        "images/i",
        "galleries/g",
        "galleries/g/images/web",
    ]
    child = made.resources[2]
    assert (child.type, child.name, child.path) == (
        "Microsoft.Compute/galleries/images",
        "g/web",
        "resources[0].resources[0]",
    )
    assert child.body == {"tags": {"a": "b"}}


def test_symbolic_names() -> None:
    resources: Json = {
        "first": {"type": "Microsoft.Compute/images", "name": "one", "dependsOn": ["second"]},
        "second": {"type": "Microsoft.Compute/images", "name": "two"},
        "old": {"existing": True, "type": "Microsoft.Compute/images", "name": "three"},
    }
    made = expanded(template(resources=resources, languageVersion="2.0"))
    assert [each.name for each in made.resources] == ["two", "one"]


def test_dependencies_that_do_not_exist_or_run_in_a_circle_are_refused() -> None:
    def image(name: str, *needed: str) -> Json:
        return {"type": "Microsoft.Compute/images", "name": name, "dependsOn": list(needed)}

    assert faults_of(template(resources=[image("a", "nobody")])) == [
        ("resources[0].dependsOn", "there is no resource 'nobody' in this template")
    ]
    [(path, message)] = faults_of(template(resources=[image("a", "b"), image("b", "a")]))
    assert path.startswith("resources[")
    assert message.startswith("depends on itself: ")


def test_user_defined_functions_see_their_own_parameters_alone() -> None:
    body: Json = {
        "parameters": [{"name": "name", "type": "string"}],
        "output": {"type": "string", "value": "[concat('x-', parameters('name'))]"},
    }
    functions: Json = [{"namespace": "my", "members": {"prefixed": body}}]
    assert output(result_of("my.prefixed('a')", functions=functions)) == "x-a"
    faults = faults_of(result_of("my.prefixed()", functions=functions))
    assert faults == [("outputs.result.value", "prefixed: takes 1 arguments, is given 0")]


def test_escaped_brackets_are_text() -> None:
    assert output(template(outputs={"result": {"type": "string", "value": "[[not this]"}})) == "[not this]"


def test_the_state_of_resources_is_a_fault_with_its_place() -> None:
    document = template(
        resources=[
            {
                "type": "Microsoft.Compute/images",
                "name": "i",
                "properties": {"a": "[reference('i').x]", "b": "[listKeys('i', '2026-01-01')]"},
            }
        ]
    )
    first, second = faults_of(document)
    assert first[0] == "resources[0].properties.a"
    assert "while a deployment runs" in first[1]
    assert second == ("resources[0].properties.b", "listKeys is no function that is supported here")


def test_parameter_files() -> None:
    assert read_parameter_file({"$schema": "x", "parameters": {"a": {"value": 1}}}) == {"a": 1}
    assert read_parameter_file({"a": {"value": None}}) == {"a": None}
    with pytest.raises(TemplateError) as caught:
        read_parameter_file({"parameters": {"a": {"reference": {}}, "b": 2}})
    assert [fault.path for fault in caught.value.faults] == ["parameters.a", "parameters.b"]


def test_deployment_templates_are_told_from_single_resources() -> None:
    assert is_deployment_template(template())
    assert not is_deployment_template({"type": "x", "properties": {}})
    assert not is_deployment_template([])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["[", "[x]", "[add(1,", "[[x]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
sections = st.sampled_from(["parameters", "variables", "functions", "resources", "outputs"])
resource_members = st.sampled_from(
    ["type", "name", "copy", "condition", "dependsOn", "resources", "properties"]
)


@given(
    st.dictionaries(
        sections, json_values | st.lists(st.dictionaries(resource_members, json_values), max_size=2)
    )
)
def test_whatever_stands_in_a_template_every_fault_has_words(document: dict[str, Json]) -> None:
    assert all(message for _, message in faults_of(document))
