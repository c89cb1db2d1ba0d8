import { type ExitCode, runCli, type Surroundings } from '@bearmq/cli';
import type { TestSchema } from '../../support/database.ts';

/** What a call of the command came to. */
export interface Called {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface CallOptions {
  readonly env?: Surroundings['env'];
  readonly cwd?: string;
  /** What comes on standard input. */
  readonly input?: readonly string[];
  /** Whether a person is at standard input, to be asked. */
  readonly isAsked?: boolean;
  /** A terminal so many characters wide. @defaultValue none: a pipe */
  readonly columns?: number;
  /** Is given what asks the command to stop, as a signal does. */
  readonly onStart?: (stop: () => void) => void;
  /** Is given what is written to standard output, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Is given what is written to standard error, as it comes. */
  readonly onError?: (text: string) => void;
}

/** Calls the command as a shell would, in this process. Nothing of this process's environment is seen by it. */
export async function call(argv: readonly string[], options: CallOptions = {}): Promise<Called> {
  const {
    env = {},
    cwd = import.meta.dirname,
    input = [],
    columns,
    onStart,
    onError,
    onOutput,
    isAsked = false,
  } = options;
  const written = { out: '', err: '' };
  const handlers = new Set<() => void>();
  onStart?.(() => {
    for (const handler of handlers) handler();
  });
  const output = (to: keyof typeof written): Surroundings['stdout'] => ({
    write: (text) => {
      written[to] += text;
      if (to === 'err') onError?.(text);
      else onOutput?.(text);
    },
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  });
  const exitCode = await runCli(argv, {
    env,
    cwd,
    stdin: Object.assign(
      (async function* () {
        yield* input;
      })(),
      { isTTY: isAsked },
    ),
    stdout: output('out'),
    stderr: output('err'),
    onStopSignal: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  });
  return { exitCode, ...written };
}

/** Calls it on a test's schema. */
export function callOn(schema: TestSchema, argv: readonly string[], options: CallOptions = {}): Promise<Called> {
  return call([...argv, '--database-url', schema.url, '--schema', schema.name], options);
}
