import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context, JobDefinition, Worker } from '@bearmq/core';
import { DatabaseError, type Driver } from '@bearmq/core/driver';
import { migrate } from '@bearmq/migrations';
import { describe, expect, it } from '@jest/globals';
import { capabilities } from '../examples/polling-capabilities.ts';
import { pollingDriver } from '../examples/polling-driver.ts';
import { runNode } from './support/child.ts';
import { testUrl, useSchema } from './support/database.ts';
import { ROOT } from './support/package-root.ts';
import { codeBlocks, examples, languages, readme } from './support/readme.ts';

const { pool, schema } = await useSchema();
const LIMIT_MS = 100_000;
const env = { DATABASE_URL: testUrl() };

describe('the code in the README', () => {
  it('in typescript is the examples, each of them and nothing else', () => {
    expect([...codeBlocks('typescript')].sort()).toEqual([...examples.values()].sort());
  });

  it('names the files that the examples import', () => {
    const imported = [...examples.values()].flatMap((code) => [...code.matchAll(/from '\.\/([\w-]+\.ts)'/g)]);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.map(([, file]) => file).filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
  });

  it('is in languages that these tests know', () => {
    expect([...languages].sort()).toEqual(['bash', 'text', 'typescript']);
  });

  it('installs this package and what it needs, and runs an example', () => {
    const { name, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const [install, run] = codeBlocks('bash');
    expect(install).toBe(`npm install --save-dev ${name} ${Object.keys(peerDependencies).join(' ')}`);
    expect(examples.has(run?.split(' ').at(-1) ?? '')).toBe(true);
    expect(codeBlocks('bash').length).toBe(2);
  });

  it('has a small driver of about a hundred lines', () => {
    const source = `${examples.get('small-session.ts')}\n${examples.get('small-driver.ts')}`;
    const lines = source.split('\n').filter((line) => line !== '' && !/^import |^ *\/\*\*/.test(line));
    expect(lines.length).toBeLessThanOrEqual(125);
  });
});

describe('the examples of the README', () => {
  it(
    'prove the small driver, and print what the README shows',
    async () => {
      const args = ['--test', '--test-reporter=spec', 'examples/dist/small-driver-conformance.js'];
      const { code, output } = await runNode(args, env);
      expect({ code, output }).toMatchObject({ code: 0 });
      const shown = codeBlocks('text').find((block) => block.includes('▶')) ?? '';
      const printed = output.split('\n').map((line) => line.replace(/ \([\d.]+ms\)$/, ''));
      let from = 0;
      for (const line of shown.split('\n').filter((each) => each !== '…')) {
        expect(printed.slice(from)).toContain(line);
        from = printed.indexOf(line, from) + 1;
      }
    },
    LIMIT_MS,
  );

  it(
    'prove the session of an ORM',
    async () => {
      const { code, output } = await runNode(['--test', 'examples/dist/orm-session-conformance.js'], env);
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output).toMatch(/session conformance: my ORM: ran (\d+) of \1 cases, 0 failed, 0 declared unsupported/);
    },
    LIMIT_MS,
  );

  it(
    'run a job on a driver that cannot listen',
    async () => {
      const ended = await runNode(['examples/dist/polling-job.js'], env);
      await pool.query('drop schema polling_driver cascade');
      expect(ended).toEqual({ code: 0, output: 'Hello, Ada!\n' });
    },
    LIMIT_MS,
  );
});

describe('what the README says', () => {
  it('of SQLSTATEs that are worth another attempt is what DatabaseError does', () => {
    const list =
      codeBlocks('text')
        .find((block) => block.startsWith('08...'))
        ?.split(' ') ?? [];
    const isListed = (state: string): boolean => list.some((pattern) => new RegExp(`^${pattern}$`).test(state));
    const states = ['08006', '53300', '57014', '57P01', '57P05', '57P06', '40001', '40P01', '40002', '55P03', '25006'];
    for (const sqlState of [...states, '23505', '25P01', '25P02', '42601', '22P02', '55006', 'XX000', '58030']) {
      const { isRetryable } = new DatabaseError('', { sqlState, constraint: null }, null);
      expect({ sqlState, isRetryable }).toEqual({ sqlState, isRetryable: isListed(sqlState) });
    }
    expect(list.length).toBe(12);
  });

  it('of capabilities is a row for each', () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(expect.arrayContaining(Object.keys(capabilities)));
  });

  it('of a driver is its methods', () => {
    const methods: Readonly<Record<keyof Driver, string>> = {
      name: 'name',
      run: 'run(statement)',
      transaction: 'transaction(work)',
      listen: 'listen(channel, listener)',
      listenLazily: 'listenLazily(channel, listener)',
      openSession: 'openSession(withinMs)',
      close: 'close()',
    };
    for (const method of Object.values(methods)) expect(readme).toContain(`| \`${method}\` |`);
  });

  it("of a driver that cannot listen is so: without wakeUp: 'poll' its error is reported, and jobs run", async () => {
    const driver = pollingDriver(pool);
    await migrate({ driver, schema });
    const context = new Context({ driver, schema });
    const reported = new Promise<unknown>((resolve) => {
      context.addEventHandler((event) => {
        if (event.eventType === 'DAEMON_ERROR' && event.daemon === 'notifier') resolve(event.error);
      });
    });
    let tellDone = (): void => {};
    const done = new Promise<void>((resolve) => {
      tellDone = resolve;
    });
    const job = new JobDefinition({ context, name: 'JOB', workFunction: () => tellDone() });
    await job.register();
    await job.enqueue();
    const worker = new Worker({ context });
    expect(String(await reported)).toContain("make the Context with wakeUp: 'poll'");
    await done;
    await worker.stop();
  });

  it('links to its own headings', () => {
    const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(
      ([, heading]) =>
        `#${(heading as string)
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    const targets = [...readme.matchAll(/\]\((#[^)]+)\)/g)].map(([, target]) => target as string);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !anchors.includes(target))).toEqual([]);
  });
});
