import { describe, expect, it } from '@jest/globals';
import * as bearmq from 'bearmq';
import { Context, type Context as ContextType, JobDefinition, Orchestrator, pgDriver, Worker } from 'bearmq';
import { code, readSource, table } from './support/readme.ts';

const pool = { query: () => {}, connect: () => {}, on: () => {}, removeListener: () => {} };
const context = new Context({ pool, schema: 's' } as never) as ContextType;
const definition = new JobDefinition({ context, name: 'A', workFunction: () => {} });

/** Makes an object with one option more than it needs; rejects or throws when that is refused. */
const makers: Readonly<Record<string, (option: object) => unknown>> = {
  Context: (option) => new Context({ pool, schema: 's', ...option } as never),
  JobDefinition: (option) => new JobDefinition({ context, name: 'A', workFunction: () => {}, ...option } as never),
  Worker: (option) => new Worker({ context, ...option } as never).stop(),
  'Worker.stop': (option) => {
    const worker = new Worker({ context });
    const stopped = worker.stop(option);
    void worker.stop(); // one that refuses goes on
    return stopped;
  },
  Orchestrator: (option) => new Orchestrator({ context, ...option } as never).stop(),
  pgDriver: (option) => pgDriver({ pool, ...option } as never),
};

const sources: Readonly<Record<string, readonly string[]>> = {
  Context: ['packages/core/src/context-options.ts', 'packages/bearmq/src/context.ts'],
  JobDefinition: ['packages/core/src/api/job-definition/job-definition-options.ts'],
  Worker: ['packages/core/src/api/worker/worker-options.ts'],
  'Worker.stop': ['packages/core/src/api/worker/stop-options.ts'],
  Orchestrator: ['packages/core/src/api/orchestrator/orchestrator-options.ts'],
  pgDriver: ['packages/driver-pg/src/options.ts'],
};

const HUNDRED_YEARS = 100 * 365 * 86_400;
const number = (text: string): number => (text === '100 years' ? HUNDRED_YEARS : Number(text));

describe.each(Object.keys(makers))('the options of %s in the README', (owner) => {
  const rows = table(`### \`${owner}\``);
  const make = makers[owner] as (option: object) => unknown;
  const source = (sources[owner] as readonly string[]).map(readSource).join('\n');

  it('are those of the code', () => {
    const elsewhere = owner === 'Context' ? ['driver'] : [];
    const declared = [...source.matchAll(/^ +readonly (\w+)\??: /gm)].map(([, name]) => name as string);
    const expected = new Set(declared.filter((name) => !elsewhere.includes(name)));
    expect(rows.map(([name]) => code(name)).sort()).toEqual([...expected].sort());
  });

  it('have the defaults of the code', () => {
    const body = /_DEFAULTS\b[^=]*= \{([^}]*)\}/.exec(source)?.[1] ?? '';
    const defaults = [...body.matchAll(/(\w+): ([^,\n]+)/g)].map(([, name, value]) => [
      name,
      (value as string).trim().replace(/(?<=\d)_(?=\d)/g, ''),
    ]);
    const listed = rows
      .filter(([name, value]) => value?.startsWith('`') === true && code(name) !== 'pollSecs')
      .map(([name, value]) => [code(name), code(value)]);
    expect(listed.sort()).toEqual(defaults.sort());
  });

  const ranges = rows.flatMap(([name, , range]) => {
    const found = /^([\d.]+) to (100 years|\d+)( bytes.*)?$/.exec(range ?? '');
    if (found === null) return [];
    const [, min, max, unit] = found;
    return [{ name: code(name), min: number(min as string), max: number(max as string), unit }];
  });
  if (ranges.length === 0) return;

  it.each(ranges)('have the range of the code: $name', async ({ name, min, max, unit }) => {
    const value = (size: number): unknown => {
      if (unit === undefined) return size;
      const text = 'x'.repeat(size);
      return unit.endsWith('each') ? [text] : text;
    };
    const attempt = async (size: number): Promise<unknown> => make({ [name]: value(size) });
    await attempt(min);
    await attempt(max);
    await expect(attempt(unit === undefined ? min - 0.001 : min - 1)).rejects.toThrow(name);
    await expect(attempt(max + 1)).rejects.toThrow(name);
  });

  const choices = rows.filter(([, , range]) => range?.startsWith('`') === true);
  if (choices.length === 0) return;

  it.each(choices)('have the choices of the code: %s', async (name, _default, range) => {
    for (const choice of (range as string).split(', ')) await make({ [code(name)]: code(choice).slice(1, -1) });
    expect(() => make({ [code(name)]: 'something else' })).toThrow(code(name));
  });
});

describe('the overrides of enqueue in the README', () => {
  const rows = table('### `enqueue`');

  it('have the ranges of the definition', () => {
    const own = new Map(table('### `JobDefinition`').map(([name, , range]) => [name, range]));
    const shared = rows.filter(([name]) => !['`headers`', '`jobGroup`', '`runAt`', '`tx`'].includes(name as string));
    for (const [name, , range] of shared) expect(own.get(name)).toBe(range);
  });

  it('are all that enqueue takes', async () => {
    const attempt = definition.enqueue(null, { other: 1 } as never);
    const names = rows.map(([name]) => code(name)).sort();
    await expect(attempt).rejects.toThrow('it takes');
    const message = await attempt.catch((error: Error) => error.message);
    expect(
      /it takes (.*)$/
        .exec(message as string)?.[1]
        ?.split(', ')
        .sort(),
    ).toEqual(names);
  });

  it('have the range of the code: jobGroup', async () => {
    expect(rows.find(([name]) => name === '`jobGroup`')?.[2]).toBe('1 to 1024 bytes');
    for (const size of [0, 1025]) {
      await expect(definition.enqueue(null, { jobGroup: 'x'.repeat(size) })).rejects.toThrow('jobGroup');
    }
  });
});

describe('the limits in the README', () => {
  const listed = new Map(table('## Limits').map(([of, most]) => [of, most]));
  const source = readSource('packages/core/src/model/limits.ts');
  const declared = [...source.matchAll(/^export const (\w+)(?:: number)? = ([\d_* ]+);/gm)].map(
    ([, name, value]) =>
      [
        name,
        (value as string).split('*').reduce((product, one) => product * Number(one.replaceAll('_', '')), 1),
      ] as const,
  );

  it.each([
    ['MAX_NAME_BYTES', "a job's name, a channel"],
    ['MAX_GROUP_BYTES', 'a job group'],
    ['MAX_PAYLOAD_BYTES', 'a payload'],
    ['MAX_HEADERS_BYTES', 'the headers of a job'],
    ['MAX_PAYLOAD_DEPTH', 'how deep a payload is nested'],
    ['MAX_JOBS_PER_CALL', 'the jobs of one `enqueueMany`'],
    ['MAX_CHANNELS', 'the channels of one worker'],
    ['MAX_ERROR_LENGTH', 'the error kept with a job'],
  ])('are those of the code: %s', (name, of) => {
    expect(Number.parseInt(listed.get(of) ?? '', 10)).toBe(new Map(declared).get(name));
  });

  it('are all that the code has, but the ranges of numbers', () => {
    const ranges = ['MAX_SECS', 'MAX_ATTEMPTS', 'MAX_PRIORITY'];
    expect(declared.map(([name]) => name).filter((name) => !ranges.includes(name as string))).toHaveLength(8);
  });
});

describe('the events in the README', () => {
  const source = readSource('packages/core/src/events.ts');

  it('are those of the code, with what they carry', () => {
    const listed = table('## Events').map(([type, , fields]) => [
      code(type),
      [...(fields as string).matchAll(/`(\w+)`/g)].map(([, field]) => field as string).sort(),
    ]);
    expect(listed.sort()).toEqual(declaredEvents(source).sort());
  });
});

/** Event types with their fields, read from the interfaces of events.ts. */
function declaredEvents(source: string): (readonly [string, string[]])[] {
  const bases: Record<string, string[]> = {
    JobEvent: ['jobId', 'jobName'],
    WorkerEvent: ['jobId', 'jobName', 'workerId'],
  };
  const interfaces = source.matchAll(/^export interface \w+(?: extends (\w+)<([^>]+)>)? \{([^}]*)\}/gm);
  return [...interfaces].flatMap(([, base, ofBase, body]) => {
    const fields = [...(body as string).matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field as string);
    const union = ofBase ?? /eventType: ([^;]+);/.exec(body as string)?.[1] ?? '';
    const all = [...(base === undefined ? [] : (bases[base] as string[])), ...fields.filter((f) => f !== 'eventType')];
    return [...union.matchAll(/'(\w+)'/g)].map(([, type]) => [type as string, [...all].sort()] as const);
  });
}

describe('the errors in the README', () => {
  const rows = table('## Errors').map(([name, errorCode]) => [code(name), code(errorCode)]);

  it('are those that the package exports', () => {
    const exported = Object.entries(bearmq)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof bearmq.BearError)
      .map(([name]) => name);
    expect(rows.map(([name]) => name).sort()).toEqual(exported.sort());
  });

  it('have the codes of the code', () => {
    const files = ['errors.ts', 'job-errors.ts', 'driver/database-error.ts', 'driver/identifiers.ts'];
    const source = files.map((file) => readSource(`packages/core/src/${file}`)).join('\n');
    const declared = source
      .split(/^export class /m)
      .slice(1)
      .map((text) => [/^\w+/.exec(text)?.[0], /'(BEAR_\w+)'/.exec(text)?.[1]])
      .filter(([name]) => name !== 'BearError');
    expect(rows.sort()).toEqual(declared.sort());
  });
});
