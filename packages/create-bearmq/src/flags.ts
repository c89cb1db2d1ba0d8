import { parseArgs } from 'node:util';
import {
  CLIENTS,
  type Client,
  DATABASES,
  type Database,
  DEFAULT_FOLDER,
  DEFAULTS,
  FRAMEWORKS,
  type Framework,
} from './choices.ts';

/** What the command line says of the project. */
export interface Given {
  readonly folder?: string;
  readonly framework?: Framework;
  readonly client?: Client;
  readonly database?: Database;
}

export interface Flags {
  readonly given: Given;
  /** Nothing is asked: what is not given has its default. */
  readonly isSilent: boolean;
  readonly wantsHelp: boolean;
}

/** The command line says what makes no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP: string = `npm create bearmq@latest [folder] -- [options]

  [folder]            where the project goes (default: ${DEFAULT_FOLDER})
  --framework <name>  what serves requests: ${FRAMEWORKS.join(', ')} (default: ${DEFAULTS.framework}, the server of Node.js)
  --client <name>     what your statements go through: ${CLIENTS.join(', ')} (default: ${DEFAULTS.client})
  --database <where>  where PostgreSQL runs: ${DATABASES.join(', ')} (default: ${DEFAULTS.database})
                      url: wherever DATABASE_URL says; docker: a compose.yaml is written; embedded: binaries from npm
  --yes               ask nothing: what is not given has its default
  --help
`;

/** @throws UsageError for what it does not know. */
export function readFlags(argv: readonly string[]): Flags {
  const { values, positionals } = parse(argv);
  const [folder, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`takes one folder, got ${positionals.join(' ')}`);
  const framework = oneOf('--framework', values.framework, FRAMEWORKS);
  const client = oneOf('--client', values.client, CLIENTS);
  const database = oneOf('--database', values.database, DATABASES);
  return {
    given: {
      ...(folder === undefined ? {} : { folder }),
      ...(framework === undefined ? {} : { framework }),
      ...(client === undefined ? {} : { client }),
      ...(database === undefined ? {} : { database }),
    },
    isSilent: values.yes === true,
    wantsHelp: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        framework: { type: 'string' },
        client: { type: 'string' },
        database: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function oneOf<T extends string>(flag: string, given: string | undefined, values: readonly T[]): T | undefined {
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given);
  if (found !== undefined) return found;
  throw new UsageError(`${flag}: ${JSON.stringify(given)}: give one of ${values.join(', ')}`);
}
