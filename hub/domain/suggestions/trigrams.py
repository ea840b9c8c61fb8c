"""Trigrams of texts, weighted by how rare they are: how alike two texts are, from 0 to 1."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from hub.domain.suggestions.phrases import search_form


def trigrams(text: str) -> Counter[str]:
    """Return how often each sequence of three characters is in a text."""
    text = search_form(text)
    return Counter(text[start : start + 3] for start in range(len(text) - 2))


class TrigramIndex:
    """Texts by key, searched by TF-IDF cosine of character trigrams through an inverted index."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        counts = [
            sum((trigrams(text) for text in several), Counter[str]()) for several in texts.values()
        ]
        self._keys = list(texts)
        frequency = Counter(gram for count in counts for gram in count)
        self._idf = {gram: math.log(1 + len(counts) / n) for gram, n in frequency.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, count in enumerate(counts):
            weights = self._weights(count)
            length = _length(weights)
            for gram, weight in weights.items():
                self._postings.setdefault(gram, []).append((number, weight / length))

    def similarities(self, text: str) -> dict[str, float]:
        """Return the cosine of a text with each text of the index; 0 is absent."""
        weights = self._weights(trigrams(text))
        products = [0.0] * len(self._keys)
        for gram, weight in weights.items():
            for number, other in self._postings[gram]:
                products[number] += weight * other
        length = _length(weights)
        return {
            key: product / length
            for key, product in zip(self._keys, products, strict=True)
            if product
        }

    def _weights(self, count: Counter[str]) -> dict[str, float]:
        idf = self._idf
        return {gram: (1 + math.log(n)) * idf[gram] for gram, n in count.items() if gram in idf}


def _length(weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0


def longest_common_part(left: str, right: str) -> str:
    """Return the longest sequence of characters that both texts contain, without outer spaces."""
    left, right = search_form(left), search_form(right)
    match = SequenceMatcher(None, left, right, autojunk=False).find_longest_match()
    return left[match.a : match.a + match.size].strip()
