-- #region psql
select _bearmq.enqueue('SEND_RECEIPT', '{ "orderId": 4711 }', delay_secs => 60, priority => 5, headers => '{ "by": "hand" }');

select _bearmq.enqueue('SEND_RECEIPT', json_build_object('orderId', id)) from orders where paid_at is null;
-- #endregion psql
