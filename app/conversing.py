"""Questions asked in a conversation: answered with what was said before, and kept when the answer is there.

Owns the order of the two. Must not know how an answer comes about or how a conversation lies in the tables. Where the
answer is stopped, or the program killed, the conversation stays as it was.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Generator as Events

from app.answering import Answering
from app.errors import CarrelError, SeveralMatters
from app.store.conversations import Conversations
from app.types import Answered, ConversationEvent, Evidence, EvidenceFound, Exchange, Kept, Scope


class Conversing:
    """Asks in the conversations of one matter."""

    def __init__(
        self, conversations: Conversations, answering: Answering, *, model: str = "", several: bool = False
    ) -> None:
        """`model` is the file name of the one that writes; `several` says that other matters are searched as well."""
        self._conversations = conversations
        self._answering = answering
        self._model = model
        self._several = several

    def ask(
        self, question: str, conversation: str | None = None, *, after: str | None = None, instead: str | None = None,
        scope: Scope | None = None, anyway: bool = False,
    ) -> Events[ConversationEvent, None, None]:
        """Yield what `Answering.ask` yields, `anyway` as there, then `Kept`; without a conversation a new one begins.

        The question follows the exchange `after`, or the one that was asked last. `instead` names an exchange whose
        question this one is, edited: it follows what that one followed, as a branch beside it.

        Text of one matter never lies among that of another, so nothing is kept where several are searched: raises
        SeveralMatters. Raises UnknownConversation and what answering raises before anything was yielded; DiskFull,
        and UnknownDocument where one that is quoted was removed meanwhile, after the answer.
        """
        if self._several:
            raise SeveralMatters
        earlier = () if conversation is None else self._earlier(conversation, after, instead)
        evidence: Evidence | None = None
        with contextlib.closing(self._answering.ask(question, scope=scope, anyway=anyway, earlier=earlier)) as events:
            for event in events:
                if isinstance(event, EvidenceFound):
                    evidence = event.evidence
                if not isinstance(event, Answered):
                    yield event
                    continue
                assert evidence is not None
                made = Exchange(
                    secrets.token_hex(16), earlier[-1].id if earlier else None, time.time(), question,
                    evidence.question, evidence, event.answer, event.given, self._model if event.given else "",
                )  # fmt: skip
                outcome: Kept | CarrelError
                try:
                    outcome = Kept(self._conversations.keep(made, conversation), made)
                except CarrelError as error:  # the answer is there all the same
                    outcome = error
                yield event
                if isinstance(outcome, CarrelError):
                    raise outcome
                yield outcome

    def _earlier(self, conversation: str, after: str | None, instead: str | None) -> tuple[Exchange, ...]:
        """Return the exchanges that the question follows."""
        if instead is not None:
            return self._conversations.path(instead)[:-1]
        return self._conversations.path(after or self._conversations.tip(conversation))
