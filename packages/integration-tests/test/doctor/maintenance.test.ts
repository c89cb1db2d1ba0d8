// What the doctor tells of what is to be looked after, each made true.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { diagnose, type Finding } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';
import { liveProcess, type Taking } from './support/live-process.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);
const process = (taking?: Taking) => liveProcess(schema, taking);

beforeEach(() => empty(schema));

async function look(kind: Finding['kind']): Promise<readonly Finding[]> {
  const findings = await diagnose({ driver: schema.driver(), schema: schema.name });
  return findings.filter((finding) => finding.kind === kind);
}

describe('the doctor', () => {
  it('says that no orchestrator is there where anything needs one', async () => {
    await schema.rows(
      `insert into {s}.schedule (job_name, rule, next_at, updated_at) values ('S', '{"everySecs": 60}', now() + interval '1 hour', now())`,
    );
    expect(await look('no-orchestrator')).toEqual([]);
    await schema.rows(`update {s}.schedule set updated_at = now() - interval '1 hour'`);
    expect(await look('no-orchestrator')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('"S" and what else is scheduled is not enqueued') },
    ]);
    const orchestrator = daemons.orchestrator(schema.context());
    await until('it has given a sign of life', async () => (await look('no-orchestrator')).length === 0);
    await orchestrator.stop();
    await schema.rows(`delete from {s}.schedule`);
    await schema.rows(`update {s}.lane_depth set at = at - interval '1 hour'`);
    expect(await look('no-orchestrator')).toEqual([]);
    await statements.insert({});
    const [job] = await statements.claimed(await statements.worker(), {});
    if (job === undefined) throw new Error('one is ready');
    await statements.succeed(job);
    await schema.rows(`update {s}.finalized_job set finalized_at = now() - interval '3 days'`);
    expect(await look('no-orchestrator')).toMatchObject([
      { message: expect.stringContaining('jobs that ended 3 days ago are not looked through for deletion') },
    ]);
  });

  it('names a pause that was forgotten, with what ends it', async () => {
    const context = schema.context();
    await context.pause({ channel: "mail's" }, { reason: 'the bank is away' });
    await context.pause('everything');
    expect(await look('paused-long')).toEqual([]);
    await schema.rows(`update {s}.pause set since = now() - interval '3 days'`);
    expect(await look('paused-long')).toMatchObject([
      { subject: "channel mail's", message: `the channel "mail's" has been paused for 3 days (the bank is away)` },
      { subject: 'everything', remedy: expect.stringContaining('npx bearmq resume --everything') },
    ]);
  });

  it('names processes of an outdated release', async () => {
    const old = await process({ release: 'r1', startedSecsAgo: 7_200 });
    await process({ release: 'r2', startedSecsAgo: 600 });
    await process({ startedSecsAgo: 7_200 }); // says nothing of its release
    expect(await look('release-old')).toMatchObject([
      {
        severity: 'warning',
        subject: `worker ${old}`,
        message: 'the process 77 on a-host runs the release "r1", though "r2" came 10 min ago',
      },
    ]);
    await schema.rows(`update {s}.process set started_at = now() where release = 'r2'`);
    expect(await look('release-old')).toEqual([]);
  });
});
