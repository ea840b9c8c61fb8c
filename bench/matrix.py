"""How fast is a matrix? Eastern tourism with projects and without, and a large table."""

from bench.benchmark import Question, measure

SMALL = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { headers { label { th } total { projectCount } } }
  columns { headers { label { th } total { projectCount } } }
  cells { state projectCount budget { amount } stateReasons { code text { th } } }
  total { projectCount additive } } }
"""
PROJECTS = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { state projects(first: 3) { nodes { name { th } owner { shortName { th } } } } } } }
"""
TABLE = """
query ($i: MatrixInput!) { matrix(input: $i) {
  table { rowIndex columnIndex state projectCount budget } } }
"""
YEAR = {"be": 2554}
EAST = {
    "rows": {"dimension": "ACTOR_LEVEL"},
    "columns": {"dimension": "STAGE"},
    "filter": {
        "valueChains": ["gid://hub/ValueChain/tourism-east"],
        "areas": ["gid://hub/Area/C2552-09"],
    },
    "fiscalYears": {"from": YEAR, "to": YEAR},
}
LARGE = {
    "rows": {"dimension": "AREA"},
    "columns": {"dimension": "AGENCY"},
    "fiscalYears": {"from": YEAR, "to": YEAR},
}

if __name__ == "__main__":
    measure(
        [
            Question("matrix 6x6", SMALL, {"i": EAST}),
            Question("matrix 6x6 with projects", PROJECTS, {"i": EAST}),
            Question("table 76x20", TABLE, {"i": LARGE}),
        ]
    )
