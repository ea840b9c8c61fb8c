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
        counts = {
            key: sum((trigrams(text) for text in several), Counter[str]())
            for key, several in texts.items()
        }
        frequency = Counter(gram for count in counts.values() for gram in count)
        self._idf = {gram: math.log(1 + len(counts) / n) for gram, n in frequency.items()}
        self._postings: dict[str, list[tuple[str, float]]] = {}
        for key, count in counts.items():
            for gram, weight in self._vector(count).items():
                self._postings.setdefault(gram, []).append((key, weight))

    def similarities(self, text: str) -> dict[str, float]:
        """Return the cosine of a text with each text of the index; 0 is absent."""
        result: dict[str, float] = {}
        for gram, weight in self._vector(trigrams(text)).items():
            for key, other in self._postings[gram]:
                result[key] = result.get(key, 0.0) + weight * other
        return result

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        weights = {
            gram: (1 + math.log(n)) * self._idf[gram]
            for gram, n in count.items()
            if gram in self._idf
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}


def longest_common_part(left: str, right: str) -> str:
    """Return the longest sequence of characters that both texts contain, without outer spaces."""
    left, right = search_form(left), search_form(right)
    match = SequenceMatcher(None, left, right, autojunk=False).find_longest_match()
    return left[match.a : match.a + match.size].strip()
