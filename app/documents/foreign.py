"""Files that no loader reads, known by their bytes or name, so that the user is told what to do with them."""

from __future__ import annotations

from app.documents.source import Why

_STARTS = (
    (b"Rar!\x1a\x07", Why.OTHER_ARCHIVE), (b"7z\xbc\xaf\x27\x1c", Why.OTHER_ARCHIVE), (b"\x1f\x8b", Why.OTHER_ARCHIVE),
    (b"BZh", Why.OTHER_ARCHIVE), (b"\xfd7zXZ\x00", Why.OTHER_ARCHIVE), (b"\x28\xb5\x2f\xfd", Why.OTHER_ARCHIVE),
    (b"MSCF", Why.OTHER_ARCHIVE), (b"!BDN", Why.OUTLOOK_STORE),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", Why.NOTEBOOK),
    (b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", Why.NOTEBOOK),
    (b"\xffWPC", Why.OLD_WRITING), (b"\x01\xfe\x32", Why.OLD_WRITING), (b"\x00\xfe\x32", Why.OLD_WRITING),
    (b"ID3", Why.SOUND), (b"OggS", Why.SOUND), (b"fLaC", Why.SOUND), (b"\x1aE\xdf\xa3", Why.SOUND),
    (b"MZ", Why.PROGRAM), (b"\x7fELF", Why.PROGRAM), (b"\xcf\xfa\xed\xfe", Why.PROGRAM),
    (b"\xca\xfe\xba\xbe", Why.PROGRAM),
)  # fmt: skip
_SUFFIXES = {
    Why.OTHER_ARCHIVE: ".rar .7z .gz .tgz .tar .bz2 .xz .zst .cab .lzh .arj .sit .dmg .iso",
    Why.OUTLOOK_STORE: ".pst .ost",
    Why.APPLE: ".pages .numbers .key",
    Why.NOTEBOOK: ".one .onepkg .onetoc2",
    Why.OLD_WRITING: ".wpd .wps .wp .wri .lwp .sxw .hwp",
    Why.PRINTED: ".xps .oxps .ps .djvu",
    Why.SOUND: ".mp3 .wav .m4a .aac .ogg .flac .wma .mp4 .mov .avi .mkv .wmv .webm .3gp .dss .ds2",
    Why.PROGRAM: ".exe .dll .so .dylib .msi .apk .jar .class .deb .rpm",
}
_BY_SUFFIX = {suffix: why for why, names in _SUFFIXES.items() for suffix in names.split()}
_PACKED_NAMES = ((b"FixedDocSeq.fdseq", Why.PRINTED), (b"buildVersionHistory.plist", Why.APPLE),
                 (b"Index/Document.iwa", Why.APPLE), (b"META-INF/MANIFEST.MF", Why.PROGRAM))  # fmt: skip
_LOOKED = 4 << 20  # bytes at the end of a package, where the names in it are


def why(data: bytes, suffix: str) -> Why:
    """Return the reason why a file that no loader takes is not read, as exactly as it can be known."""
    if data.startswith(b"PK\x03\x04"):
        names = data[-_LOOKED:]
        packed = next((reason for name, reason in _PACKED_NAMES if name in names), None)
        if packed is not None:
            return packed
    if data[4:8] == b"ftyp" and data[8:12] not in (b"heic", b"heix", b"mif1", b"avif"):
        return Why.SOUND
    if data[257:262] == b"ustar":
        return Why.OTHER_ARCHIVE
    found = next((reason for start, reason in _STARTS if data.startswith(start)), None)
    return found or _BY_SUFFIX.get(suffix, Why.UNKNOWN_FORMAT)
