import type { Tables } from '@bearmq/core/schema';
import { NAME_TAG } from '../plpgsql.ts';

/**
 * A block that sends a notification which says nothing, on the schema's channel. That is worked out as a client does it
 * (`notificationChannel` in core): the schema's name where it fits, else a hash of that (FNV-1a, 64 bits), in numbers of any
 * length, since no integer here multiplies modulo 2^64. With a queue that is nearly full none is sent: the transaction could
 * not commit.
 */
export function notifyListeners(n: Tables): string {
  return `declare
    v_schema text := (parse_ident(${NAME_TAG}${n.job}${NAME_TAG}))[1];
    v_bytes bytea := convert_to(v_schema, 'UTF8');
    v_hash numeric := 14695981039346656037;
    v_low integer;
  begin
    if octet_length(v_bytes) > 56 then
      for v_nth in 0 .. octet_length(v_bytes) - 1 loop
        v_low := mod(v_hash, 256)::integer;
        v_hash := mod((v_hash - v_low + (v_low # get_byte(v_bytes, v_nth))) * 1099511628211, 18446744073709551616);
      end loop;
      v_schema := lpad(to_hex(div(v_hash, 4294967296)::bigint), 8, '0')
        || lpad(to_hex(mod(v_hash, 4294967296)::bigint), 8, '0');
    end if;
    if pg_notification_queue_usage() < 0.9 then
      perform pg_notify('bearmq:' || v_schema, '');
    end if;
  end;`;
}
