/** A stored function in parts. */
export interface FunctionParts {
  /** Quoted, qualified, with arguments. */
  readonly signature: string;
  readonly returns: string;
  /** plpgsql from `declare` or `begin` to `end`. */
  readonly body: string;
  /** `ordered` (the default): index scans and nested loops only. `hashed`: hash joins too, for whole-table work. */
  readonly joins?: 'ordered' | 'hashed';
  /**
   * `owner`: it acts with the rights of whoever made it, so that a role may call it which may not do by itself what it does.
   * What is made by {@link plpgsql} may be called by everybody: see {@link notByEverybody}.
   */
  readonly rights?: 'caller' | 'owner';
  /** `inner`: only other functions call it, and it runs under their settings: to set them again would cost 2 microseconds. */
  readonly called?: 'inner';
}

/**
 * Stored functions are used only where atomicity needs several snapshots in one trip: a volatile plpgsql function at
 * read committed takes a new snapshot for each of its statements, which is what the group protocol relies on.
 *
 * A worker often starts on an empty queue, and its session keeps the plans that were made then. So no plan may depend
 * on how large a table seems to be:
 * - The planner settings below hold inside the function alone, and leave index scans in nested loops.
 * - Plans are generic. Left to itself the server finds plans for the very arrays at hand cheaper, and so makes them anew
 *   for each call: 250 of the 650 microseconds that a claim of one job took, for plans that were always the same.
 * - A join to a table by its key is written `key = any (array[x])`. The plain `key = x` also lets the planner walk the
 *   whole index in key order (it is good for a merge join, allowed or not) and look for partners in the inner loop:
 *   with a table that looked empty, 50,000 jobs took 17 s instead of 1.2 s.
 * - A statement does not name a state where that would make a partial index look cheaper than the key.
 */
export function plpgsql(parts: FunctionParts): string {
  const { signature, returns, body, joins = 'ordered', rights = 'caller', called } = parts;
  const tag = freshTag(signature + body);
  if (called === 'inner') {
    return `create function ${signature} returns ${returns} language plpgsql volatile\nas ${tag}\n${body}\n${tag}`;
  }
  return `create function ${signature} returns ${returns} language plpgsql volatile${rights === 'owner' ? ' security definer' : ''}
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_bitmapscan = off set jit = off
  set plan_cache_mode = force_generic_plan
  set enable_mergejoin = off set enable_hashjoin = ${joins === 'hashed' ? 'on' : 'off'}
as ${tag}
${body}
${tag}`;
}

/** Takes the right to call a function, given by its name and the types of its arguments, from everybody but its owner. */
export function notByEverybody(functionWithTypes: string): string {
  return `revoke all on function ${functionWithTypes} from public`;
}

/** A dollar quote longer than any name, so that no schema's holds it: for names within a body, the same in all schemas. */
export const NAME_TAG: string = `$${'sequence'.repeat(8)}$`;

/** A dollar quote that does not occur in the text, whatever the schema is called. */
export function freshTag(text: string): string {
  let tag = '$bearmq$';
  for (let i = 0; text.includes(tag); i += 1) tag = `$bearmq_${i}$`;
  return tag;
}
