import type { Tables } from '@bearmq/core/schema';
import { notByEverybody, plpgsql } from '../plpgsql.ts';
import { notifyListeners } from './listeners.ts';
import { GROUP_BYTES, MAX_SECS, NAME_BYTES } from './table-parts.ts';

const PAYLOAD_BYTES = 67_108_864;
const HEADERS_BYTES = 8_192;
const KEY_BYTES = 1_024;

/** The arguments after the payload, in the order in which they were added; new ones come last. */
const OTHERS = `job_group text default null, delay_secs float8 default null, run_at timestamptz default null,
  priority integer default null, num_attempts integer default null, unique_key text default null,
  headers json default null, channel text default null, timeout_secs float8 default null,
  max_run_secs float8 default null`;
const OTHER_TYPES = 'text, float8, timestamptz, integer, integer, text, json, text, float8, float8';
const OTHER_NAMES = OTHERS.replace(/ (?:text|float8|timestamptz|integer|json) default null/g, '');

/**
 * Enqueues a job, for whoever has SQL and no client. Returns its id, or that of the job that stands for it where its
 * `unique_key` was held. What is null is as the job's definition says (`job_definition`), else as a client has it.
 *
 * What is wrong is refused with 22023 and the words of a client's error. No version is in its name, since callers write it
 * by hand: it only gets new arguments, at the end. PostgreSQL converts none of json, jsonb and text to another by itself, so
 * there is one for each. See apps/docs/internals/enqueue.md, "In SQL"
 */
export function enqueueBySql(n: Tables): string[] {
  const name = n.fn('enqueue');
  return [
    plpgsql({
      rights: 'owner',
      signature: `${name}(name text, payload json default 'null', ${OTHERS})`,
      returns: 'uuid',
      body: enqueueBody(n),
    }),
    ...['jsonb', 'text'].map((type) =>
      plpgsql({
        signature: `${name}(name text, payload ${type}, ${OTHERS})`,
        returns: 'uuid',
        body: `begin
  return ${name}(name, payload::json, ${OTHER_NAMES});
end`,
      }),
    ),
    ...enqueueFunctions(n).map(notByEverybody),
  ];
}

/** Each with the types of its arguments. */
export function enqueueFunctions(n: Tables): readonly string[] {
  return ['json', 'jsonb', 'text'].map((type) => `${n.fn('enqueue')}(text, ${type}, ${OTHER_TYPES})`);
}

function enqueueBody(n: Tables): string {
  return `declare
  v_channel text;
  v_group text;
  v_delay float8;
  v_attempts integer;
  v_timeout float8;
  v_priority integer;
  v_key text;
  v_payload json := coalesce(payload, 'null');
  v_headers json;
  v_extras text;
  v_definition json;
  v_unique json;
  v_id uuid;
  v_job uuid;
  v_outcome text;
  h record;
begin
  ${nameCheck('name')}
  select d.defaults into v_definition from ${n.jobDefinition} d where d.name = enqueue.name;
  v_unique := v_definition -> 'unique';

  v_channel := coalesce(channel, v_definition ->> 'channel', 'DEFAULT');
  ${nameCheck('channel', 'v_channel')}
  if job_group is null and (v_definition ->> 'hasGroups')::boolean then
    ${refuse(`'enqueue.job_group must be given: the definition of ' || to_json(name) || ' works it out of the payload, which only a client can do; '''' is for none'`)}
  end if;
  v_group := nullif(job_group, '');
  ${bytesCheck('job_group', 'v_group', GROUP_BYTES)}
  if run_at is not null and delay_secs is not null then
    ${refuse(`'enqueue.run_at and delay_secs both say when to run: give one'`)}
  end if;
  if not run_at <= clock_timestamp() + make_interval(secs => ${MAX_SECS}) or not isfinite(run_at) then
    ${refuse(`'enqueue.run_at must be at most 100 years from now, got ' || run_at`)}
  end if;
  v_delay := case when run_at is null then coalesce(delay_secs, (v_definition ->> 'delaySecs')::float8, 0) else 0 end;
  ${rangeCheck('delay_secs', 'v_delay', 'a number of seconds', 0, MAX_SECS)}
  v_attempts := coalesce(num_attempts, (v_definition ->> 'numAttempts')::integer, 1);
  ${rangeCheck('num_attempts', 'v_attempts', 'a whole number of attempts', 1, 1_000_000)}
  v_timeout := coalesce(timeout_secs, (v_definition ->> 'timeoutSecs')::float8, 300);
  ${rangeCheck('timeout_secs', 'v_timeout', 'a number of seconds', 0, MAX_SECS)}
  ${rangeCheck('max_run_secs', 'max_run_secs', 'a number of seconds', 0.1, MAX_SECS)}
  v_priority := coalesce(priority, (v_definition ->> 'priority')::integer, 0);
  ${rangeCheck('priority', 'v_priority', 'a whole number of steps', -2_147_483_647, 2_147_483_647)}
  if octet_length(v_payload::text) > ${PAYLOAD_BYTES} then
    ${refuse(`'the payload for ' || to_json(name) || ' must have at most ${PAYLOAD_BYTES} bytes of JSON in UTF-8'`)}
  end if;
  ${headersCheck}

  if unique_key is null and (v_unique ->> 'hasKeys')::boolean then
    ${refuse(`'enqueue.unique_key must be given: the definition of ' || to_json(name) || ' works it out of the payload, which only a client can do; '''' is for none'`)}
  end if;
  v_key := nullif(coalesce(unique_key, v_unique ->> 'key'), '');
  ${bytesCheck('unique_key', 'v_key', KEY_BYTES)}
  if v_key is not null and v_unique is null then
    ${refuse(`'enqueue.unique_key needs a definition of ' || to_json(name) || ' with the option unique, registered in a process with Workers: that says for how long the key is held'`)}
  end if;

  v_extras := concat_ws(',', '"headers":' || v_headers, '"maxRunSecs":' || max_run_secs,
    '"maxDeaths":' || (v_definition ->> 'maxDeaths'),
    case when timeout_secs is not null and (v_definition ->> 'hasBackoff')::boolean then '"backoff":null' end);
  v_id := ${NEW_ID};
  select u.o_job, u.o_outcome into v_job, v_outcome
  from ${n.fn('enqueue_unique_v1')}(json_build_array(json_build_object(
    'id', v_id, 'name', name, 'channel', v_channel, 'jobGroup', v_group, 'delaySecs', v_delay,
    'runAtMs', extract(epoch from run_at) * 1000, 'numAttempts', v_attempts, 'timeoutSecs', v_timeout,
    'priority', v_priority, 'extras', '{' || nullif(v_extras, '') || '}', 'key', v_key, 'until', v_unique ->> 'until',
    'forSecs', (v_unique ->> 'forSecs')::float8, 'onConflict', v_unique ->> 'onConflict',
    'maxRestartSecs', (v_unique ->> 'maxRestartSecs')::float8)), json_build_array(v_payload)) u;
  if v_outcome = 'refused' then
    raise exception 'a job % with the unique key % is there already: %', to_json(name), to_json(v_key), v_job
      using errcode = 'unique_violation';
  end if;
  ${notifyListeners(n)}
  return coalesce(v_job, v_id);
end`;
}

/** A version 7 UUID: by the server's clock, so that new rows lie side by side. */
const NEW_ID = `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid`;

function refuse(message: string): string {
  return `raise exception using errcode = 'invalid_parameter_value', message = ${message};`;
}

function nameCheck(argument: string, value = argument): string {
  return `if ${value} is null then
    ${refuse(`'enqueue.${argument} must be a string, got null'`)}
  elsif ${value} = '' then
    ${refuse(`'enqueue.${argument} must not be empty'`)}
  end if;
  ${bytesCheck(argument, value, NAME_BYTES)}`;
}

function bytesCheck(argument: string, value: string, bytes: number): string {
  return `if octet_length(${value}) > ${bytes} then
    ${refuse(`'enqueue.${argument} must have at most ${bytes} bytes in UTF-8, got ' || octet_length(${value})`)}
  end if;`;
}

function rangeCheck(argument: string, value: string, what: string, min: number, max: number): string {
  return `if not ${value} between ${min} and ${max} then
    ${refuse(`'enqueue.${argument} must be ${what} from ${min} to ${max}, got ' || ${value}`)}
  end if;`;
}

/** Texts by name, as a client would have them. */
const headersCheck = `if json_typeof(headers) <> 'object' then
    if json_typeof(headers) <> 'null' then
      ${refuse(`'enqueue.headers must be a plain object of strings, got ' || case json_typeof(headers) when 'array' then 'a list' else left(headers::text, 80) end`)}
    end if;
  else
    for h in select j.key, j.value, json_typeof(j.value) as type from json_each(headers) j loop
      if h.key = '' then
        ${refuse(`'enqueue.headers[""] must have a name that is not empty'`)}
      elsif octet_length(h.key) > ${NAME_BYTES} then
        ${refuse(`'enqueue.headers[' || to_json(left(h.key, 80)) || '] must have a name of at most ${NAME_BYTES} bytes in UTF-8'`)}
      elsif starts_with(lower(h.key), 'bearmq.') then
        ${refuse(`'enqueue.headers[' || to_json(h.key) || '] must have another name: those that begin with "bearmq." are ours'`)}
      elsif h.type <> 'string' then
        ${refuse(`'enqueue.headers[' || to_json(h.key) || '] must be a string, got ' || left(h.value::text, 80)`)}
      elsif position(chr(92) || 'u0000' in h.value::text) > 0 then
        ${refuse(`'enqueue.headers[' || to_json(h.key) || '] must not contain a NUL character'`)}
      end if;
    end loop;
    select json_object_agg(j.key, j.value) into v_headers from json_each(headers) j;
    if octet_length(v_headers::text) > ${HEADERS_BYTES} then
      ${refuse(`'enqueue.headers must have at most ${HEADERS_BYTES} bytes of JSON in UTF-8 in all'`)}
    end if;
  end if;`;
