"""Conversations kept in memory, with what the window uses of the real ones."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from app.errors import BadTitle, CarrelError, UnknownConversation
from app.types import Conversation, Exchange, Mention, Quoting


@dataclass
class FakeTalk:
    """The conversations of one matter."""

    kept: list[Conversation] = field(default_factory=list)
    stored: dict[str, list[Exchange]] = field(default_factory=dict)
    quoted: Quoting | None = None  # what is said to go with any document, whatever is kept
    error: CarrelError | None = None  # the next keeping fails with it
    fetched: int = 0  # times that a whole conversation was asked for

    def latest(self) -> list[Conversation]:
        return sorted(self.kept, key=lambda each: -each.changed)

    def get(self, conversation: str) -> Conversation:
        for each in self.kept:
            if each.id == conversation:
                return each
        raise UnknownConversation

    def exchanges(self, conversation: str) -> tuple[Exchange, ...]:
        self.get(conversation)
        self.fetched += 1
        return tuple(self.stored[conversation])

    def ids(self, conversation: str) -> tuple[str, ...]:
        return tuple(each.id for each in self.stored.get(conversation, ()))

    def tip(self, conversation: str) -> str:
        return self.exchanges(conversation)[-1].id

    def path(self, tip: str) -> tuple[Exchange, ...]:
        every = {each.id: each for some in self.stored.values() for each in some}
        if tip not in every:
            raise UnknownConversation
        back = [every[tip]]
        while back[-1].before is not None:
            back.append(every[back[-1].before])
        return tuple(reversed(back))

    def search(self, text: str) -> list[Mention]:
        return [Mention(each.id, each.title, exchange.id, exchange.question, exchange.asked)
                for each in self.kept for exchange in self.stored[each.id]
                if all(word in f"{each.title} {exchange.question} {exchange.answer.text}".casefold()
                       for word in text.casefold().split())]

    def quoting(self, documents: list[str]) -> Quoting:
        if self.quoted is not None:
            return self.quoted
        gone = {key: self._with_those_after(each, documents) for key, each in self.stored.items()}
        return Quoting(sum(map(len, gone.values())), sum(map(bool, gone.values())))

    @staticmethod
    def _with_those_after(exchanges: list[Exchange], documents: list[str]) -> set[str]:
        """Return which show words of these documents, and which follow them."""
        gone: set[str] = set()
        for exchange in exchanges:
            shown = {hit.passage.document for hit in exchange.evidence.hits}
            if shown.intersection(documents) or exchange.before in gone:
                gone.add(exchange.id)
        return gone

    def forget(self, documents: list[str]) -> None:
        """Delete what shows words of documents, as the store does when these are removed."""
        for exchanges in tuple(self.stored.values()):
            self.delete_exchanges(self._with_those_after(exchanges, documents))

    def rename(self, conversation: str, title: str) -> Conversation:
        if not title:
            raise BadTitle(most=500)
        renamed = replace(self.get(conversation), title=title)
        self._put(renamed)
        return renamed

    def delete(self, conversation: str) -> None:
        self.kept.remove(self.get(conversation))
        del self.stored[conversation]

    def delete_exchanges(self, gone: set[str]) -> None:
        """Delete exchanges with all that follow them, and conversations that are empty then."""
        for each in tuple(self.kept):
            left: list[Exchange] = []
            for exchange in self.stored[each.id]:
                if exchange.id in gone or exchange.before in gone:
                    gone.add(exchange.id)
                else:
                    left.append(exchange)
            self.stored[each.id] = left
            if left:
                self._put(replace(each, exchanges=len(left)))
            else:
                self.delete(each.id)

    def _put(self, changed: Conversation) -> None:
        self.kept = [changed if each.id == changed.id else each for each in self.kept]

    def keep(self, made: Exchange, conversation: str | None = None) -> Conversation:
        error, self.error = self.error, None
        if error is not None:
            raise error
        if conversation is None:
            kept = Conversation(secrets.token_hex(16), made.question, made.asked, made.asked, 0)
            self.kept.append(kept)
            self.stored[kept.id] = []
            conversation = kept.id
        self.stored[conversation].append(made)
        kept = replace(self.get(conversation), changed=made.asked, exchanges=len(self.stored[conversation]))
        self._put(kept)
        return kept
