"""A question into evidence: understood, looked for, ranked, and what is alike put together.

Knows the store and the models by their faces; knows no model that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app import query as queries
from app.errors import EmptyLibrary, EmptyScope, NoQuestion
from app.models.roles import Embedder, Reranker
from app.retrieval import alike, answerable, features, long, ranking
from app.retrieval.candidates import Asked, Gathered, gather
from app.retrieval.unmentioned import unmentioned
from app.retrieval.wording import wording
from app.store.several import Several
from app.store.store import Store
from app.types import Evidence, Hit, Query, Scope

_NOTHING = Scope()
# Of the ranked candidates, how many times as many as wanted are looked at for what is alike.
_DEEPER = 6


class Retrieval:
    """Finds passages by words, by meaning and by what their documents are called."""

    def __init__(
        self, store: Store | Several, embedder: Embedder, *, reranker: Reranker | None = None,
        asked: Callable[[Evidence], None] = lambda _: None, hints: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`asked` is told of every question and what was found for it; `hints` go with all that is found."""
        self._store = store
        self._embedder = embedder
        self._reranker = reranker
        self._asked = asked
        self._hints = tuple(hints)

    def search(
        self, question: str | Query, k: int = 10, *, scope: Scope | None = None, told: bool = True
    ) -> Evidence:
        """Return the best `k` passages for `question` inside `scope` and what the question itself limits.

        There may be none where the question demands words that no passage holds. Nobody is told of a question that is
        still being typed (not `told`), see `tell`. Raises NoQuestion, EmptyLibrary, EmptyScope, EngineDied.
        """
        query = queries.parse(question.strip()) if isinstance(question, str) else question
        if not query.typed.strip():
            raise NoQuestion
        documents = self._inside(query.scope, scope or _NOTHING)
        searched = self._store.searched(documents)
        if not searched.files:
            raise EmptyLibrary if documents is None or not self._store.searched().files else EmptyScope
        text = long.informative(query.text.strip() or query.typed, self._store.frequencies)
        gathered = gather(self._store, self._embedder, Asked(text, query.demand, documents))
        if not gathered.candidates.passages and query.demand is None:
            raise EmptyLibrary if documents is None else EmptyScope
        hits, likely = self._hits(query, text, gathered, k)
        evidence = Evidence(
            query.typed, hits, searched, gathered.nearest, (*query.hints, *self._hints), likely,
        )
        if told:
            self.tell(evidence)
        return evidence

    def tell(self, evidence: Evidence) -> None:
        """Tell whoever is told of questions of one that turned out to be meant."""
        self._asked(evidence)

    def unmentioned(self, evidence: Evidence) -> tuple[str, ...]:
        """Return names and numbers of the question that stand nowhere in the documents of what was found for it."""
        return unmentioned(evidence, self._store)

    def _inside(self, *scopes: Scope) -> frozenset[str] | None:
        """Return the documents that lie in all of `scopes`, None for all there are."""
        inside: frozenset[str] | None = None
        for scope in scopes:
            found = self._store.scope(scope) if scope != _NOTHING else None
            if found is not None:
                inside = found if inside is None else inside & found
        return inside

    def _hits(self, query: Query, text: str, gathered: Gathered, k: int) -> tuple[tuple[Hit, ...], float]:
        """Return the best `k`, and how probable it is that they hold an answer."""
        candidates, passages = gathered.candidates, gathered.candidates.passages
        if not passages:
            return (), 0.0
        read = features.Readings(wording(text), passages)
        counted = self._store.frequencies(sorted(word for some in read.forms.values() for word in some))
        telling = features.weights(read.forms, counted.passages, counted.counts)
        looked = features.look(read, candidates, telling)
        scored = ranking.scores(looked)
        likely = 1.0
        # What was demanded stands there; and a library of another embedder is compared by words alone.
        if query.demand is None and gathered.nearest < 1.0:
            known = frozenset(term for term, some in read.forms.items() if any(map(counted.counts.get, some)))
            likely = answerable.probability(answerable.signals(read, candidates, looked, scored, telling, known))
        if self._reranker is not None:
            scored = ranking.reranked(self._reranker, text, passages, scored)
        order = np.argsort(-scored, kind="stable")
        worth = {passages[row].id: float(np.exp(scored[row] - scored[order[0]])) for row in order}
        looked_at = order[: k * _DEEPER]
        groups = alike.together([passages[row] for row in looked_at], (read.all[row].words() for row in looked_at), k)
        hits = tuple(
            Hit(rank, worth[best.id], best, tuple(others), queries.marks(query, best.text))
            for rank, (best, *others) in enumerate(groups, start=1)
        )
        return hits, likely
