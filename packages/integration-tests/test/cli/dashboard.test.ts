import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { type CallOptions, callOn } from './support/call.ts';

const schema = useSchema();

/** Calls it, does something while it serves, and has it stop. */
async function serving(
  options: readonly string[],
  test: (url: string) => Promise<void>,
  more: CallOptions = {},
): Promise<void> {
  let stop = (): void => {};
  let url: string | undefined;
  const served = callOn(schema, ['dashboard', '--port', '0', ...options], {
    ...more,
    onStart: (it) => (stop = it),
    onError: (text) => {
      url ??= /serving (http\S+?)\/?[,\s]/.exec(text)?.[1];
    },
  });
  try {
    await test(await until('it listens', () => url));
  } finally {
    stop();
  }
  expect((await served).exitCode).toBe(0);
}

const post = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-bearmq': '1' },
  body: '{"channel":"x"}',
};

describe('bearmq dashboard', () => {
  it('shows this machine what there is, and lets nothing be done', async () => {
    await serving(['--environment', 'staging'], async (url) => {
      expect((await fetch(url)).headers.get('content-security-policy')).toContain("default-src 'none'");
      const meta = (await (await fetch(`${url}/api/v1/meta`)).json()) as object;
      expect(meta).toMatchObject({ schema: schema.name, environment: 'staging', access: { allow: [] } });
      expect(await (await fetch(`${url}/api/v1/health`)).json()).toMatchObject({ migrations: { pending: [] } });
      expect((await fetch(`${url}/api/v1/pauses`, post)).status).toBe(403);
      expect((await fetch(`${url}/metrics`)).status).toBe(200);
    });
    expect(await schema.value('select count(*)::int from {s}.pause')).toBe(0);
  });

  it('lets things be done with --allow-actions', async () => {
    await serving(['--allow-actions'], async (url) => {
      expect((await fetch(`${url}/api/v1/pauses`, post)).status).toBe(200);
      expect((await fetch(`${url}/api/v1/pauses/remove`, post)).status).toBe(200);
    });
  });

  it('asks for a user and a password, which the environment may have', async () => {
    const env = { BEARMQ_DASHBOARD_PASSWORD: 'sesame' };
    const test = async (url: string): Promise<void> => {
      expect((await fetch(url)).status).toBe(401);
      const authorization = `Basic ${btoa('ada:sesame')}`;
      expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    };
    await serving(['--user', 'ada'], test, { env });
    await serving(['--user', 'ada', '--password', 'sesame'], test);
  });

  it('is refused where others could reach it unasked', async () => {
    const { exitCode, out, err } = await callOn(schema, ['dashboard', '--port', '0', '--host', '0.0.0.0']);
    expect({ exitCode, out }).toEqual({ exitCode: 5, out: '' });
    expect(err).toContain('--open');
  });

  it.each([
    [['--user', 'ada'], 'needs a password'],
    [['--password', 'sesame'], 'goes with --user'],
    [['--open', '--user', 'ada', '--password', 'sesame'], 'asks for nothing'],
  ])('is refused with %j', async (options, message) => {
    const { exitCode, err } = await callOn(schema, ['dashboard', '--port', '0', ...options]);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(message) as unknown });
    expect(err).not.toContain('sesame');
  });

  it('ends at once where there is no schema', async () => {
    expect((await callOn({ ...schema, name: 'not there' }, ['dashboard', '--port', '0'])).exitCode).toBe(4);
  });
});
