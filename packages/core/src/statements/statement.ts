import {
  DatabaseError,
  hasSqlState,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlValue,
} from '../driver/index.ts';
import { type Tables, withServerTypes } from '../schema/index.ts';

export interface StatementParts<TInput, TOutput> {
  /** Stable: names the prepared statement, the span and the log line. */
  readonly name: string;
  /** One statement, built once for each schema. Only names of {@link Tables} are put into the text. */
  readonly text: (tables: Tables) => string;
  /**
   * `'anew'`: never prepared, since the plan depends on how large a table is; see `SqlStatement`. Not needed for a call
   * of a function or an insert of what was given, which have but one plan, nor for `worker` and `schedule`: they stay
   * small.
   */
  readonly plan?: 'anew';
  /** Whoever sends it does so again when no answer comes, or does not miss it: it is given up early. */
  readonly mayBeRepeated?: true;
  readonly encode: (input: TInput) => readonly SqlValue[];
  readonly decode: (rows: readonly SqlRow[], input: TInput) => TOutput;
}

/** A statement of this layer, as a function. */
export type Statement<TInput, TOutput> = (session: SqlSession, tables: Tables, input: TInput) => Promise<TOutput>;

/** Makes a function of one SQL statement: its text, how its input is bound, how its rows are read. */
export function defineStatement<TInput, TOutput>({
  name,
  text,
  plan,
  mayBeRepeated,
  encode,
  decode,
}: StatementParts<TInput, TOutput>): Statement<TInput, TOutput> {
  const texts = new WeakMap<Tables, string>();
  return async (session, tables, input) => {
    let built = texts.get(tables);
    if (built === undefined) {
      built = withServerTypes(text(tables));
      texts.set(tables, built);
    }
    let rows: readonly SqlRow[];
    try {
      rows = await session.run({ name, text: built, values: encode(input), plan, mayBeRepeated });
    } catch (error) {
      throw withAdvice(error, tables);
    }
    return decode(rows, input);
  };
}

/**
 * The server's own words (`permission denied for table job`) do not say which rights a role should have. Row security is
 * told by the same code, and by its name in the message, in whatever language a server has that: where it is in another
 * than English, both are said.
 */
function withAdvice(error: unknown, { schemaName, schema }: Tables): unknown {
  if (!hasSqlState(error, SQL_STATES.insufficientPrivilege)) return error;
  const grants =
    `to give this role what it needs, run generateGrantSql({ schema: ${JSON.stringify(schemaName)}, ` +
    `role, to: 'producer' }) as the role that migrates, or to: 'worker' for more than enqueueing`;
  const policies =
    'a table of BearMQ has row security, under which this role may not write every row: ' +
    `turn it off (alter table ${schema}.… disable row level security), or give the role a policy for all rows`;
  const advice = error.message.includes('row-level security')
    ? policies
    : error.message.startsWith('permission denied')
      ? grants
      : `${grants}; or ${policies}`;
  return new DatabaseError(`${error.message}; ${advice}`, error, error.cause);
}
