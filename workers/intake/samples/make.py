"""Write the samples that aren't plain text: `python make.py`.

The same versions of the libraries give the same bytes, every time.
"""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A5
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent

INVOICE = """\
Sand & Dune Surveying Ltd
From: Harriet Sandpiper
To: Lighthouse Cooperative

Invoice no. 2026-0417
Date: 12 March 2026

Mapping of the north beach                 EUR 1,200.00
Two reports in print                         EUR 150.00

Net                                        EUR 1,350.00
VAT 20 %                                     EUR 270.00
Total                                      EUR 1,620.00

Please pay within 30 days to
IBAN: GB82 WEST 1234 5698 7654 32
Questions? accounts@dunes.example
"""

SCANNED_NOTICE = """\
Tide Tables for Small Harbours

Copyright 2019-2024 Marian Kittiwake
Copyright 2022 Harbour Mapping Foundation

License: CC-BY-4.0

First printed on 3 May 2019.
Corrections to tides@harbour.example
"""

FADED_LETTER = """\
From: Oswald Petrel
To: The Lighthouse Cooperative

Date: 7 October 2025

The lamp of the second tower has been
dark since Monday. Please send someone
before the autumn storms begin.
"""


SMALL_PRINT = """\
Terms of the Lighthouse Cooperative

Copyright 2024 Lighthouse Cooperative
Copyright 2025 Isolde Sanderling

1. The lamps are lit from dusk to dawn, at the keepers' own expense.
2. A keeper who sleeps on duty forfeits the supper of the next day.
3. Boats are greeted by name where the name can be read.

In force since 1 January 2025. Questions to keepers@lighthouse.example
"""


def main(folder: Path = HERE) -> None:
    """Write all of them into the folder."""
    write_invoice(folder / "invoice.pdf")
    drawn(SCANNED_NOTICE, (744, 520), size=26).save(folder / "scanned-notice.png", optimize=True)
    write_scan(folder / "faded-letter.pdf", worn(drawn(FADED_LETTER, (640, 460), size=19)), dpi=127)
    write_scan(folder / "small-print.pdf", drawn(SMALL_PRINT, (900, 460), size=13), dpi=250)


def write_invoice(path: Path) -> None:
    """A PDF file with a text layer."""
    canvas = Canvas(str(path), pagesize=A5, invariant=True)
    canvas.setFont("Courier", 9)
    for number, line in enumerate(INVOICE.splitlines()):
        canvas.drawString(40, A5[1] - 60 - 14 * number, line)
    canvas.save()


def write_scan(path: Path, picture: Image.Image, *, dpi: int) -> None:
    """A PDF file of one page that is nothing but a picture."""
    packed = BytesIO()
    picture.save(packed, "JPEG", quality=50)
    size = (picture.width * 72 / dpi, picture.height * 72 / dpi)
    canvas = Canvas(str(path), pagesize=size, invariant=True)
    canvas.drawImage(ImageReader(packed), 0, 0, *size)
    canvas.save()


def drawn(text: str, page: tuple[int, int], *, size: int) -> Image.Image:
    """A page of text as a grey picture."""
    picture = Image.new("L", page, 250)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    for number, line in enumerate(text.splitlines()):
        draw.text((60, 50 + number * (size + 16)), line, fill=20, font=font)
    return picture


def worn(picture: Image.Image) -> Image.Image:
    """The page as a bad scanner sees it: aslant, out of focus, pale and speckled."""
    dust = random.Random(7)
    pale = picture.rotate(1.2, fillcolor=250).filter(ImageFilter.GaussianBlur(2.0))
    shades = pale.point(lambda shade: 125 + shade // 2).tobytes()
    speckled = bytes(min(255, max(0, shade + dust.randint(-9, 9))) for shade in shades)
    return Image.frombytes("L", pale.size, speckled)


if __name__ == "__main__":
    main()
