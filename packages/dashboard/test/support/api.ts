import { createDashboard, type Dashboard, type DashboardOptions } from '@bearmq/dashboard';
import type { Queue } from './queue.ts';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text is, where it is JSON. */
  readonly json: never;
}

/** A dashboard on a queue, asked as a script would. */
export interface Api {
  readonly dashboard: Dashboard;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Any request, to a path of the mount. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
}

export const POST_HEADERS = { 'content-type': 'application/json', 'x-bearmq': '1' };

/** Open to all, unless said otherwise. */
export function apiOn(queue: Pick<Queue, 'context'>, options: Partial<DashboardOptions> = {}): Api {
  const dashboard = createDashboard({ context: queue.context, authorize: 'open', ...options });
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const answer = await dashboard.fetch(new Request(`http://localhost${path}`, init));
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: (isJson ? JSON.parse(text) : undefined) as never,
    };
  };
  return {
    dashboard,
    ask,
    get: async (path, headers = {}) => await ask(`/api/v1/${path}`, { headers }),
    post: async (path, body = {}, headers = POST_HEADERS) =>
      await ask(`/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
  };
}
