"""Measure lists: provinces with clusters and plans, projects with linkages."""

from bench.benchmark import BenchmarkQuery, run_benchmarks

PROVINCES_QUERY = """
{ areas(level: PROVINCE, first: 100) { nodes {
  code name { th } parents { parent { code name { th } } } plans { nodes { id title { th } } } } } }
"""
PROJECTS_QUERY = """
{ projects(first: 100) { nodes {
  name { th } owner { name { th } } areas { area { code } }
  linkages { nodes { status issue { name { th } } stage { name { th } } } } } } }
"""
TYPENAME_QUERY = "{ __typename }"

TINY_ARGUMENTS = ("2",)

if __name__ == "__main__":
    run_benchmarks(
        [
            BenchmarkQuery("77 provinces with clusters and plans", PROVINCES_QUERY, {}),
            BenchmarkQuery("28 projects with linkages", PROJECTS_QUERY, {}),
            BenchmarkQuery("__typename", TYPENAME_QUERY, {}),
        ]
    )
