"""What the peers of `bench:data -- --python PATH` take, each in a process of its own. Prints JSON.

    peers.py coco FILE          pycocotools' COCO(): load and index of an instances file
    peers.py duckdb DIR OUT     DuckDB's COPY of the rows of Parquet files, from a table of its own into one Parquet file
"""

import json
import resource
import sys
import time


def measured(work):
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work()
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "rows": rows,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def coco(path):
    from contextlib import redirect_stdout
    from pycocotools.coco import COCO

    with redirect_stdout(sys.stderr):
        return measured(lambda: len(COCO(path).anns))


def copy(folder, out):
    import duckdb

    db = duckdb.connect(out + ".duckdb")
    db.execute(f"CREATE TABLE rows AS SELECT * FROM read_parquet('{folder}/**/*.parquet', union_by_name = true)")
    db.execute("CHECKPOINT")
    return measured(lambda: db.execute(f"COPY rows TO '{out}' (FORMAT parquet)").fetchone()[0])


print(json.dumps(coco(sys.argv[2]) if sys.argv[1] == "coco" else copy(*sys.argv[2:4])))
