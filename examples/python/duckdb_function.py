"""A DuckDB relation, and a function for SQL.

    python examples/python/duckdb_function.py
"""

import chartguard
import duckdb

scrubber = chartguard.Scrubber()
connection = duckdb.connect()
connection.execute("create table notes as select 1 as id, 'SSN 219-09-9999' as note union all select 2, 'no change'")

print(scrubber.scrub_column(connection.sql("from notes order by id"), name="note").fetchall())

connection.create_function("scrub", lambda notes: scrubber.scrub_column(notes), ["VARCHAR"], "VARCHAR", type="arrow")
print(connection.execute("select id, scrub(note) from notes order by id").fetchall())
