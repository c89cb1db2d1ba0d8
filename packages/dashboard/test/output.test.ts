import type { DashboardOptions } from '@bearmq/dashboard';
import { until } from '@bearmq/test-support';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

interface Tools {
  progress(value: unknown): void;
  log(line: string): void;
}

const queue = useQueue();
const api = apiOn(queue);
const SECRET = 'hunter2';
let [talker, silent, failed] = ['', '', ''];

beforeAll(async () => {
  const talks = (_: never, { progress, log }: Tools = {} as never): unknown => {
    progress({ done: 3, of: 4, token: SECRET });
    for (const nth of [1, 2, 3]) log(`line ${nth} of ${SECRET}`);
    return { cents: 1_249, card: SECRET };
  };
  const definitions = [
    queue.define('TALKS', talks as () => unknown, { result: 'keep' }),
    queue.define('SILENT'),
    queue.define('FAILS', () => {
      throw new Error('no');
    }),
  ];
  for (const definition of definitions) await definition.register();
  [talker = '', silent = '', failed = ''] = await Promise.all(
    definitions.map((one) => one.enqueue({}, { channel: 'us' })),
  );
  const worker = queue.work({ channels: ['us'] });
  for (const id of [talker, silent, failed]) await queue.reaches(id, 'over');
  await worker.stop();
  await until('its lines are kept', async () => (await queue.context.jobs.log(talker)).lines.length === 3);
  await until('its progress is kept', async () => (await queue.context.jobs.progress(talker)) !== null);
});

const paths = () => [`jobs/${talker}`, `jobs/${talker}/result`, `jobs/${talker}/log`];

describe('what a job says', () => {
  it('is its result, where it kept one', async () => {
    const { status, json } = await api.get(`jobs/${talker}/result`);
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { isKept: true, text: `{"cents":1249,"card":"${SECRET}"}` },
    });
    for (const id of [silent, failed]) {
      expect((await api.get(`jobs/${id}/result`)).json).toMatchObject({ isKept: false, text: null });
    }
  });

  it('is how far it is, on its page', async () => {
    const { json } = await api.get(`jobs/${talker}`);
    expect(json).toMatchObject({ output: 'on-demand', progress: { text: `{"done":3,"of":4,"token":"${SECRET}"}` } });
    expect((await api.get(`jobs/${silent}`)).json).toMatchObject({ progress: null });
  });

  it('is its lines, page by page', async () => {
    const first = (await api.get(`jobs/${talker}/log?limit=2`)).json as { lines: { line: string }[]; next: number };
    expect(first).toMatchObject({ lines: [{ nth: 1, line: `line 1 of ${SECRET}` }, { nth: 2 }], next: 2 });
    expect((await api.get(`jobs/${talker}/log?after=${first.next}`)).json).toMatchObject({
      lines: [{ nth: 3 }],
      next: null,
    });
    expect((await api.get(`jobs/${silent}/log`)).json).toMatchObject({ lines: [], next: null });
    expect((await api.get(`jobs/${talker}/log?limit=0`)).status).toBe(400);
  });

  it.each(['result', 'log'])('is not there for a job that is not: %s', async (what) => {
    const none = '00000000-0000-7000-8000-000000000000';
    expect((await api.get(`jobs/${none}/${what}`)).status).toBe(404);
  });
});

describe('who may see it', () => {
  const asked = async (options: Partial<DashboardOptions>) => {
    const other = apiOn(queue, options);
    return await Promise.all(paths().map(async (path) => await other.get(path)));
  };

  it('is nobody for whom payloads are not shown', async () => {
    const answers = await asked({ authorize: () => ({ allow: [], payloads: 'never' }) });
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403]);
    expect(answers[0]?.json).toMatchObject({ output: 'never', progress: null });
    for (const { text } of answers) expect(text).not.toContain(SECRET);
  });

  it('is nobody whose access is to other channels', async () => {
    const answers = await asked({ authorize: () => ({ allow: [], channels: ['them'] }) });
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('is whoever may read, within his channels', async () => {
    const answers = await asked({ authorize: () => ({ allow: [], channels: ['us'] }) });
    expect(answers.map(({ status, text }) => [status, text.includes(SECRET)])).toEqual(Array(3).fill([200, true]));
  });

  it('is nobody where jobs are redacted, unless it is said what is left of it', async () => {
    const answers = await asked({ redact: (job) => ({ ...job, payload: undefined }) });
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403]);
    expect(answers[0]?.json).toMatchObject({ output: 'never', progress: null });
    expect(answers[1]?.text).toContain('redactOutput');
    for (const { text } of answers) expect(text).not.toContain(SECRET);
  });
});

describe('redactOutput', () => {
  it('is called with each, and what it returns is shown', async () => {
    const kinds: string[] = [];
    const hidden = apiOn(queue, {
      redact: (job) => job,
      redactOutput: (value, { kind, job }) => {
        kinds.push(`${kind} of ${job.jobName}`);
        return JSON.parse(JSON.stringify(value).replaceAll(SECRET, '•••'));
      },
    });
    const texts = [];
    for (const path of paths()) texts.push((await hidden.get(path)).text);
    for (const text of texts) {
      expect(text).toContain('•••');
      expect(text).not.toContain(SECRET);
    }
    expect(kinds).toEqual(['progress of TALKS', 'result of TALKS', ...Array(3).fill('log of TALKS')]);
  });

  it('leaves nothing where it throws: the request rejects', async () => {
    const broken = apiOn(queue, {
      redactOutput: () => {
        throw new Error('cannot tell');
      },
    });
    for (const path of paths()) await expect(broken.get(path)).rejects.toThrow('cannot tell');
  });

  it('may leave nothing: then null is shown', async () => {
    const { json } = await apiOn(queue, { redactOutput: () => undefined }).get(`jobs/${talker}/result`);
    expect(json).toMatchObject({ isKept: true, text: 'null' });
  });
});
