import { asBoolean, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Examination, type Finding } from './finding.ts';

/** The server and the session as they are. */
export interface ServerFacts {
  /** As `server_version_num` has it: 140011 is 14.11. */
  readonly version: number;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly isolation: string;
  /** The settings that are off, of the two without which nothing is vacuumed. */
  readonly off: readonly string[];
  readonly role: string;
}

export async function readServer(at: Examination): Promise<ServerFacts> {
  const [row = []] = await ask(
    at,
    'server',
    `select pg_catalog.current_setting('server_version_num')::int4, pg_catalog.pg_is_in_recovery()::boolean,
       (pg_catalog.current_setting('transaction_read_only') = 'on')::boolean,
       pg_catalog.current_setting('transaction_isolation')::text,
       (pg_catalog.current_setting('autovacuum') = 'off')::boolean,
       (pg_catalog.current_setting('track_counts') = 'off')::boolean,
       current_user::text`,
  );
  return {
    version: asNumber(row[0]),
    isStandby: asBoolean(row[1]),
    isReadOnly: asBoolean(row[2]),
    isolation: asText(row[3]),
    off: [...(asBoolean(row[4]) ? ['autovacuum'] : []), ...(asBoolean(row[5]) ? ['track_counts'] : [])],
    role: asText(row[6]),
  };
}

const OLDEST_MAJOR = 14;

/** Whether the server knows all that the other checks ask it. */
export function isSupported({ version }: ServerFacts): boolean {
  return version >= OLDEST_MAJOR * 10_000;
}

/** What is wrong with the server, whatever the schema is like. */
export function judgeServer(facts: ServerFacts): readonly Finding[] {
  const findings: Finding[] = [];
  const role = `role ${facts.role}`;
  const transactions = `transactions of the role ${JSON.stringify(facts.role)} are`;
  if (!isSupported(facts)) {
    const version = `${Math.floor(facts.version / 10_000)}.${facts.version % 10_000}`;
    findings.push({
      kind: 'server-version',
      severity: 'error',
      subject: `PostgreSQL ${version}`,
      message: `the server is PostgreSQL ${version}; BearMQ needs ${OLDEST_MAJOR} or later, and nothing else was looked at`,
      remedy: `upgrade the server to PostgreSQL ${OLDEST_MAJOR} or later`,
    });
  }
  if (facts.isStandby) {
    findings.push({
      kind: 'read-only',
      severity: 'error',
      subject: 'server',
      message: 'the server is a standby: it can be read, but no job can be enqueued or run there',
      remedy: 'connect to the primary, or promote this server',
    });
  } else if (facts.isReadOnly) {
    findings.push({
      kind: 'read-only',
      severity: 'error',
      subject: role,
      message: `${transactions} read-only here: no job can be enqueued or run`,
      remedy: 'set default_transaction_read_only to off for the role, the database or the connection',
    });
  }
  if (facts.isolation !== 'read committed') {
    findings.push({
      kind: 'isolation',
      severity: 'error',
      subject: role,
      message: `${transactions} ${JSON.stringify(facts.isolation)}; BearMQ takes no job but under "read committed"`,
      remedy: 'set default_transaction_isolation to "read committed" for the role, the database or the connection',
    });
  }
  for (const setting of facts.off) {
    findings.push({
      kind: 'autovacuum-off',
      severity: 'error',
      subject: `setting ${setting}`,
      message: `${setting} is off for the whole server: no table is vacuumed by itself, and the queue slows down without end`,
      remedy: `alter system set ${setting} = on; select pg_reload_conf();`,
    });
  }
  return findings;
}
