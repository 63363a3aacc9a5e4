"""Whether the vault, the matters and the audit log fit together, as they were left by the last session.

Owns what is said where they do not: an earlier copy was put in the place of one of them, or files are left without a
key. Nothing is refused for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app import erasure
from app.audit import Audit
from app.store.store import Store
from app.types import Matter
from app.vault.vault import Vault

_OLDER_VAULT, _OLDER_DATABASE = "older vault put back", "older database"  # events


class Consistency:
    """Compares what is opened with what the log knows of it."""

    def __init__(self, vault: Vault, audit: Audit) -> None:
        self._vault, self._audit = vault, audit
        self._known = _Known()
        self.findings: list[str] = []  # what does not fit together, in sentences

    def begin(self, event: str) -> None:
        """Compare the vault with the log, finish a deletion that was cut short, and write down who opened it."""
        known = self._known = _Known.of(self._audit)
        if known.generation > self._vault.generation:
            self.findings.append(
                "The library's vault.json is older than the audit log: an earlier copy was put in its place. "
                "A passphrase that was changed since may open the library again."
            )
            self._audit.record(_OLDER_VAULT, generation=self._vault.generation, known=known.generation)
        if foreign := erasure.sweep(self._vault, known.deleted):
            self.findings.append(
                f"The library holds files of {len(foreign)} matter(s) that its vault.json has no key for, as when an "
                "earlier copy of it was put in its place. They were left as they are."
            )
        if self._vault.wrong_tries:
            self._audit.record("wrong passphrases", count=self._vault.wrong_tries)
        self._audit.record(event, generation=self._vault.generation)

    def compare(self, store: Store, matter: Matter) -> None:
        """Compare a matter that was opened with the log: its head, and the last change of its documents."""
        self.findings += (f"{matter.name}: {finding}" for finding in store.findings)
        self._audit.confirm(store.audit_head, matter.id)
        event, documents = self._known.changes.pop(matter.id, ("", ()))  # once: from here on it is this session's
        if documents and store.holds(documents[0]) != (event == "added"):
            self.findings.append(
                f"The database of the matter {matter.name} lacks the last change that the audit log holds: an earlier "
                "copy of it was put in its place, or its end was damaged. Add the files of the last time again."
            )
            self._audit.record(_OLDER_DATABASE, matter=matter.id)


@dataclass(slots=True)
class _Known:
    """What the log knows of what lies beside it."""

    generation: int = 0  # of the vault when it was last opened or closed
    deleted: set[str] = field(default_factory=set)  # matters
    changes: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # matter: the last (event, documents)

    @classmethod
    def of(cls, audit: Audit) -> _Known:
        known = cls()
        for entry in audit.entries():
            said = int(dict(entry.details).get("generation", 0))
            # Once it was told that an older one was put back, it is told again only of one that is older still.
            known.generation = said if entry.event == _OLDER_VAULT else max(known.generation, said)
            if entry.event == erasure.BEGUN:
                known.deleted.add(entry.matter)
            if entry.event in ("added", "removed"):
                known.changes[entry.matter] = (entry.event, entry.documents)
            if entry.event == _OLDER_DATABASE:
                known.changes.pop(entry.matter, None)
        return known
