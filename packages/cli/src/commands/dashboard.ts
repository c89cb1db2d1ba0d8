import type { OpenToAllError, ServeOptions } from '@bearmq/dashboard/standalone';
import { examine } from '@bearmq/doctor';
import { CliError, usageError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { count, text, toggle } from '../options.ts';
import { stopRequests } from '../stop-requests.ts';

/** The password is better left to the environment: whoever lists the processes of a machine sees their arguments. */
const PASSWORD = 'BEARMQ_DASHBOARD_PASSWORD';

export const dashboard: Command = defineCommand({
  name: 'dashboard',
  about: 'Serves the dashboard, until it is told to stop.',
  options: {
    port: count('where it listens; 0 for any that is free (default: 3050)', 0, 65_535),
    host: text('address', 'the address it listens on (default: 127.0.0.1)'),
    allowActions: toggle('let jobs be cancelled, retried and so on; else it only shows'),
    user: text('name', 'ask for this user and the password'),
    password: text('text', `of that user; else ${PASSWORD}`),
    open: toggle('ask for nothing, though others may reach it'),
    traceUrl: text('address', 'the page of a trace, with {traceId} in it'),
    environment: text('name', 'shown in the header; production has a colour of its own'),
  },
  run: async ({ options, output, surroundings, database }) => {
    const { port, host, allowActions, environment, traceUrl } = options;
    const credentials = credentialsIn(options, surroundings.env[PASSWORD]);
    const { serve } = await load();
    const { context: make, driver, schema } = await database();
    const own = make();
    const context = Object.assign(own, {
      health: async () => await examine({ driver, schema }, async () => await own.stats.queue()),
    });
    await own.pauses(); // what is wrong with the database is told now, and not by the first page
    const served = await serve({
      context,
      access: allowActions ? 'all' : 'read',
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(environment === undefined ? {} : { environment }),
      ...(traceUrl === undefined ? {} : { traceUrl }),
    }).catch((error: unknown) => {
      throw isOpenToAll(error) ? refused(error) : error;
    });
    const requests = stopRequests(surroundings, undefined);
    try {
      output.note(`serving ${served.url}${allowActions ? '' : ', to be read only'}`);
      await requests.first;
    } finally {
      requests.end();
      await served.close();
    }
    return EXIT.done;
  },
});

interface Asked {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly open: boolean;
}

function credentialsIn({ user, password: said, open }: Asked, inEnv: string | undefined): ServeOptions['credentials'] {
  const password = said ?? inEnv;
  if (open) {
    if (user === undefined && said === undefined) return 'open';
    throw usageError('--open: asks for nothing: leave out --user and --password, or --open');
  }
  if (user === undefined && said === undefined) return undefined;
  if (user === undefined) throw usageError('--password: goes with --user');
  if (password === undefined || password === '') {
    throw usageError(`--user: needs a password: set ${PASSWORD}, or give --password`);
  }
  return { user, password };
}

/** It is a package of its own, for whoever wants it. */
async function load(): Promise<typeof import('@bearmq/dashboard/standalone')> {
  try {
    return await import('@bearmq/dashboard/standalone');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw usageError('dashboard: is a package of its own: npm install @bearmq/dashboard', { cause: error });
  }
}

function isOpenToAll(error: unknown): error is OpenToAllError {
  return error instanceof Error && error.name === 'OpenToAllError';
}

function refused({ message }: OpenToAllError): CliError {
  return new CliError(EXIT.refused, `--host: ${message} (--user and --password, or --open)`);
}
