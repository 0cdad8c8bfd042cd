"""Every function, by the examples of Microsoft's reference where it has some."""

import pytest

from arm_templates.faults import ExpressionError
from arm_templates.functions import FUNCTIONS
from arm_templates.values import Json
from tests.unit.arm_templates.evaluated import DEPLOYMENT, GROUP, value_of

A = "createArray('one', 'two', 'three')"
O = "createObject('intProp', 1, 'stringProp', 'abc')"  # noqa: E741 - an object

EXAMPLES: dict[str, Json] = {
    # array
    "array(1)": [1],
    "array(createArray(1))": [1],
    "concat('prefix', '-', 5)": "prefix-5",
    "concat(createArray('1-1'), createArray('2-1', '2-2'))": ["1-1", "2-1", "2-2"],
    "contains('OneTwoThree', 'e')": True,
    "contains('OneTwoThree', 'z')": False,
    "contains(createObject('one', 'a'), 'ONE')": True,
    f"contains({A}, 'two')": True,
    "contains(createArray(1), true())": False,
    "empty(createArray())": True,
    "empty(null())": True,
    f"first({A})": "one",
    "first('One Two Three')": "O",
    "last('')": "",
    f"last({A})": "three",
    "length('One Two Three')": 13,
    f"length({O})": 2,
    f"skip({A}, 2)": ["three"],
    "skip('one two three', 4)": "two three",
    f"take({A}, 2)": ["one", "two"],
    "take('one', 9)": "one",
    "range(5, 3)": [5, 6, 7],
    "union(createArray('one', 'two'), createArray('two', 'four'))": ["one", "two", "four"],
    'union(json(\'{"a": {"x": 1}}\'), json(\'{"a": {"y": 2}}\'))': {"a": {"x": 1, "y": 2}},
    "intersection(createArray('one', 'two'), createArray('two', 'three'))": ["two"],
    'intersection(json(\'{"one":"a","two":"b"}\'), json(\'{"one":"a","two":"z"}\'))': {"one": "a"},
    "indexOf('test', 'T')": 0,
    "lastIndexOf('abcdef', 'z')": -1,
    f"indexOf({A}, 'two')": 1,
    "lastIndexOf(createArray(1, 2, 1), 1)": 2,
    "tryGet(createObject('a', createArray(7)), 'A', 0)": 7,
    "tryGet(createObject('a', 1), 'b')": None,
    # cidr
    "parseCidr('10.144.0.0/20').broadcast": "10.144.15.255",
    "cidrSubnet('10.144.0.0/20', 24, 1)": "10.144.1.0/24",
    "cidrHost('10.144.3.0/24', 0)": "10.144.3.1",
    # comparison
    "coalesce(null(), 'x', 'y')": "x",
    "equals('a', 'A')": False,
    "equals(createArray('a', 'b'), createArray('a', 'b'))": True,
    "less('A', 'a')": True,
    "lessOrEquals(2, 2)": True,
    "greater(1, 2)": False,
    "greaterOrEquals('b', 'a')": True,
    # date
    "dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')": "2023-04-07T14:53:14Z",
    "dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')": "2020-03-29T14:53:14Z",
    "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H', 'yyyy.MM.dd')": "2020.04.07",
    "dateTimeToEpoch('2020-04-07 14:53:14Z')": 1586271194,
    "dateTimeFromEpoch(1683040573)": "2023-05-02T15:16:13Z",
    # deployment
    "deployment().name": "today",
    "environment().suffixes.storage": "core.windows.net",
    # lambda
    "filter(range(0, 10), lambda('i', greater(lambdaVariables('i'), 7)))": [8, 9],
    "map(range(0, 3), lambda('i', mul(lambdaVariables('I'), 2)))": [0, 2, 4],
    "map(createArray('a', 'b'), lambda('x', 'at', lambdaVariables('at')))": [0, 1],
    "mapValues(createObject('a', 'x'), lambda('v', toUpper(lambdaVariables('v'))))": {"a": "X"},
    "reduce(range(1, 4), 0, lambda('sum', 'n', add(lambdaVariables('sum'), lambdaVariables('n'))))": 10,
    "sort(createArray(8, 3, 10), lambda('l', 'r', less(lambdaVariables('l'), lambdaVariables('r'))))": [
        3,
        8,
        10,
    ],
    "groupBy(createArray('foo', 'bar', 'faz'), lambda('x', substring(lambdaVariables('x'), 0, 1)))": {
        "f": ["foo", "faz"],
        "b": ["bar"],
    },
    "toObject(createArray('a'), lambda('k', lambdaVariables('k')), lambda('v', 1))": {"a": 1},
    # logical
    "and(bool('true'), bool('false'))": False,
    "or(bool('true'), false())": True,
    "not(bool(0))": True,
    "if(equals('a', 'a'), 'yes', 'no')": "yes",
    # numeric
    "add(5, 3)": 8,
    "sub(7, 3)": 4,
    "mul(5, 3)": 15,
    "div(8, 3)": 2,
    "div(-7, 2)": -3,
    "mod(7, 3)": 1,
    "mod(-7, 3)": -1,
    "int('4')": 4,
    "float('3.5')": 3.5,
    "min(0, 3, 2)": 0,
    "max(createArray(0, 3, 2))": 3,
    # object
    "createObject('a', 1)": {"a": 1},
    "items(createObject('b', 1, 'a', 2))": [{"key": "a", "value": 2}, {"key": "b", "value": 1}],
    f"objectKeys({O})": ["intProp", "stringProp"],
    "shallowMerge(createArray(createObject('a', 1), createObject('a', 2)))": {"a": 2},
    "json('null')": None,
    # resource
    "resourceGroup().location": "westeurope",
    "subscription().subscriptionId": DEPLOYMENT.subscription_id,
    "tenant().tenantId": DEPLOYMENT.tenant_id,
    "resourceId('Microsoft.Compute/galleries/images', 'g', 'i')": (
        f"{GROUP}/providers/Microsoft.Compute/galleries/g/images/i"
    ),
    "resourceId('other', 'Microsoft.Compute/images', 'i')": (
        f"{GROUP.replace('images', 'other')}/providers/Microsoft.Compute/images/i"
    ),
    "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')": (
        f"{GROUP[:51]}/providers/Microsoft.Authorization/roleDefinitions/r"
    ),
    "tenantResourceId('Microsoft.Authorization/roleDefinitions', 'r')": (
        "/providers/Microsoft.Authorization/roleDefinitions/r"
    ),
    "extensionResourceId('/a/b', 'Microsoft.Authorization/locks', 'l')": (
        "/a/b/providers/Microsoft.Authorization/locks/l"
    ),
    # string
    "string(createObject('a', 1))": '{"a":1}',
    "format('{0}, {1}. Number: {2:N0}', 'Hello', 'User', 8175133)": "Hello, User. Number: 8,175,133",
    "format('{{0}} {0:D3}|{0,-4}|{0,4}|{0:x2}', 10)": "{0} 010|10  |  10|0a",
    "toLower('One')": "one",
    "toUpper('One')": "ONE",
    "trim('  one ')": "one",
    "replace('123-123-1234', '-', '')": "1231231234",
    "split('one;two,three', createArray(',', ';'))": ["one", "two", "three"],
    "join(createArray('a', 1), ', ')": "a, 1",
    "startsWith('abcdef', 'AB')": True,
    "endsWith('abcdef', 'ef')": True,
    "substring('one two three', 4, 3)": "two",
    "padLeft('123', 10, '0')": "0000000123",
    "padLeft(7, 2, '0')": "07",
    "guid('a', 'b', 'c')": "a98fa280-e03f-5afa-8d8e-92d0a9c201e8",
    "uniqueString('hello', 'world')": "a7wkljktk6wne",
    "uniqueString('tyeth')": "zcztcwvu6iyg6",
    "base64('one, two, three')": "b25lLCB0d28sIHRocmVl",
    "base64ToString('b25lLCB0d28sIHRocmVl')": "one, two, three",
    "base64ToJson(base64('{\"a\": 1}')).a": 1,
    "dataUri('Hello')": "data:text/plain;charset=utf8;base64,SGVsbG8=",
    "dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')": "Hello, World!",
    "uri('http://contoso.com/resources/', 'nested/azuredeploy.json')": (
        "http://contoso.com/resources/nested/azuredeploy.json"
    ),
    "uriComponent('http://a/b c')": "http%3A%2F%2Fa%2Fb%20c",
    "uriComponentToString('http%3A%2F%2Fa')": "http://a",
    # what follows a value
    "createArray('a', 'b')[1]": "b",
    "createObject('a b', 1)['A B']": 1,
    "createObject('a', null()).a.?b": None,
    "createObject().?b": None,
    "'it''s'": "it's",
}


@pytest.mark.parametrize("expression", EXAMPLES)
def test_an_expression_has_its_value(expression: str) -> None:
    assert value_of(expression) == EXAMPLES[expression]


def test_every_function_has_an_example_or_a_test_of_its_own() -> None:
    elsewhere = {"utcnow", "newguid", "copyindex", "parameters", "variables", "reference"}
    text = " ".join(EXAMPLES).lower()
    assert [name for name in FUNCTIONS if f"{name}(" not in text and name not in elsewhere] == []


def test_the_time_and_new_guids_are_for_default_values_alone() -> None:
    assert value_of("utcNow()", default_value=True) == "20261121T040506Z"
    assert value_of("utcNow('d')", default_value=True) == "11/21/2026"
    assert value_of("utcNow('dddd d MMMM yy h:mm tt \\a\\t ff')", default_value=True) == (
        "Saturday 21 November 26 4:05 AM at 00"
    )
    assert len(str(value_of("newGuid()", default_value=True))) == 36
    with pytest.raises(ExpressionError, match="default value of a parameter"):
        value_of("utcNow()")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nothing('x')", "nothing is no function that is supported here"),
        ("concat('a'", "column 12: expected ',', found the end"),
        ("add(1, 'x')", "add: argument 2 must be an int, is string"),
        ("add(1)", "add: takes 2 arguments, is given 1"),
        ("'a' + 'b'", "column 6: '+' is unexpected"),
        ("add(1, 2) sub(1, 2)", "column 12: expected an operator or the end"),
        ("createArray(1)[3]", "[3]: the array has 1 elements"),
        ("createObject('a', 1).b", "the object has no member b; it has a"),
        ("resourceId('Microsoft.Compute/galleries', 'a', 'b')", "needs 1 names, is given 2"),
        ("div(1, 0)", "div: argument 2 must not be 0"),
        ("json('{')", "json: argument 1 is no JSON"),
        ("if(1, 2, 3)", "if: argument 1 must be a bool, is int"),
        ("lambda('x', 1)", "a lambda expression is no value"),
        ("copyIndex()", "copyIndex: is outside of a copy loop"),
        ("reference('x')", "there is no resource 'x' in this template"),
        ("substring('abc', 2, 5)", "characters 2 to 7 are not all in a string of 3"),
        ("range(0, 100000)", "argument 2 must be from 0 to 10000"),
        ("not(" * 200 + "true()" + ")" * 200, "nested more than 100 levels deep"),
    ],
)
def test_a_faulty_expression_says_what_is_wrong(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value_of(expression)
    assert message in str(caught.value)


def test_only_the_chosen_branch_is_evaluated() -> None:
    assert value_of("if(true(), 1, div(1, 0))") == 1
