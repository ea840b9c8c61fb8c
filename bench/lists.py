"""How fast is a list? Provinces with clusters and plans; projects with all they are linked to."""

from bench.benchmark import Question, measure

PROVINCES = """
{ areas(level: PROVINCE, first: 100) { nodes {
  code name { th } parents { parent { code name { th } } } plans { nodes { id title { th } } } } } }
"""
PROJECTS = """
{ projects(first: 100) { nodes {
  name { th } owner { name { th } } areas { area { code } }
  linkages { nodes { status issue { name { th } } stage { name { th } } } } } } }
"""
NOTHING = "{ __typename }"

if __name__ == "__main__":
    measure(
        [
            Question("77 provinces with clusters and plans", PROVINCES, {}),
            Question("28 projects with linkages", PROJECTS, {}),
            Question("__typename", NOTHING, {}),
        ]
    )
