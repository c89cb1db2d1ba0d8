import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { soon } from '@bearmq/test-support';

/** Runs a program of a test's own to its end, with variables beside those of this process. */
export async function runProgram(
  url: URL,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }> {
  const child = spawn(process.execPath, [fileURLToPath(url)], { env: { ...process.env, ...variables } });
  const said = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    said.output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.errors += chunk;
  });
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  try {
    return { code: await soon(`the end of ${url.href}`, end), ...said };
  } finally {
    child.kill();
  }
}
