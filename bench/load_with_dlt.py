"""Load the same pages with dlt; bench/ingest.py runs this file in an environment of its own.

`… PORT DSN_HOST APPEND|MERGE PAGE_SIZE` in a writable folder; prints seconds, CPU seconds and the
number of rows. MERGE avoids duplicates when loading again, as the hub does; APPEND does not check.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import dlt
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

PORT, HOST, DISPOSITION, PAGE_SIZE = sys.argv[1:]


@dlt.resource(
    name="budget",
    write_disposition=DISPOSITION.lower(),
    primary_key=["bb_year", "bb_code", "objc_level1_name"],
)
def budget() -> Iterator[list[dict[str, Any]]]:
    paginator = OffsetPaginator(limit=int(PAGE_SIZE), total_path=None, stop_after_empty_page=True)
    client = RESTClient(f"http://127.0.0.1:{PORT}", paginator=paginator, data_selector="result")
    yield from client.paginate("/budget")


def load() -> None:
    pipeline = dlt.pipeline(
        f"bench_{DISPOSITION}",
        destination=dlt.destinations.postgres(
            f"postgresql://hub:unused@localhost:5432/peer?host={HOST}"
        ),
        dataset_name=f"dlt_{DISPOSITION.lower()}",
        pipelines_dir=".",
    )
    cpu, started = time.process_time(), time.perf_counter()
    pipeline.run(budget()).raise_on_failed_jobs()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    with pipeline.sql_client() as client:
        rows = sum(
            client.execute_sql(f"select count(*) from {table}")[0][0]  # noqa: S608
            for table in ("budget", "budget__compare")
        )
    print(json.dumps({"seconds": seconds, "cpu_s": round(cpu, 2), "rows": rows}))


RUN_BY = "ingest"

if __name__ == "__main__":
    load()
