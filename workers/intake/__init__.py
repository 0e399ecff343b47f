"""Document intake: agents that turn a document of any kind into a graph of what it says.

Which of them runs when is decided by the tables in `intake.dmn`. Their models ship inside wheels; nothing is
downloaded, and each agent says how sure it is.
"""

from __future__ import annotations

from .abuse import check_abuse, check_abuse_words
from .amounts import find_amounts
from .dates import find_dates
from .discovery import discover
from .entities import IntakeFacts
from .graph import build_graph
from .holders import find_holders, find_holders_thorough
from .identifiers import find_identifiers
from .kind import detect_kind, sniff_kind
from .language import detect_language
from .licences import find_licences, find_licences_thorough
from .pdf import read_pdf
from .reading import read_text
from .relations import relate_holders, relate_licences
from .scans import ocr
from .validation import validate

__all__ = [
    "IntakeFacts",
    "build_graph",
    "check_abuse",
    "check_abuse_words",
    "detect_kind",
    "detect_language",
    "discover",
    "find_amounts",
    "find_dates",
    "find_holders",
    "find_holders_thorough",
    "find_identifiers",
    "find_licences",
    "find_licences_thorough",
    "ocr",
    "read_pdf",
    "read_text",
    "relate_holders",
    "relate_licences",
    "sniff_kind",
    "validate",
]
