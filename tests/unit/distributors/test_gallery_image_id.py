"""Ids of gallery images: parts and text are the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.distributors.gallery_image_id import GalleryImageId

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)
ids = st.builds(
    GalleryImageId,
    subscription_id=st.uuids().map(str),
    resource_group=st.from_regex(r"[A-Za-z0-9_()-]{1,20}", fullmatch=True),
    gallery=names,
    image=names,
    version=st.none() | st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True),
)


@given(ids)
def test_text_and_parts_are_the_same(image: GalleryImageId) -> None:
    assert GalleryImageId.parse(str(image)) == image
    definition = GalleryImageId.parse(image.definition_id)
    assert definition.version is None
    assert str(image).startswith(str(definition))


@given(ids)
def test_the_fixed_words_have_any_case(image: GalleryImageId) -> None:
    text = str(image).replace("/resourceGroups/", "/RESOURCEGROUPS/").replace("/galleries/", "/Galleries/")
    assert GalleryImageId.parse(text) == image


@given(st.text())
def test_anything_else_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not the id of a gallery image"):
        GalleryImageId.parse(text)


@pytest.mark.parametrize(
    "wrong",
    [
        "/subscriptions/not-a-guid/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b",
        "/subscriptions/{0}/resourceGroups/ends.with./providers/Microsoft.Compute/galleries/a/images/b",
        "/subscriptions/{0}/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/",
        "/subscriptions/{0}/resourceGroups/g/providers/Microsoft.Compute/images/b",
        "subscriptions/{0}/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b",
        "/subscriptions/{0}/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b/",
    ],
)
def test_almost_right_is_wrong(wrong: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        GalleryImageId.parse(wrong.replace("{0}", "11111111-2222-3333-4444-555555555555"))
