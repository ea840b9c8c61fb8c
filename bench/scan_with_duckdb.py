"""Compute a matrix with DuckDB; bench/scan.py runs this file in an environment of its own.

`… FOLDER FIRST_YEAR LAST_YEAR REPETITIONS`: the folder has project.csv and budget_line.csv. Prints
the medians of wall and CPU milliseconds, and the figures of the whole. DuckDB scans columns in
memory; it resolves no axes, knows no drafts and no repeated reports: a limit, not a peer.
"""

import json
import statistics
import sys
import time

import duckdb

RUN_BY = "scan"
FOLDER, FIRST, LAST, REPETITIONS = sys.argv[1:]
MATRIX = f"""
select l.area_id, p.owner_id, l.phase, count(distinct p.id) as projects, sum(l.amount) as amount
from project p join budget_line l on l.project_id = p.id
where p.visibility = 'PUBLISHED' and l.fiscal_year between {int(FIRST)} and {int(LAST)}
group by grouping sets ((l.area_id, p.owner_id, l.phase), (l.area_id, l.phase),
    (p.owner_id, l.phase), (l.phase), ())
"""  # noqa: S608 - both are numbers


def measure() -> None:
    connection = duckdb.connect()
    for table in ("project", "budget_line"):
        connection.execute(f"create table {table} as from read_csv('{FOLDER}/{table}.csv')")
    walls, cpus = [], []
    for _ in range(int(REPETITIONS) + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        rows = connection.execute(MATRIX).fetchall()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    [whole] = [row for row in rows if row[:3] == (None, None, None) and row[3]][-1:] or [(0,) * 5]
    figures = {"groups": len(rows), "projects": whole[3], "version": duckdb.__version__}
    medians = {
        name: round(1000 * statistics.median(values[1:]), 1)
        for name, values in (("wall_ms", walls), ("cpu_ms", cpus))
    }
    print(json.dumps(medians | figures))


if __name__ == "__main__":
    measure()
