"""Tests of the ranking: what adds up, what needs a chain, local chains, and abstention."""

from hub.domain.suggestions.evidence import Evidence, EvidenceKind, ProjectTexts, diminishing_sum
from hub.domain.suggestions.phrases import NO_CHAIN, Lexicon, PhraseRule
from hub.domain.suggestions.ranking import ChainProfile, Ranker, StageProfile

LEXICON = Lexicon(
    [
        PhraseRule("ท่องเที่ยว", "tourism", 3),
        PhraseRule("ประชาสัมพันธ์", "tourism/marketing", 3),
        PhraseRule("จุดชมวิว", "tourism/products", 3),
        PhraseRule("ผลไม้", "agri", 3),
        PhraseRule("ประชาสัมพันธ์", "agri/market", 3),
        PhraseRule("วัคซีน", "life/health", 4, alone=True),
        PhraseRule("รถตู้", NO_CHAIN, 6),
    ]
)
MANDATES = {"department:tourism": [PhraseRule("department:tourism", "tourism", 2)]}
CHAINS = (
    ChainProfile(
        "tourism",
        "tourism",
        False,
        (
            StageProfile("tourism/marketing", ("การตลาดและประชาสัมพันธ์",)),
            StageProfile("tourism/products", ("พัฒนาแหล่งท่องเที่ยว",)),
        ),
    ),
    ChainProfile("agri", "agriculture", False, (StageProfile("agri/market", ("ตลาดสินค้าเกษตร",)),)),
    ChainProfile("life", "life", False, (StageProfile("life/health", ("สุขภาพอนามัย",)),)),
    ChainProfile(
        "east",
        "tourism",
        True,
        (
            StageProfile("east/publicity", ("การประชาสัมพันธ์และการตลาด",)),
            StageProfile("east/attractions", ("แหล่งท่องเที่ยวริมทะเล",)),
        ),
    ),
)
RANKER = Ranker(LEXICON, MANDATES, CHAINS)


def first(title: str, owner: str | None = None, chains: tuple[str, ...] = ()) -> str | None:
    """Return the first suggestion for a title; null if the ranker abstains."""
    stages = RANKER.rank(ProjectTexts(title, owner), chains).stages
    return stages[0].target if stages else None


def test_explain_chain_and_stage_add_up() -> None:
    assert first("ประชาสัมพันธ์ท่องเที่ยว") == "tourism/marketing"
    assert first("ประชาสัมพันธ์ผลไม้") == "agri/market"


def test_the_mandate_of_the_owner_names_the_chain() -> None:
    assert first("ประชาสัมพันธ์ภาคใต้", "department:tourism") == "tourism/marketing"


def test_phrases_that_need_a_chain_do_not_suffice_alone() -> None:
    assert first("จุดชมวิว") is None
    assert first("วัคซีน") == "life/health"


def test_a_vehicle_of_a_tourism_office_fits_no_chain() -> None:
    ranking = RANKER.rank(ProjectTexts("รถตู้ 12 ที่นั่ง", "department:tourism"))
    assert ranking.abstained
    assert [item.detail for item in ranking.no_chain] == ["รถตู้"]


def test_no_phrases_at_all_fit_no_chain() -> None:
    ranking = RANKER.rank(ProjectTexts("ABC"))
    assert ranking.abstained
    assert ranking.best is None


def test_a_local_chain_competes_only_where_an_issue_follows_it() -> None:
    assert first("จุดชมวิว ท่องเที่ยว") == "tourism/products"
    assert first("จุดชมวิว ท่องเที่ยว", chains=("east",)) == "east/attractions"


def test_a_local_chain_without_phrases_takes_over_those_of_its_theme() -> None:
    assert first("ประชาสัมพันธ์ท่องเที่ยว", chains=("east",)) == "east/publicity"
    assert first("ประชาสัมพันธ์ผลไม้", chains=("east",)) == "agri/market"


def test_an_agreed_precedent_decides_between_equal_stages() -> None:
    precedent = Evidence(EvidenceKind.PRECEDENT, "linkage-1", "tourism/products", 2)
    ranking = RANKER.rank(ProjectTexts("ท่องเที่ยว"), precedents=[precedent])
    assert ranking.stages[0].target == "tourism/products"
    assert precedent in ranking.stages[0].evidence


def test_a_local_chain_that_only_its_theme_names_comes_after_the_role_chain() -> None:
    jasmine = ChainProfile(
        "jasmine", "agriculture", True, (StageProfile("jasmine/water", ("น้ำ",)),)
    )
    rules = [
        PhraseRule("เกษตร", "agri", 3),
        PhraseRule("บ่อน้ำ", "agri/market", 3),
        PhraseRule("หอมมะลิ", "jasmine", 4),
        PhraseRule("บ่อน้ำ", "jasmine/water", 4),
    ]
    ranker = Ranker(Lexicon(rules), {}, (*CHAINS[:3], jasmine))

    def targets(title: str) -> list[str]:
        return [s.target for s in ranker.rank(ProjectTexts(title), ["jasmine"]).stages]

    assert targets("บ่อน้ำเพื่อนาหอมมะลิ")[0] == "jasmine/water"
    assert targets("บ่อน้ำเกษตร") == ["agri/market", "jasmine/water"]


def test_further_evidence_for_one_target_counts_less_and_less() -> None:
    evidence = [Evidence(EvidenceKind.TITLE, "", "a", 4)] * 3
    assert diminishing_sum(evidence) == 4 + 2 + 1
