"""XML from anywhere, element by element: in whatever encoding it says it is, entities never expanded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from defusedxml.ElementTree import DefusedXMLParser
from defusedxml.ElementTree import iterparse as defused_iterparse
from w3lib.encoding import read_bom, resolve_encoding

DECLARED = re.compile(rb"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)""")


def encoding_of(head: bytes) -> str:
    """The encoding of a document by its first bytes, under the name of its superset; UTF-8 where they name none that they can be in.

    >>> encoding_of(b'<?xml version="1.0" encoding="GB2312"?>'), encoding_of(b'<?xml version="1.0" encoding="UTF-16"?>')
    ('gb18030', 'utf-8')
    """
    bom, _ = read_bom(head)
    declared = DECLARED.match(head)
    if bom or not declared:
        return bom or "utf-8"
    named = resolve_encoding(declared[1].decode("ascii")) or "utf-8"
    try:        # Python has codecs that are no encodings of text, and the declaration's own bytes show that it is not in UTF-16
        return named if declared[0].decode(named, "replace") == declared[0].decode("ascii") else "utf-8"
    except (LookupError, UnicodeError):
        return "utf-8"


def iterparse(stream: BinaryIO, events: tuple[str, ...] = ("end",), *, forbid_dtd: bool = False) -> Iterator[tuple[str, Any]]:
    """(event, element) of a document that is read from its beginning; what its encoding does not explain is read as U+FFFD.

    The parser knows no multi-byte encoding but Unicode's, so that it is given UTF-8 whatever the document is in.

    Raises:
        ParseError: it is no XML from some place on.
        DefusedXmlException: it declares entities, or has a DTD although `forbid_dtd`.
    """
    encoding = encoding_of(stream.read(1024))
    stream.seek(0)
    parser = DefusedXMLParser(encoding="utf-8", forbid_dtd=forbid_dtd)
    return defused_iterparse(codecs.EncodedFile(stream, "utf-8", encoding, errors="replace"), events=events, parser=parser)
