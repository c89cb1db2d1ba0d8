import { v4 as uuidv4 } from 'uuid';
import type { TestSchema } from '../../support/database.ts';

export interface Taking {
  readonly names?: readonly string[];
  readonly channels?: readonly string[] | null;
  readonly slots?: number;
  readonly release?: string;
  readonly startedSecsAgo?: number;
}

/** A process that lives, as its row says. */
export async function liveProcess(
  schema: Pick<TestSchema, 'rows'>,
  { names = ['JOB'], channels = null, slots = 2, release, startedSecsAgo = 0 }: Taking = {},
): Promise<string> {
  const id = uuidv4();
  await schema.rows(
    `insert into {s}.process (id, started_at, expires_at, host, pid, release, takes)
     values ($1, now() - make_interval(secs => $2), now() + interval '1 hour', 'a-host', 77, $3, $4)`,
    [id, startedSecsAgo, release ?? null, JSON.stringify([{ channels, slots, names }])],
  );
  return id;
}
