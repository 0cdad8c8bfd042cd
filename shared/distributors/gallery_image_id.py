"""The ARM id of a gallery image definition, or of one of its versions, in parts."""

from dataclasses import dataclass

from shared.reading.arm_id import GALLERY_IMAGE, GALLERY_IMAGE_VERSION, match_arm_id


@dataclass(frozen=True)
class GalleryImageId:
    """`image` is the image definition's name; `version` is None for the definition itself."""

    subscription_id: str
    resource_group: str
    gallery: str
    image: str
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> "GalleryImageId":
        """Splits an id. Raises ValueError if it is none of a gallery image or of its version."""
        parts = match_arm_id(text, GALLERY_IMAGE) or match_arm_id(text, GALLERY_IMAGE_VERSION)
        if parts is None:
            raise ValueError(f"not the id of a gallery image: {text}")
        return cls(
            subscription_id=parts["subscription"],
            resource_group=parts["group"],
            gallery=parts["gallery"],
            image=parts["image"],
            version=parts.get("version"),
        )

    @property
    def definition_id(self) -> str:
        """The ARM id of the image definition that this is, or is a version of."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/galleries/{self.gallery}/images/{self.image}"
        )

    def __str__(self) -> str:
        return self.definition_id if self.version is None else f"{self.definition_id}/versions/{self.version}"
