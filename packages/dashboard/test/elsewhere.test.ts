import type { DashboardOptions } from '@bearmq/dashboard';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
let waiting = '';

beforeAll(async () => {
  waiting = await queue.define('MAIL').enqueue({ to: 'me' }, { channel: 'nobody' });
});

describe("a job's page", () => {
  it('has the links that it is given', async () => {
    const links = [{ label: 'Logs', href: ({ id }: { id: string }) => `https://logs.example/${id}` }];
    const { json } = await apiOn(queue, { links }).get(`jobs/${waiting}`);
    expect(json).toMatchObject({ links: [{ label: 'Logs', href: `https://logs.example/${waiting}` }] });
  });

  it.each([
    ['a script', 'javascript:alert(1)'],
    ['a script, hidden', ' java\nscript:alert(1)'],
    ['a page of its own', 'data:text/html,<script>alert(1)</script>'],
    ['no address', 'https://'],
    ['no text', undefined],
  ])('has no link to %s', async (_, href) => {
    const links = [{ label: 'Logs', href: () => href as string }];
    const asked = apiOn(queue, { links }).get(`jobs/${waiting}`);
    await expect(asked).rejects.toThrow('links of the dashboard must return the address of a page');
  });

  it('leads to the trace in which it was enqueued, by a template or a function', async () => {
    const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const traceparent = `00-${traceId}-${spanId}-01`;
    const id = await queue.define('TRACED').enqueue(null, { channel: 'nobody', headers: { traceparent } });
    const traceOf = async (traceUrl: DashboardOptions['traceUrl'], of = id) =>
      ((await apiOn(queue, traceUrl === undefined ? {} : { traceUrl }).get(`jobs/${of}`)).json as { trace: unknown })
        .trace;
    expect(await traceOf('https://traces.example/trace/{traceId}?uiFind={spanId}')).toEqual({
      id: traceId,
      href: `https://traces.example/trace/${traceId}?uiFind=${spanId}`,
    });
    expect(await traceOf((trace) => `/traces?${new URLSearchParams({ ...trace })}`)).toEqual({
      id: traceId,
      href: `/traces?traceId=${traceId}&spanId=${spanId}&traceparent=${traceparent}`,
    });
    expect(await traceOf(undefined)).toBeNull();
    expect(await traceOf('https://traces.example/{traceId}', waiting)).toBeNull();
    await expect(traceOf(() => 'javascript:alert(1)')).rejects.toThrow(
      'traceUrl of the dashboard must return the address of a page',
    );
  });

  it.each([
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    '"><script>alert(1)</script>',
    '../../../evil',
  ])('leads to no trace by a header that names none: %s', async (traceparent) => {
    const id = await queue.define('TRACED').enqueue(null, { channel: 'nobody', headers: { traceparent } });
    const { json } = await apiOn(queue, { traceUrl: 'https://traces.example/{traceId}' }).get(`jobs/${id}`);
    expect(json).toMatchObject({ trace: null });
  });
});
