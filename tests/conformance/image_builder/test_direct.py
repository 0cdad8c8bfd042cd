"""The same API at the app's own address, without Resource Manager in between."""

from tests.conformance.image_builder.harness import PROVIDER, Kiln


def test_links_lead_back_to_where_the_client_asked(kiln: Kiln, group: str) -> None:
    path = f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/{PROVIDER}/imageTemplates"
    query = {"api-version": "2025-10-01"}
    body = kiln.template(group)
    made = kiln.stack.call("PUT", f"{path}/web", params=query, json=body)
    home = (
        f"{kiln.stack.local.endpoints.functions}/api/subscriptions/{kiln.subscription}/{PROVIDER}/locations/"
    )
    assert made.status_code == 201
    assert made.headers["Azure-AsyncOperation"].startswith(f"{home}westeurope/operations/")
    kiln.stack.call("PUT", f"{path}/web2", params=query, json=body)
    first = kiln.stack.call("GET", path, params={**query, "$top": "1"}).json()
    assert first["nextLink"].startswith(f"{kiln.stack.local.endpoints.functions}/api{path}?")


def test_a_referer_that_is_not_this_address_is_not_followed(kiln: Kiln, group: str) -> None:
    path = f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/{PROVIDER}/imageTemplates/web"
    made = kiln.stack.call(
        "PUT",
        path,
        params={"api-version": "2025-10-01"},
        json=kiln.template(group),
        headers={"Referer": "https://elsewhere.example/page"},
    )
    assert "elsewhere" not in made.headers["Azure-AsyncOperation"]
