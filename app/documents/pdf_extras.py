"""What a PDF holds beside its pages' text: what is filled into its forms, comments, and the files inside it.

pdfium's functions only, of a document that is open already; knows no page text and no layout.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from app.documents.parts import Parts, file_name
from app.documents.source import storable

_MOST = 5000  # annotations of a page
_LONGEST = 100_000  # characters of one
_PASSWORD = 1 << 13  # flag of a field that hides what is typed
_TICKED = {"", "yes", "on", "off", "1", "true", "x"}  # values of boxes that say no more than that they are ticked


def beside(pdf: Any, page: Any) -> tuple[list[str], bool]:
    """Return what is beside a page's text, and whether files are attached to it.

    That is "Name: value" for each field that is filled in, and "Comment by Ann: …" for each comment.
    """
    from pypdfium2 import raw

    found: dict[str, None] = {}  # a value that two boxes show is one
    attached = False
    for annotation in _annotations(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_UNKNOWN):
            continue
        attached = attached or kind == raw.FPDF_ANNOT_FILEATTACHMENT
        line = _field(pdf, annotation) if kind == raw.FPDF_ANNOT_WIDGET else _comment(annotation)
        if line:
            found[line] = None
    return list(found), attached


def files(pdf: Any, late: Callable[[], bool]) -> Parts:
    """Return the files that are embedded in a document or attached to its pages."""
    from pypdfium2 import PdfiumError, raw

    found = Parts()
    for index in range(max(raw.FPDFDoc_GetAttachmentCount(pdf), 0)):
        if late():
            found.left_out += 1
            continue
        _take(found, raw.FPDFDoc_GetAttachment(pdf, index))
    for number in range(len(pdf)):
        if late():
            break
        try:
            page = pdf[number]
        except PdfiumError:  # the page is said to be damaged where its text is read
            continue
        try:
            for annotation in _annotations(page):
                if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT:
                    _take(found, raw.FPDFAnnot_GetFileAttachment(annotation))
        finally:
            page.close()
    return found


def _annotations(page: Any) -> Iterator[Any]:
    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _field(pdf: Any, annotation: Any) -> str:
    from pypdfium2 import raw

    form = pdf.formenv
    if not form:  # a field that no form lists is drawn all the same
        name, value = _string(annotation, b"TU") or _string(annotation, b"T"), _string(annotation, b"V")
        return f"{name}: {value}" if value and name else value
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        value = _wide(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)
        value = "yes" if value.lower() in _TICKED else value
    elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX):
        if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD and kind == raw.FPDF_FORMFIELD_TEXTFIELD:
            return ""
        value = _wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    elif kind == raw.FPDF_FORMFIELD_LISTBOX:
        value = _chosen(form, annotation)
    else:
        return ""
    name = _wide(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = name or _wide(raw.FPDFAnnot_GetFormFieldName, form, annotation)
    return f"{name}: {value}" if value and name else value


def _chosen(form: Any, annotation: Any) -> str:
    from pypdfium2 import raw

    chosen = [
        _wide(lambda *rest, number=number: raw.FPDFAnnot_GetOptionLabel(form, annotation, number, *rest))
        for number in range(min(max(raw.FPDFAnnot_GetOptionCount(form, annotation), 0), _MOST))
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, number)
    ]
    return ", ".join(each for each in chosen if each) or _wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _comment(annotation: Any) -> str:
    text = _string(annotation, b"Contents")
    if not text:
        return ""
    writer = _string(annotation, b"T")
    return f"Comment by {writer}: {text}" if writer else f"Comment: {text}"


def _string(annotation: Any, key: bytes) -> str:
    from pypdfium2 import raw

    return _wide(raw.FPDFAnnot_GetStringValue, annotation, key)


def _wide(function: Callable[..., int], *arguments: Any) -> str:
    """Call a function of pdfium twice, for the size and for the text that it gives in UTF-16."""
    size = function(*arguments, None, 0)
    if not 2 < size <= 2 * _LONGEST:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    function(*arguments, buffer, size)
    text = bytes(buffer).decode("utf-16-le", "surrogatepass").rstrip("\0")
    return "\n".join(storable(line).rstrip() for line in text.splitlines()).strip()


def _take(found: Parts, attachment: Any) -> None:
    from pypdfium2 import raw

    if not attachment:
        return
    size = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(attachment, None, 0, size) or not size.value or not found.fits(size.value):
        return
    buffer = ctypes.create_string_buffer(size.value)
    if raw.FPDFAttachment_GetFile(attachment, buffer, size.value, size):
        name = _wide(raw.FPDFAttachment_GetName, attachment)
        found.add(file_name(name, "attachment"), buffer.raw[: size.value])
