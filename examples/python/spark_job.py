"""A Spark job: a column scrubbed, with what was found beside it.

    pip install 'chartguard[spark]'    # and Java 17 or newer
    python examples/python/spark_job.py
"""

import chartguard
from chartguard.spark import scrub, scrub_udf
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    # Batches of this size are worth their overhead and small in memory.
    .config("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    .getOrCreate()
)
notes = spark.createDataFrame([(1, "SSN 219-09-9999"), (2, None), (3, "Seen by Dr. Adeyemi.")], "id bigint, note string")
scrubber = chartguard.Scrubber()

scrub(notes, "note", scrubber, findings="found").show(truncate=False)
notes.withColumn("note", scrub_udf(scrubber)("note")).show(truncate=False)
spark.stop()
