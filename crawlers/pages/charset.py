"""Which encoding bytes of unknown origin are in, where neither header nor page says, or what they say is not so."""

from __future__ import annotations

from charset_normalizer import from_bytes

# Superset encodings of the East Asian web; each with the lead bytes of the characters that ordinary text is made of.
EAST_ASIAN = {
    "euc_jp": range(0xA4, 0xA6),  # kana
    "cp932": range(0x82, 0x84),  # kana
    "cp949": range(0xB0, 0xC9),  # Hangul
    "gb18030": range(0xB0, 0xD8),  # GB 2312's first level: the 3,755 most used Han characters
    "big5hkscs": range(0xA4, 0xC7),  # Big5's first level: the 5,401 most used
}
SURE = {"euc_jp": 0.3, "cp932": 0.3, "cp949": 0.9}  # from this share on no other encoding is likely
SAMPLE_BYTES = 200_000
BROKEN_ALLOWED = 2000  # one broken character in so many is a slip


def reads(body: bytes, encoding: str) -> str | None:
    """The text, if nearly every byte reads in `encoding`."""
    try:
        text = body.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return None
    return text if text.count("�") <= max(2, len(text) // BROKEN_ALLOWED) else None


def guess(body: bytes) -> str | None:
    """The likeliest encoding of bytes that are not UTF-8.

    East Asian encodings overlap so far that a text of one mostly reads in another: the one whose everyday characters make up the most of what is
    not ASCII wins; below half, charset-normalizer judges.

    >>> guess("手工紫砂壶 两只".encode("gbk")), guess("手工鳳梨酥禮盒".encode("big5")), guess("国産のはちみつです".encode("euc_jp"))
    ('gb18030', 'big5hkscs', 'euc_jp')
    """
    sample = body[:SAMPLE_BYTES]
    best, share = None, 0.0
    for encoding, everyday in EAST_ASIAN.items():
        text = reads(sample, encoding)
        if text is None:
            continue
        wide = [character.encode(encoding, "replace") for character in text[:20_000] if character > "\x7f"]
        letters = [code for code in wide if len(code) > 1]
        if not letters:
            continue
        found = sum(code[0] in everyday for code in letters) / len(wide)
        if found >= SURE.get(encoding, 2.0) and "�" not in text:
            return encoding
        if found > share + 1e-9:
            best, share = encoding, found
    if share >= 0.5:
        return best
    judged = from_bytes(sample).best()
    return judged.encoding if judged else best
