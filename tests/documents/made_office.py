"""Office files for the tests, made of the XML that they hold."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Mapping

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:r="{OFFICE}" xmlns:mc="{_MC}"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODF_NAMES = " ".join(
    f'xmlns:{name}="{ODF}{own}:1.0"'
    for name, own in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
                      ("style", "style"), ("svg", "svg-compatible"), ("presentation", "presentation"))
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP package of parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file.getvalue()


def relations(**targets: str) -> str:
    """Relations by their ids, each "kind target"."""
    each = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{value.split()[0]}" Target="{value.split()[1]}"/>'
        for key, value in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def word(body: str, kind: str = "document.main+xml", **parts: str | bytes) -> bytes:
    """A Word file of the XML in its body; `parts` such as numbering="…" are related to it by their names."""
    related = {name: f"{name} {name}.xml" for name in parts if "/" not in name and name != "links"}
    links = {name: str(value) for name, value in parts.items() if name == "links"}
    listed = relations(**related)
    if links:
        listed = listed.replace("</Relationships>", links["links"] + "</Relationships>")
    prefix = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    return package({
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{prefix}{kind}"/></Types>'
        ),
        "_rels/.rels": relations(r1="officeDocument word/document.xml"),
        "word/document.xml": f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": listed,
        **{f"word/{name}" if "/" in name else f"word/{name}.xml": value for name, value in parts.items()
           if name != "links"},
    })  # fmt: skip


def part(name: str, inside: str) -> str:
    """A part of a Word file, such as its styles."""
    return f"<w:{name} {_NAMES}>{inside}</w:{name}>"


def paragraph(text: str, *, style: str = "", list_id: int | None = None, level: int = 0, more: str = "") -> str:
    """A paragraph of Word."""
    numbered = "" if list_id is None else f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{numbered}{more}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def odf(kind: str, inside: str, *, automatic: str = "", styles: str = "", **parts: bytes | str) -> bytes:
    """An OpenDocument file: "text", "spreadsheet" or "presentation"."""
    mime = f"application/vnd.oasis.opendocument.{kind}"
    content = (
        f"<office:document-content {ODF_NAMES}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document-content>"
    )
    return package({
        "mimetype": mime,
        "content.xml": content,
        "styles.xml": f"<office:document-styles {ODF_NAMES}>{styles}</office:document-styles>",
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{ODF}manifest:1.0"><manifest:file-entry manifest:full-path="/"'
            f' manifest:media-type="{mime}"/></manifest:manifest>'
        ),
        **parts,
    })  # fmt: skip


def locked_odf(data: bytes, password: str) -> bytes:
    """The same OpenDocument file as LibreOffice locks it with a password."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    found: dict[str, bytes] = {}
    entries = ""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        mime = file.read("mimetype").decode()
        for name in ("content.xml", "styles.xml"):
            packing = zlib.compressobj(wbits=-15)
            packed = packing.compress(file.read(name)) + packing.flush()
            packed += os.urandom(-len(packed) % 16 or 16)
            salt, vector = os.urandom(16), os.urandom(16)
            key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(password.encode()).digest(), salt, 1000, 32)
            encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
            found[name] = encryptor.update(packed) + encryptor.finalize()
            known = {"salt": salt, "vector": vector, "sum": hashlib.sha256(packed[:1024]).digest()}
            text = {key: base64.b64encode(value).decode() for key, value in known.items()}
            entries += (
                f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml" manifest:size="1">'
                f'<manifest:encryption-data manifest:checksum-type="{ODF}manifest:1.0#sha256-1k"'
                f' manifest:checksum="{text["sum"]}"><manifest:algorithm manifest:algorithm-name='
                f'"http://www.w3.org/2001/04/xmlenc#aes256-cbc" manifest:initialisation-vector="{text["vector"]}"/>'
                f'<manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="32"'
                f' manifest:iteration-count="1000" manifest:salt="{text["salt"]}"/><manifest:start-key-generation'
                ' manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256"/>'
                "</manifest:encryption-data></manifest:file-entry>"
            )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{ODF}manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{mime}"/>{entries}</manifest:manifest>'
    )
    return package({"mimetype": mime, **found, "META-INF/manifest.xml": manifest})


def locked(data: bytes, password: str) -> bytes:
    """The same Office file as Microsoft's programs lock it with a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    file = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, file)
    return file.getvalue()
