"""uniqueString(): 64 bits of a Murmur hash in 13 letters.

ARM does not document it; names in existing deployments depend on it, so it cannot change. The arguments are
joined by dashes, hashed with the 64-bit form of MurmurHash3's two 32-bit lanes, and written five bits a
character, the highest first.
"""

_BITS_32 = 0xFFFF_FFFF
_BITS_64 = 0xFFFF_FFFF_FFFF_FFFF
_FIRST, _SECOND = 0x239B961B, 0xAB0E9789
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def unique_string(*values: str) -> str:
    """13 characters of a-z and 2-7, the same for the same values."""
    rest = murmur_hash_64("-".join(values).encode())
    letters = []
    for _ in range(13):
        letters.append(_ALPHABET[rest >> 59])
        rest = rest << 5 & _BITS_64
    return "".join(letters)


def murmur_hash_64(data: bytes) -> int:
    """The hash of `data` with seed 0, as an unsigned number."""
    low = high = 0
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        low ^= _mixed_low(data[at : at + 4])
        low = (_rotated(low, 19) + high) * 5 + 0x561CCD1B & _BITS_32
        high ^= _mixed_high(data[at + 4 : at + 8])
        high = (_rotated(high, 13) + low) * 5 + 0x0BCAA747 & _BITS_32
    low ^= _mixed_low(data[whole : whole + 4])
    high ^= _mixed_high(data[whole + 4 :])
    low, high = low ^ len(data), high ^ len(data)
    low = low + high & _BITS_32
    high = high + low & _BITS_32
    low, high = _avalanched(low), _avalanched(high)
    low = low + high & _BITS_32
    high = high + low & _BITS_32
    return high << 32 | low


def _mixed_low(word: bytes) -> int:
    return _rotated(int.from_bytes(word, "little") * _FIRST & _BITS_32, 15) * _SECOND & _BITS_32


def _mixed_high(word: bytes) -> int:
    return _rotated(int.from_bytes(word, "little") * _SECOND & _BITS_32, 17) * _FIRST & _BITS_32


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _BITS_32


def _avalanched(value: int) -> int:
    value ^= value >> 16
    value = value * 0x85EBCA6B & _BITS_32
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _BITS_32
    return value ^ value >> 16
