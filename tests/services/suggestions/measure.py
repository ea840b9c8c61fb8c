"""Measure the ranker of suggestions and its baseline on the labelled titles.

    .venv/bin/python -m tests.services.suggestions.measure                  # the open half
    .venv/bin/python -m tests.services.suggestions.measure --leave-out      # the open half
    .venv/bin/python -m tests.services.suggestions.measure --wrong          # the open half
    .venv/bin/python -m tests.services.suggestions.measure --frozen         # figures alone

`--leave-out` ranks each title without the phrases that no other title of the half contains: a lower
bound, because a phrase that was known before the title was read is left out too. `--wrong` lists
the titles that are ranked wrong. Rows of the frozen half are never printed.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.domain.suggestions.evidence import ProjectTexts
from hub.domain.suggestions.phrases import Lexicon, search_form
from hub.domain.suggestions.ranking import Ranker
from hub.domain.suggestions.trigrams import TrigramIndex
from hub.services.suggestions.lexicon import phrase_lexicon, phrase_rules
from tests.services.suggestions.labelled import NO_CHAIN, Half, LabelledTitle, labelled_titles
from tests.services.suggestions.reference_chains import (
    local_chains_by_area,
    reference_chains,
    reference_ranker,
)

Answer = Sequence[str]
"""Stages, best first; none: no chain fits."""


@dataclass(frozen=True)
class Figures:
    """Counts over the titles of a half; `lenient` accepts each of the acceptable labels."""

    with_stage: int
    top1: int
    top1_strict: int
    top3: int
    abstained: int
    abstained_right: int
    abstained_disputed: int
    no_chain: int
    no_chain_disputed: int
    by_chain: dict[str, tuple[int, int]]

    @property
    def top1_share(self) -> float:
        """Return the share of the titles with a stage whose first suggestion is right."""
        return self.top1 / self.with_stage

    @property
    def top3_share(self) -> float:
        """Return the share of the titles with a stage of whose first three one is right."""
        return self.top3 / self.with_stage

    @property
    def precision(self) -> float:
        """Return the strict precision of "no chain fits"."""
        return self.abstained_right / self.abstained if self.abstained else 0.0

    @property
    def recall(self) -> float:
        """Return the strict recall of "no chain fits"."""
        return self.abstained_right / self.no_chain

    @property
    def lenient_precision(self) -> float:
        """Return the precision over the titles that have not `NONE` beside a stage."""
        return self.abstained_right_only / max(1, self.abstained - self.abstained_disputed)

    @property
    def abstained_right_only(self) -> int:
        """Return the right abstentions over titles whose only label is `NONE`."""
        return self.abstained_right - self.no_chain_disputed


def figures(rows: Sequence[LabelledTitle], answer: Callable[[LabelledTitle], Answer]) -> Figures:
    """Return the figures of the answers over rows, counted as `data/README.md` defines."""
    counts: Counter[str] = Counter()
    by_chain: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        stages = answer(row)
        right = {row.first_choice, *row.acceptable}
        disputed = NO_CHAIN in right and len(right) > 1
        counts["abstained"] += not stages
        counts["abstained_disputed"] += disputed and not stages
        if row.first_choice == NO_CHAIN:
            counts["no_chain"] += 1
            counts["abstained_right"] += not stages
            counts["no_chain_disputed"] += disputed and not stages
            continue
        first = stages[0] if stages else NO_CHAIN
        counts["with_stage"] += 1
        counts["top1"] += first in right
        counts["top1_strict"] += first == row.first_choice
        counts["top3"] += bool(right & set(stages[:3] or [NO_CHAIN]))
        by_chain[row.chain][0] += first in right
        by_chain[row.chain][1] += 1
    return Figures(
        **{name: counts[name] for name in Figures.__annotations__ if name != "by_chain"},
        by_chain={chain: (right, total) for chain, (right, total) in sorted(by_chain.items())},
    )


def ranker_answer(ranker: Ranker, *, with_plan: bool = True) -> Callable[[LabelledTitle], Answer]:
    """Return the function that answers with the ranker, with or without the budget plan."""

    def _answer(row: LabelledTitle) -> Answer:
        ranking = ranker.rank(texts_of(row, with_plan=with_plan), chains_of(row))
        return [stage.target for stage in ranking.stages]

    return _answer


def texts_of(row: LabelledTitle, *, with_plan: bool = True) -> ProjectTexts:
    """Return the inputs of the ranker; labels are not among them."""
    return ProjectTexts(
        row.title,
        row.owner,
        (row.stated_strategy,) if row.stated_strategy else (),
        (row.budget_plan,) if row.budget_plan and with_plan else (),
    )


def chains_of(row: LabelledTitle) -> set[str]:
    """Return the local chains of the place of a title."""
    return local_chains_by_area().get(row.area, set())


def baseline_answer(*, with_place: bool = False) -> Callable[[LabelledTitle], Answer]:
    """Return the baseline: TF-IDF cosine of character trigrams of the title and the stage's texts.

    `with_place` leaves out the local chains of other places; the plain baseline knows no place.
    It never abstains.
    """
    profiles = [stage for chain in reference_chains() for stage in chain.stages]
    index = TrigramIndex({stage.key: [*stage.names, *stage.roles] for stage in profiles})
    local = {chain.code for chain in reference_chains() if chain.local}

    def _answer(row: LabelledTitle) -> Answer:
        alike = index.similarities(row.title)
        elsewhere = local - chains_of(row) if with_place else set()
        keys = [key for key in alike if key.partition("/")[0] not in elsewhere]
        return sorted(keys, key=lambda key: (-alike[key], key))

    return _answer


def leave_out_answer(rows: Sequence[LabelledTitle]) -> Callable[[LabelledTitle], Answer]:
    """Return the ranker that answers each row without the phrases that only its title contains."""
    found = {
        row.id: {search_form(rule.phrase) for rule in phrase_lexicon().find(row.title)}
        for row in rows
    }
    titles = Counter(phrase for phrases in found.values() for phrase in phrases)

    def _answer(row: LabelledTitle) -> Answer:
        left_out = {phrase for phrase in found[row.id] if titles[phrase] == 1}
        rules = [rule for rule in phrase_rules() if search_form(rule.phrase) not in left_out]
        return ranker_answer(reference_ranker(Lexicon(rules)))(row)

    return _answer


def report(half: Half) -> str:
    """Return the figures of a half: the baselines, the ranker, and it without budget plans."""
    rows = labelled_titles(half)
    ranker = reference_ranker()
    plain = figures(rows, baseline_answer())
    measured = figures(rows, ranker_answer(ranker))
    return "\n".join(
        [
            f"{half} half: {len(rows)} titles, {plain.with_stage} with a stage",
            line("baseline", plain),
            line("baseline with place", figures(rows, baseline_answer(with_place=True))),
            line("ranker", measured),
            line("without budget_plan", figures(rows, ranker_answer(ranker, with_plan=False))),
            f"top-1 is {measured.top1_share / plain.top1_share:.2f} times the baseline",
            "top-1 by chain: "
            + ", ".join(f"{chain} {n}/{total}" for chain, (n, total) in measured.by_chain.items()),
            "",
        ]
    )


def line(name: str, measured: Figures) -> str:
    """Return one line of figures."""
    return (
        f"{name:20} top-1 {measured.top1_share:.3f} (strict "
        f"{measured.top1_strict / measured.with_stage:.3f}), top-3 {measured.top3_share:.3f}; "
        f"no chain fits: precision {measured.precision:.3f} (lenient "
        f"{measured.lenient_precision:.3f}), recall {measured.recall:.3f}"
    )


def wrong(rows: Sequence[LabelledTitle]) -> str:
    """Return the rows that are ranked wrong, with the evidence of the best stages."""
    ranker = reference_ranker()
    lines = []
    for row in rows:
        ranking = ranker.rank(texts_of(row), chains_of(row))
        first = ranking.stages[0].target if ranking.stages else NO_CHAIN
        if first not in {row.first_choice, *row.acceptable}:
            lines.append(f"{row.id} {row.first_choice}: {row.title} ({row.owner}) -> {first}")
            for stage in (*ranking.stages[:3], *filter(None, [ranking.best])):
                found = [(item.detail, round(item.weight, 1)) for item in stage.evidence[:6]]
                lines.append(f"    {stage.score:.1f} {stage.target} {found}")
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str]) -> str:
    """Return what the arguments of the command line ask for."""
    if "--frozen" in arguments:
        return report("frozen")
    rows = labelled_titles("open")
    if "--wrong" in arguments:
        return wrong(rows)
    if "--leave-out" in arguments:
        return line("lower bound", figures(rows, leave_out_answer(rows))) + "\n"
    return report("open")


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
