import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Holder {
  readonly process: ChildProcess;
  readonly server: { readonly url: string; readonly pid: number; readonly dataDir: string };
  /** The program's next line of output. */
  nextLine(): Promise<string>;
}

export interface PoolerHolder {
  readonly process: ChildProcess;
  readonly pooler: { readonly url: string; readonly folder: string };
}

/** Starts the holder in a process group of its own, as a shell would, and waits for its server. */
export async function startHolder(account: { uid?: number; gid?: number } = {}): Promise<Holder> {
  const { child, nextLine } = startProgram('holder.mjs', [], account);
  return { process: child, server: JSON.parse(await nextLine()), nextLine };
}

/** Starts a program that holds a pooler before a server, and waits for it. */
export async function startPoolerHolder(serverUrl: string): Promise<PoolerHolder> {
  const { child, nextLine } = startProgram('pooler-holder.mjs', [serverUrl]);
  return { process: child, pooler: JSON.parse(await nextLine()) };
}

function startProgram(
  name: string,
  args: readonly string[],
  account: { uid?: number; gid?: number } = {},
): { readonly child: ChildProcess; nextLine(): Promise<string> } {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    ...account,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    nextLine: async () => {
      const line = await lines.next();
      if (line.done === true) throw new Error('The holder has ended.');
      return line.value;
    },
  };
}
