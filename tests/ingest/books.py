"""Workbooks for tests: written by openpyxl, or part by part where no program would write them so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """The bytes of a workbook with these rows."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zipped(parts: Mapping[str, str]) -> bytes:
    """A zip file of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def written(sheet: str, *, styles: str = "", properties: str = "", texts: str = "", doctype: str = "") -> bytes:
    """A workbook of one sheet, `sheet` being the XML of its rows; `styles`, `properties` and `texts` that of other parts."""
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            [("worksheet", "/xl/worksheets/s.xml"), ("styles", "styles.xml"), ("sharedStrings", "texts.xml")]
        )
    )
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'<Relationships {relations}><Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/book.xml"/>'
            "</Relationships>",
            "xl/_rels/book.xml.rels": f"<Relationships {relations}>{related}</Relationships>",
            "xl/book.xml": f'<x:workbook xmlns:x="{_MAIN}" xmlns:o="{_OFFICE}">{properties}'
            '<x:sheets><x:sheet name="表" sheetId="1" o:id="r0"/></x:sheets></x:workbook>',
            "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
            "xl/texts.xml": f'{doctype}<sst xmlns="{_MAIN}">{texts}</sst>',
            "xl/worksheets/s.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        }
    )


def torn(header: str) -> bytes:
    """A workbook with damage in the middle of its rows."""
    content = bytearray(workbook({"s": [header.split(","), *([str(number)] * 8 for number in range(5000))]}))
    place = content.index(b"xl/worksheets/sheet1.xml") + 2000
    content[place : place + 200] = bytes(200)
    return bytes(content)


def with_entities() -> bytes:
    """Texts that would grow without end."""
    doctype = '<!DOCTYPE sst [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return written('<row><c t="s"><v>0</v></c></row>', texts="<si><t>&b;</t></si>", doctype=doctype)
