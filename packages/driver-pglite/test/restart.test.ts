import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';

const left: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of left.splice(0).reverse()) await end();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bearmq-pglite-'));
  left.push(() => rm(folder, { recursive: true }));
  return folder;
}

/** Starts a fixture; `output` is what it has said so far. */
function start(name: string, folder: string): { child: ChildProcessByStdio<null, Readable, null>; output(): string } {
  const path = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  left.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  return { child, output: () => output };
}

describe('jobs in a folder', () => {
  it('outlive the process that enqueued them, even one that is killed', async () => {
    const folder = await newFolder();
    const first = start('enqueue.mjs', folder);
    while (!first.output().includes('enqueued')) await once(first.child.stdout, 'data');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = start('run.mjs', folder);
    const [code] = await once(second.child, 'close');
    expect([code, second.output()]).toEqual([0, 'brown, attempt 1\nblack, attempt 1\npolar, attempt 1\nleft: 0\n']);
  });
});
