"""Regular expressions, as Java reads them, that several suites share."""

BLANK = r"^\s*$"
SHA256 = r"^[0-9a-f]{64}$"
WORD = r"^[a-z][a-z0-9_]*$"
UNSEEN = r"[\p{Cc}\p{Cf}\p{Co}]"                     # control, format and private-use characters
STRAY = r"^\s|\s$|\s\s|[^\S ]"                      # white space at an end, twice in a row, or other than a blank
FULL_WIDTH = r"[\uFF01-\uFF5E\u3000]"                # what NFKC makes narrow
ABSOLUTE = r"^/|^[A-Za-z][A-Za-z0-9+.-]*:|(^|/)\.\.(/|$)"   # a path that leaves the lake's root
