// Serves the dashboard on Deno, on a free port unless PORT names one.
import { dashboard, servesAt } from './dashboard.ts';

/** What is used of it. */
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(
    options: { readonly port: number; readonly onListen?: () => void },
    handle: (request: Request) => Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
};

// #region deno
const server = Deno.serve({ port: Number(Deno.env.get('PORT') ?? 0), onListen() {} }, (request) =>
  dashboard.fetch(request, '/admin/jobs'),
);
// #endregion deno

servesAt(server.addr.port, () => server.shutdown());
