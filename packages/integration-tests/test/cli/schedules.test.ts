import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { empty } from '../support/statements.ts';
import { useBin } from './support/bin.ts';
import { call, callOn } from './support/call.ts';
import { golden, linesOf as lines } from './support/golden.ts';

const schema = useSchema({ way: 'direct' });
const start = useBin();

beforeEach(() => empty(schema));

describe('bearmq schedules', () => {
  const module = join(import.meta.dirname, 'support/fixtures/scheduled.mjs');
  const env = { DATABASE_URL: schema.url, SCHEMA: schema.name, BEARMQ_SCHEMA: schema.name };

  async function enterSome(): Promise<void> {
    const definition = new JobDefinition<{ n: number }>({
      context: schema.context(),
      name: 'REPORT',
      workFunction: () => {},
    });
    const { schedules } = schema.context();
    await schedules.set(definition, {
      key: 'nightly',
      cron: '30 2 * * *',
      timeZone: 'Europe/Berlin',
      payload: { n: 1 },
    });
    await schedules.set(definition, { key: 'often', everySecs: 60, payload: { n: 2 } });
  }

  it('are listed and shown, with their next ticks', async () => {
    await enterSome();
    const [titles, ...told] = lines(golden((await callOn(schema, ['schedules', 'list', '--plain'])).out));
    expect(titles).toEqual(['job', 'key', 'rule', 'next', 'last', 'last job', 'by']);
    expect(told).toEqual([
      ['REPORT', 'nightly', '30 2 * * * Europe/Berlin', '<moment>', '–', '–', 'api'],
      ['REPORT', 'often', 'every 60 s', '<moment>', '–', '–', 'api'],
    ]);
    const { exitCode, out } = await callOn(schema, ['schedules', 'show', 'REPORT', 'often', '--next', '2', '--plain']);
    expect(exitCode).toBe(0);
    expect(golden(out)).toBe(
      'job\tREPORT\nkey\toften\nrule\tevery 60 s\nentered by\tapi\ncatch up\tlatest\noverlap\tallow\npayload\t{"n":2}\n' +
        'changed\t<moment>\n\nnext\n<moment>\n<moment>\n',
    );
    const json = JSON.parse((await callOn(schema, ['schedules', 'show', 'REPORT', 'often', '--json'])).out) as {
      nextAt: string;
      next: string[];
    };
    expect(json.next).toHaveLength(10);
    expect(json.next[0]).toBe(json.nextAt);
    expect(await callOn(schema, ['schedules', 'list', '--name', 'NONE'])).toEqual({
      exitCode: 0,
      out: '',
      err: 'there is no schedule\n',
    });
  });

  it('are paused, resumed and removed', async () => {
    await enterSome();
    expect((await callOn(schema, ['schedules', 'pause', 'REPORT', 'often'])).out).toBe(
      'paused: schedule "often" of "REPORT"\n',
    );
    expect((await callOn(schema, ['schedules', 'list', '--plain'])).out).toContain('often\tevery 60 s\tpaused\t');
    expect((await callOn(schema, ['schedules', 'resume', 'REPORT', 'often'])).out).toBe(
      'resumed: schedule "often" of "REPORT"\n',
    );
    expect(await callOn(schema, ['schedules', 'remove', 'REPORT', 'often'])).toMatchObject({
      exitCode: 5,
      err: expect.stringContaining('remove schedule "often" of "REPORT": not confirmed'),
    });
    expect(await callOn(schema, ['schedules', 'remove', 'REPORT', 'often', '--yes'])).toEqual({
      exitCode: 0,
      out: 'removed: schedule "often" of "REPORT"\n',
      err: '',
    });
    for (const verb of ['show', 'pause', 'resume', 'remove']) {
      expect(await callOn(schema, ['schedules', verb, 'REPORT', 'often'])).toMatchObject({ exitCode: 1, out: '' });
    }
  });

  it('are triggered and made up for by the definition that a module exports', async () => {
    await enterSome();
    const triggered = start(['schedules', 'trigger', 'REPORT', 'often', '--module', module], env);
    expect(await triggered.exit).toBe(0);
    expect(await schema.rows('select id, payload::text, num_attempts from {s}.job')).toEqual([
      { id: triggered.out().trim(), payload: '{"n":2}', num_attempts: 9 },
    ]);
    const range = ['--from', '2026-01-01T00:00:00Z', '--to', '2026-01-01T00:05:00Z'];
    const made = start(['schedules', 'backfill', 'REPORT', 'often', ...range, '--module', module, '--json'], env);
    expect(await made.exit).toBe(0);
    expect((JSON.parse(made.out()) as { jobIds: string[] }).jobIds).toHaveLength(5);
    const other = start(['schedules', 'trigger', 'OTHER', '--module', module], env);
    expect([await other.exit, other.err()]).toEqual([2, `error: ${module}: exports no definition of "OTHER"\n`]);
  });

  it('are previewed without a database', async () => {
    const args = [
      'schedules',
      'preview',
      '--cron',
      '30 2 * * *',
      '--time-zone',
      'Europe/Berlin',
      '--from',
      '2026-03-28T00:00:00Z',
    ];
    expect(await call([...args, '--next', '3'])).toEqual({
      exitCode: 0,
      out: '2026-03-28T02:30:00.000+01:00\n2026-03-29T03:00:00.000+02:00\n2026-03-30T02:30:00.000+02:00\n',
      err: '',
    });
    const every = [
      'schedules',
      'preview',
      '--every-secs',
      '90s',
      '--from',
      '2026-01-01T00:00:00Z',
      '--next',
      '1',
      '--json',
    ];
    expect((await call(every)).out).toBe('{"next":["2026-01-01T00:01:30.000Z"]}\n');
    expect(await call(['schedules', 'preview'])).toMatchObject({ exitCode: 2 });
    expect(await call(['schedules', 'preview', '--cron', 'often'])).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/^error: --cron: /),
    });
  });
});
