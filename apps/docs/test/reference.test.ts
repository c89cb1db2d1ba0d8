import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli, type Surroundings } from '@bearmq/cli';
import { describe, expect, test } from '@jest/globals';
import { flagOf } from '../../../packages/cli/dist/commander-tree.js';
import { commands } from '../../../packages/cli/dist/commands/index.js';
import * as limits from '../../../packages/core/dist/model/limits.js';
import { errorClasses, errorsPage } from '../src/reference/errors.ts';
import { eventsPage, eventTypes } from '../src/reference/events.ts';
import { madePages } from '../src/reference/made-pages.ts';
import { otelInstruments, prometheusFamilies } from '../src/reference/metrics.ts';
import { REPOSITORY, SITE } from '../src/reference/repository.ts';

const sourceOf = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

describe('the pages that are made of the code', () => {
  test('are those that are made of it now', async () => {
    const stale = Object.entries(await madePages()).flatMap(([name, text]) =>
      sourceOf(`apps/docs/reference/${name}.md`) === text ? [] : [`${name}: run pnpm --filter @bearmq/docs reference`],
    );
    expect(stale).toEqual([]);
  });
});

describe('the page of events', () => {
  test('has a section for each event that the code names', () => {
    const named = [...sourceOf('packages/core/src/events.ts').matchAll(/'((?:[A-Z]+_)+[A-Z]+|WARNING)'/g)];
    const all = [...new Set(named.map(([, name = '']) => name))].sort();
    expect(
      eventTypes()
        .map(({ eventType }) => eventType)
        .sort(),
    ).toEqual(all);
    expect([...eventsPage().matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name).sort()).toEqual(all);
  });

  test('says of each what happened', () => {
    expect(eventTypes().filter(({ about }) => about === '')).toEqual([]);
  });
});

describe('the page of errors', () => {
  test('has a section for each class, with its code and when it is met', () => {
    const page = errorsPage();
    const classes = errorClasses();
    expect(classes.length).toBeGreaterThan(15);
    for (const { name, code, declaration } of classes) {
      expect(page).toContain(`## ${name}\n\n\`${code}\`\n`);
      expect({ name, doc: declaration.doc.paragraphs }).not.toEqual({ name, doc: [] });
    }
  });
});

describe('the page of metrics', () => {
  test('has each metric that the code names', () => {
    const sources = readdirSync(join(REPOSITORY, 'packages/prometheus/src'))
      .filter((file) => file.endsWith('-families.ts'))
      .map((file) => sourceOf(`packages/prometheus/src/${file}`));
    const named = sources.flatMap((source) => [...source.matchAll(/(?:name: |histogram\()'(bearmq_\w+)'/g)]);
    expect(
      prometheusFamilies()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(named.map(([, name = '']) => name).sort());
  });

  test('has each instrument that the code names', () => {
    const source = sourceOf('packages/otel/src/process-metrics.ts');
    const named = [...source.matchAll(/(?:seconds|createCounter)\('([\w.]+)'/g)].map(([, name = '']) => name);
    expect(
      otelInstruments()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(named.sort());
  });
});

describe('the page of the command line', () => {
  test.each(commands.map((command) => ({ name: command.name, command })))(
    'has what the help of bearmq $name has',
    async ({ name, command }) => {
      let help = '';
      const out = {
        write: (text: string) => {
          help += text;
        },
      };
      const surroundings = { stdout: out, stderr: out, env: {}, cwd: SITE } as unknown as Surroundings;
      expect(await runCli([...name.split(' '), '--help'], surroundings)).toBe(0);
      for (const key of Object.keys(command.options ?? {})) expect(help).toContain(flagOf(key));
    },
  );
});

describe('the page of limits', () => {
  const rows = [...sourceOf('apps/docs/reference/limits.md').matchAll(/^\| (.+?) \| (.+?) \| (.+) \|$/gm)];
  const listed = new Map(rows.map(([, of = '', most = '']) => [of, most]));
  const held = new Map<string, unknown>(Object.entries(limits));

  test.each([
    ['MAX_NAME_BYTES', "a job's name, a channel"],
    ['MAX_GROUP_BYTES', 'a job group'],
    ['MAX_KEY_BYTES', 'a unique key'],
    ['MAX_PAYLOAD_BYTES', 'a payload'],
    ['MAX_RESULT_BYTES', 'a result'],
    ['MAX_PROGRESS_BYTES', 'the progress of a job'],
    ['MAX_LOG_LINES', 'the lines that a job logs'],
    ['MAX_LOG_LINE', 'a line that a job logs'],
    ['MAX_HEADERS_BYTES', 'the headers of a job'],
    ['MAX_PAYLOAD_DEPTH', 'how deep a payload is nested'],
    ['MAX_JOBS_PER_CALL', 'the jobs of one `enqueueMany`'],
    ['MAX_FOLLOW_UPS', 'the jobs that one run leaves to `enqueueOnSuccess`'],
    ['MAX_CHANNELS', 'the channels of one worker'],
    ['MAX_ERROR_LENGTH', 'the error kept with a job'],
    ['MAX_DECLARED_SCHEDULES', 'the schedules that one definition declares'],
    ['MAX_CRON_LENGTH', 'a cron expression'],
    ['MAX_SCHEDULE_PAYLOAD_BYTES', 'the payload of a schedule'],
    ['MAX_BACKFILL', 'the ticks of one `backfill`'],
  ])('has what the code holds: %s', (name, of) => {
    expect(Number.parseInt(listed.get(of)?.replaceAll(',', '') ?? '', 10)).toBe(held.get(name));
  });

  test('has all that the code holds, but the ranges of numbers', () => {
    const ranges = [
      ...['MAX_SECS', 'MAX_ATTEMPTS', 'MAX_DEATHS', 'MIN_SNOOZE_SECS', 'MAX_PRIORITY', 'MAX_SCHEDULES_PER_PAGE'],
      ...['MAX_CONCURRENT', 'MAX_RATE_STARTS', 'MIN_RATE_SECS', 'MAX_WEIGHT'],
    ];
    expect([...held.keys()].filter((name) => !ranges.includes(name))).toHaveLength(18);
  });
});
