"""The last 512 bytes of a fixed VHD (Virtual Hard Disk Image Format Specification, "Hard Disk Footer")."""

import struct

FOOTER_BYTES = 512
COOKIE = b"conectix"
FIXED = 2
_CURRENT_SIZE, _TYPE, _CHECKSUM = slice(48, 56), slice(60, 64), slice(64, 68)


def footer_fault(footer: bytes, blob_bytes: int) -> str:
    """What is wrong with the footer of a blob of that size, empty when nothing is."""
    if len(footer) != FOOTER_BYTES or footer[:8] != COOKIE:
        return "it does not end in a VHD footer"
    (checksum,) = struct.unpack(">I", footer[_CHECKSUM])
    if checksum != ~sum(footer[:64] + bytes(4) + footer[68:]) & 0xFFFFFFFF:
        return "its footer's checksum is wrong"
    if struct.unpack(">I", footer[_TYPE]) != (FIXED,):
        return "it is not a fixed VHD"
    (size,) = struct.unpack(">Q", footer[_CURRENT_SIZE])
    if size + FOOTER_BYTES != blob_bytes:
        return f"its footer says {size} bytes of disk, the blob has {blob_bytes - FOOTER_BYTES}"
    return ""
