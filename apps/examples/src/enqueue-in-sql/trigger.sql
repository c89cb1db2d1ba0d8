-- #region trigger
create function order_is_placed() returns trigger language plpgsql as $$
begin
  perform _bearmq.enqueue('SEND_RECEIPT', json_build_object('orderId', new.id), job_group => 'order ' || new.id);
  return null;
end $$;

create trigger order_is_placed after insert on orders
for each row execute function order_is_placed();
-- #endregion trigger
