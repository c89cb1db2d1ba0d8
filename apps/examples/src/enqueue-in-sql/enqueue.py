# #region python
import json
import psycopg

with psycopg.connect(database_url) as connection:
    connection.execute("insert into orders (id) values (%s)", (4711,))
    connection.execute(
        "select _bearmq.enqueue(%s, %s::json, num_attempts => 3)",
        ("SEND_RECEIPT", json.dumps({"orderId": 4711})),
    )
# #endregion python
