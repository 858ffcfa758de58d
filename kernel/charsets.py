"""The two encodings of Chinese files, UTF-8 and GB 18030, told apart by the bytes.

Nearly all bytes mean something in GB 18030: UTF-8 read as GB 18030 is other characters (鏁版嵁 for
数据) and no error. Who cannot tell refuses, so that nobody stores them. Standard library alone.
"""

import re

# Three bytes of Chinese characters and their punctuation, four of the rarer ones.
_OF_UTF8 = re.compile(
    rb"[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf]|\xf0[\xa0-\xbf][\x80-\xbf]{2}"
)
_ASCII = bytes(range(128))
# What GB 18030 makes of most bytes that are Big5 or noise; characters of one's own stand here too.
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def is_utf8_misread(raw: bytes) -> bool:
    """True of bytes that are, but for a few, Chinese in UTF-8, though they are called GB 18030."""
    foreign = len(raw.translate(None, _ASCII))
    if not foreign:
        return False
    others = len(_OF_UTF8.sub(b"", raw).translate(None, _ASCII))
    return others * 10 <= foreign


def is_doubtful(raw: bytes, text: str) -> bool:
    """True of what reads as GB 18030 and may be something else, as long as nobody declares it."""
    return bool(_PRIVATE.search(text)) or is_utf8_misread(raw)


def encoding_of(raw: bytes) -> str | None:
    """``utf-8-sig`` or ``gb18030`` for bytes of which nobody said it; None if it cannot be told."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if encoding == "gb18030" and is_doubtful(raw, text) else encoding
    return None
