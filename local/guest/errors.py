"""The one error of this package."""


class GuestError(Exception):
    """Something a guest needs cannot be done here; the message is fit for a user.

    `code` is a word in the style of Azure's error codes, for programs.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
