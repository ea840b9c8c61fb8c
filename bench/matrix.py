"""Measure matrices: Eastern tourism with and without projects, and a large table."""

from bench.benchmark import BenchmarkQuery, run_benchmarks

SMALL_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  rows { headers { label { th } total { projectCount } } }
  columns { headers { label { th } total { projectCount } } }
  cells { state projectCount budget { amount } stateReasons { code text { th } } }
  total { projectCount additive } } }
"""
PROJECTS_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { state projects(first: 3) { nodes { name { th } owner { shortName { th } } } } } } }
"""
TABLE_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  table { rowIndex columnIndex state projectCount budget } } }
"""
YEAR = {"be": 2554}
EAST_INPUT = {
    "rows": {"dimension": "ACTOR_LEVEL"},
    "columns": {"dimension": "STAGE"},
    "filter": {
        "valueChains": ["gid://hub/ValueChain/tourism-east"],
        "areas": ["gid://hub/Area/C2552-09"],
    },
    "fiscalYears": {"from": YEAR, "to": YEAR},
}
LARGE_INPUT = {
    "rows": {"dimension": "AREA"},
    "columns": {"dimension": "AGENCY"},
    "fiscalYears": {"from": YEAR, "to": YEAR},
}

TINY_ARGUMENTS = ("2",)

if __name__ == "__main__":
    run_benchmarks(
        [
            BenchmarkQuery("matrix 6x6", SMALL_QUERY, {"i": EAST_INPUT}),
            BenchmarkQuery("matrix 6x6 with projects", PROJECTS_QUERY, {"i": EAST_INPUT}),
            BenchmarkQuery("table 76x20", TABLE_QUERY, {"i": LARGE_INPUT}),
        ]
    )
