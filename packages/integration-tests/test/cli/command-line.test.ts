import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { call, callOn } from './support/call.ts';

const schema = useSchema();

const ID = '00000000-0000-7000-8000-000000000000';

/** Each command with what it needs to be understood. */
const CALLS: readonly (readonly string[])[] = [
  ['init'],
  ['migrate', 'up'],
  ['migrate', 'status'],
  ['migrate', 'sql'],
  ['grants', 'web', '--to', 'producer'],
  ['doctor'],
  ['stats'],
  ['failures'],
  ['jobs', 'enqueue', 'GREET'],
  ['jobs', 'list'],
  ['jobs', 'show', ID],
  ['jobs', 'explain', ID],
  ['jobs', 'counts'],
  ['jobs', 'tail'],
  ['jobs', 'retry', ID],
  ['jobs', 'run-now', ID],
  ['jobs', 'cancel', ID],
  ['jobs', 'delete', ID],
  ['jobs', 'priority', ID, '--to', '1'],
  ['jobs', 'move', ID, '--to', 'SLOW'],
  ['groups'],
  ['processes'],
  ['pause', '--everything'],
  ['resume', '--everything'],
  ['pauses'],
  ['schedules', 'list'],
  ['schedules', 'show', 'GREET'],
  ['schedules', 'preview', '--cron', '* * * * *'],
  ['schedules', 'pause', 'GREET'],
  ['schedules', 'resume', 'GREET'],
  ['schedules', 'trigger', 'GREET'],
  ['schedules', 'backfill', 'GREET', '--from', '2h', '--to', '1h'],
  ['schedules', 'remove', 'GREET'],
  ['limits', 'list'],
  ['limits', 'show', '--name', 'GREET'],
  ['limits', 'set', '--name', 'GREET', '--concurrency', '1'],
  ['limits', 'clear', '--name', 'GREET'],
  ['work', './jobs.mjs'],
  ['metrics'],
  ['bench'],
  ['dashboard'],
  ['import', 'pg-boss'],
  ['import', 'graphile-worker'],
  ['import', 'bullmq', '--queue', 'numbers'],
  ['completion', 'bash'],
];

describe('the command line', () => {
  it('has a line here for each command', async () => {
    const listed = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { exitCode, out } = await call([...words, '--help']);
      expect(exitCode).toBe(0);
      const [, commands = ''] = out.split('\nCommands:\n');
      const names = [...commands.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
      return names.filter((name) => name !== 'help');
    };
    const all: string[] = [];
    for (const name of await listed()) {
      const below = await listed(name);
      all.push(...(below.length === 0 ? [name] : below.map((last) => `${name} ${last}`)));
    }
    const called = CALLS.map(([name = '', last = '']) => `${name} ${last}`);
    expect(all.filter((name) => !called.some((one) => one === name || one.startsWith(`${name} `)))).toEqual([]);
  });

  it.each(CALLS)('refuses an option that %s %s does not have, and does nothing', async (...words) => {
    const { exitCode, out, err } = await callOn(schema, [...words.filter(Boolean), '--nmae', 'X']);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain("unknown option '--nmae'");
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });

  it('says which option was meant', async () => {
    const { exitCode, err } = await call(['migrate', 'up', '--dry-rnu']);
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: "error: unknown option '--dry-rnu'\n(Did you mean --dry-run?)\n",
    });
  });

  it('refuses a command that is none, and shows the help where none is given', async () => {
    expect(await call(['migarte'])).toMatchObject({ exitCode: 2, out: '' });
    expect(await call([])).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining('Usage: bearmq') });
  });

  it('tells its version', async () => {
    expect(await call(['--version'])).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    ['--timeout', 'soon', 'give a duration such as 90s, 15m, 6h or 7d'],
    ['--color', 'red', 'give one of auto, always, never'],
  ])('says what %s cannot be', async (flag, value, remedy) => {
    expect(await callOn(schema, ['migrate', 'status', flag, value])).toEqual({
      exitCode: 2,
      out: '',
      err: `error: ${flag}: ${JSON.stringify(value)}: ${remedy}\n`,
    });
  });
});

describe('what the library refuses', () => {
  it.each([
    [['groups', ''], 2, '[name]: must not be empty'],
    [['schedules', 'show', ''], 2, '<job>: must not be empty'],
    [['jobs', 'move', '--name', 'X', '--yes', '--to', ''], 2, '--to: must not be empty'],
    [['jobs', 'list', '--after', 'x'], 2, '--after: must be the next of a page'],
    [['schedules', 'list', '--after', 'x'], 2, '--after: must be the next of a page'],
    [['doctor', '--patience', '2d'], 2, '--patience: must be a number of seconds from 0 to 86400, got 172800'],
    [['grants', 'public', '--to', 'worker'], 2, '<role>: must be one role'],
    [['schedules', 'pause', 'NOPE'], 1, 'schedule "default" of "NOPE" does not exist: npx bearmq schedules list shows'],
  ])('is told in the words of the command line: %j', async (argv, code, told) => {
    const { exitCode, out, err } = await callOn(schema, argv);
    expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
    expect(err.startsWith(`error: ${told}`) ? told : err).toBe(told);
  });
});

describe('the database', () => {
  const env = { DATABASE_URL: schema.url, BEARMQ_SCHEMA: schema.name };

  it('is found by the environment', async () => {
    expect(await call(['migrate', 'status', '--exit-code'], { env })).toMatchObject({ exitCode: 0, err: '' });
  });

  it('is asked for where nothing names it', async () => {
    expect(await call(['migrate', 'status'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^error: no database: say/),
    });
  });

  it('is that of the option before that of BEARMQ_DATABASE_URL before that of DATABASE_URL', async () => {
    const nowhere = 'postgres://127.0.0.1:1/nowhere';
    expect(await call(['migrate', 'status'], { env: { ...env, BEARMQ_DATABASE_URL: nowhere } })).toMatchObject({
      exitCode: 3,
    });
    expect(await callOn(schema, ['migrate', 'status'], { env: { BEARMQ_DATABASE_URL: nowhere } })).toMatchObject({
      exitCode: 0,
    });
  });

  it('ends the command with 3 where it cannot be reached, and no password is told', async () => {
    const url = 'postgres://ada:s3cret@127.0.0.1:1/nowhere';
    const { exitCode, out, err } = await call(['migrate', 'status', '-d', url, '--verbose']);
    expect({ exitCode, out }).toEqual({ exitCode: 3, out: '' });
    expect(err).toMatch(/^error: cannot work with the database: .*ECONNREFUSED/);
    expect(err).not.toContain('s3cret');
  });

  it.each(['abc', '99999', '0', '5432.5', ' '])('is at no port %j, which ends the command with 2', async (port) => {
    const at = { PGHOST: '127.0.0.1', PGPORT: port };
    expect(await call(['migrate', 'status'], { env: at })).toEqual({
      exitCode: 2,
      out: '',
      err: `error: PGPORT: ${JSON.stringify(port)}: give a whole number from 1 to 65535\n`,
    });
  });

  it('does not take what is no address, and does not repeat it', async () => {
    expect(await call(['migrate', 'status', '-d', 's3cret'])).toEqual({
      exitCode: 2,
      out: '',
      err: 'error: the address of the database: must begin with postgres:// or postgresql://\n',
    });
  });
});
