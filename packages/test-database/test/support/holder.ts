import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./holder.mjs', import.meta.url));

export interface Holder {
  readonly process: ChildProcess;
  readonly server: { readonly url: string; readonly pid: number; readonly dataDir: string };
  /** The program's next line of output. */
  nextLine(): Promise<string>;
}

/** Starts the holder in a process group of its own, as a shell would, and waits for its server. */
export async function startHolder(account: { uid?: number; gid?: number } = {}): Promise<Holder> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'], detached: true, ...account });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('The holder has ended.');
    return line.value;
  };
  return { process: child, server: JSON.parse(await nextLine()), nextLine };
}
