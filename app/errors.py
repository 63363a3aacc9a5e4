"""What a user can be told; everything that is not in this tree is a bug.

    CarrelError
    ├── FileError            a file or folder could not be taken in
    │   ├── MissingPath
    │   ├── UnreadableFile
    │   ├── UnwritableFile
    │   ├── ChangedFile
    │   ├── StaleFile
    │   ├── EmptyFile
    │   ├── LockedFile
    │   ├── UnsupportedFile
    │   ├── DamagedFile
    │   ├── TooLargeFile
    │   └── TimedOutFile
    ├── LibraryError         the library could not be opened or written
    │   ├── NoLibrary
    │   ├── WrongPassphrase
    │   ├── LibraryBusy
    │   ├── LibraryDamaged
    │   ├── LibraryTooNew
    │   ├── LibraryTooOld
    │   ├── LibraryExists
    │   ├── TooManyTries
    │   ├── WrongRecoveryKey
    │   ├── NoKeyStore
    │   ├── MatterExists
    │   ├── UnknownMatter
    │   ├── BadName
    │   ├── WhichMatter
    │   ├── BackupDamaged
    │   ├── TooLittleMemory
    │   ├── UnusableFolder
    │   ├── OtherEmbedder
    │   ├── UnknownDocument
    │   ├── UnknownConversation
    │   ├── BadTitle
    │   ├── SeveralMatters
    │   └── DiskFull
    ├── ModelError           a model file could not be used
    │   ├── NoModel
    │   ├── NotAModel
    │   ├── ModelCutShort
    │   ├── ModelTooLarge
    │   ├── UnknownModel
    │   ├── BundledModel
    │   ├── ModelExists
    │   ├── PromptTooLong
    │   └── EngineDied
    ├── QuestionError        a question could not be searched for
    │   ├── NoQuestion
    │   ├── EmptyLibrary
    │   └── EmptyScope
    ├── SealError            the network could not be shut off
    └── NoDisplay            there is nowhere to show the window

An error's docstring is the sentence the user reads; its fields are filled into it.
"""

from __future__ import annotations

from string import Formatter


class CarrelError(Exception):
    """Carrel could not do that."""

    exit_code = 1

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        sentence = " ".join((type(self).__doc__ or "").split())
        names = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        missing = names - fields.keys()
        if missing:
            raise TypeError(f"{type(self).__name__} needs {sorted(missing)}")
        super().__init__(sentence.format(**fields))


class FileError(CarrelError):
    """The file could not be read."""

    exit_code = 3


class MissingPath(FileError):
    """There is no file or folder at {path}."""


class UnreadableFile(FileError):
    """The file could not be opened: {reason}."""


class UnwritableFile(FileError):
    """The file could not be written: {reason}."""


class ChangedFile(FileError):
    """The file changed while it was being read; add it again when it is no longer being written."""


class StaleFile(FileError):
    """The file was changed since Carrel read it; add it again to see the place in it."""


class EmptyFile(FileError):
    """The file is empty (0 bytes)."""


class LockedFile(FileError):
    """The file is locked with a password."""


class UnsupportedFile(FileError):
    """Files of this kind ({kind}) cannot be read yet."""


class DamagedFile(FileError):
    """The file is damaged and could not be read: {reason}."""


class TooLargeFile(FileError):
    """The file is larger than Carrel reads ({size} where {limit} is the most)."""


class TimedOutFile(FileError):
    """The file took longer than {seconds} seconds to read and was set aside."""


class LibraryError(CarrelError):
    """The library could not be used."""

    exit_code = 4


class NoLibrary(LibraryError):
    """There is no library in {path} yet; add files to make one."""


class WrongPassphrase(LibraryError):
    """That passphrase does not open this library."""


class LibraryBusy(LibraryError):
    """The library is open in another Carrel; close it there first."""


class LibraryDamaged(LibraryError):
    """The library is damaged and was not opened, so that nothing is made worse: {reason}."""


class LibraryTooNew(LibraryError):
    """The library was made by a newer Carrel; update this one to open it."""


class LibraryTooOld(LibraryError):
    """The library was made by a trial version of Carrel that stored it differently; add its files to a new one."""


class LibraryExists(LibraryError):
    """There is a library in {path} already, and it was left as it is; name another folder."""


class TooManyTries(LibraryError):
    """{tries} passphrases in a row were wrong; wait {seconds} s before the next."""


class WrongRecoveryKey(LibraryError):
    """That recovery key does not open this library{reason}."""


class TooLittleMemory(LibraryError):
    """Opening the library needs {needed} of free memory; close other programs and try again."""


class UnusableFolder(LibraryError):
    """The library's folder cannot be used: {reason}."""


class NoKeyStore(LibraryError):
    """The key store of this computer cannot open the library: {reason}."""


class MatterExists(LibraryError):
    """There is already a matter named {name}."""


class UnknownMatter(LibraryError):
    """There is no matter named {name}."""


class BadName(LibraryError):
    """A matter needs a name of at most {most} characters, in one line."""


class WhichMatter(LibraryError):
    """There are several matters; say which with --matter: {names}."""


class BackupDamaged(LibraryError):
    """The backup cannot be used and nothing was changed: {reason}."""


class OtherEmbedder(LibraryError):
    """The library was indexed by another embedding model than the one in use; carrel models use NAME changes it."""


class UnknownDocument(LibraryError):
    """The library holds no document {file}."""


class UnknownConversation(LibraryError):
    """There is no such conversation here, or not any more; carrel conversations lists them."""


class BadTitle(LibraryError):
    """A conversation needs a title of at most {most} characters."""


class SeveralMatters(LibraryError):
    """A conversation is kept in one matter, and several are searched; choose one."""


class DiskFull(LibraryError):
    """The disk is full. What was already added is safe; free some space and go on."""


class ModelError(CarrelError):
    """The model could not be used."""

    exit_code = 5


class NoModel(ModelError):
    """There is no {role} model on this computer; looked in {path}."""


class NotAModel(ModelError):
    """{file} is not a model file that Carrel can use: {reason}."""


class ModelCutShort(ModelError):
    """{file} is cut short: {missing} of it are missing. Copy or download it again."""


class ModelTooLarge(ModelError):
    """{file} needs about {needed} of memory and {available} are free."""


class UnknownModel(ModelError):
    """There is no model {name} on this computer."""


class BundledModel(ModelError):
    """{name} came with Carrel and cannot be removed."""


class ModelExists(ModelError):
    """There is already another model named {name}; rename the file and import it again."""


class PromptTooLong(ModelError):
    """The question and its passages are too long for this model ({tokens} tokens where {context} fit)."""


class EngineDied(ModelError):
    """The engine that runs the model ended ({reason}). Nothing is lost; ask again."""


class QuestionError(CarrelError):
    """The question could not be searched for."""

    exit_code = 6


class NoQuestion(QuestionError):
    """Type a question first."""


class EmptyLibrary(QuestionError):
    """The library holds no text yet; add files first."""


class EmptyScope(QuestionError):
    """No document lies in the part of the library that was chosen; choose a wider one."""


class SealError(CarrelError):
    """Carrel could not shut itself off from the network and stopped: {reason}."""

    exit_code = 7


class NoDisplay(CarrelError):
    """There is no display to open the window on. The commands work without one; see carrel --help."""

    exit_code = 8
