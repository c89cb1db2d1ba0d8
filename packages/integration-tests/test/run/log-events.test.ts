import { describe, expect, it } from '@jest/globals';
import { type BearEventHandler, type EventLogger, type LogEventsOptions, logEvents } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

interface Line {
  readonly level: keyof EventLogger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

function newLogger(): EventLogger & { readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const at = (level: keyof EventLogger) => (fields: object, message: string) =>
    lines.push({ level, fields: { ...fields }, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

async function runOne(options: LogEventsOptions): Promise<readonly Line[]> {
  const context = schema.context();
  const logger = newLogger();
  const end = logEvents(context, logger, options);
  const { definition } = await notedJob(
    context,
    `LOGGED ${JSON.stringify(options)}`,
    ({ secret }: { secret: string }) => {
      throw new Error('it broke', { cause: { detail: secret } });
    },
  );
  const worker = daemons.worker(context);
  await definition.enqueue({ secret: 'not to be told' });
  await until('the job has expired', () => logger.lines.some(({ level }) => level === 'error'));
  await worker.stop();
  end();
  const before = logger.lines.length;
  await definition.enqueue({ secret: '' });
  expect(logger.lines).toHaveLength(before);
  return logger.lines;
}

describe('logEvents', () => {
  it('logs each event with its fields, at the level that it matters', async () => {
    const lines = await runOne({});
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'debug job definition job enqueue',
      'debug worker job dequeue',
      'debug worker job run',
      'warn worker job run error',
      'error worker job expire',
    ]);
    const failed = lines.find(({ level }) => level === 'warn');
    expect(failed?.fields).toMatchObject({
      attempt: 1,
      error: 'it broke',
      stack: expect.stringMatching(/^Error: it broke\n/),
    });
    expect(JSON.stringify(lines)).not.toContain('not to be told');
  });

  it('leaves out what is below a level', async () => {
    expect((await runOne({ level: 'error' })).map(({ level }) => level)).toEqual(['error']);
  });

  it('tells the 1st, 10th and 100th … of the failures of a background task in a row', async () => {
    const handlers: BearEventHandler[] = [];
    const logger = newLogger();
    const context = { addEventHandler: (handler: BearEventHandler) => handlers.push(handler) };
    logEvents(context as never, logger);
    for (let failures = 1; failures <= 1_000; failures += 1) {
      for (const handle of handlers) handle({ eventType: 'DAEMON_ERROR', daemon: 'claimer', error: 'no', failures });
    }
    expect(logger.lines.map(({ fields }) => fields['failures'])).toEqual([1, 10, 100, 1_000]);
  });

  it('tells a warning once, as the message', () => {
    const handlers: BearEventHandler[] = [];
    const logger = newLogger();
    logEvents({ addEventHandler: (handler: BearEventHandler) => handlers.push(handler) } as never, logger);
    for (const handle of handlers) {
      handle({ eventType: 'WARNING', message: 'it is slow', error: undefined });
      handle({ eventType: 'WARNING', message: 'it is slower', error: 'no' });
    }
    expect(logger.lines).toEqual([
      { level: 'warn', message: 'it is slow', fields: { eventType: 'WARNING' } },
      { level: 'warn', message: 'it is slower', fields: { eventType: 'WARNING', error: 'no' } },
    ]);
  });

  it('refuses what is no logger, and a level that is none', () => {
    const context = schema.context();
    expect(() => logEvents(context, {} as never)).toThrow(/^logEvents\.logger must be a logger with the methods debug/);
    expect(() => logEvents(context, console, { level: 'loud' } as never)).toThrow(
      /^logEvents\.level must be one of debug/,
    );
  });
});
