import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { soon } from './support.ts';

async function runFixture(name: string): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))]);
  const said = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    said.output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.errors += chunk;
  });
  const code = await soon(`the end of ${name}`, new Promise<number | null>((resolve) => child.on('close', resolve)));
  return { code, ...said };
}

describe('a program with a driver', () => {
  it('outlives transactions whose connection is cut, and ends by itself when all is closed', async () => {
    expect(await runFixture('transactions-cut.mjs')).toEqual({
      code: 0,
      output: 'idle: rejected\nunder a statement: rejected\nwith more in line: rejected\nstill alive\n',
      errors: '',
    });
  });

  it('ends by itself when its subscription is closed, whether it was connected or not', async () => {
    expect(await runFixture('subscriptions-closed.mjs')).toEqual({ code: 0, output: 'closed\n', errors: '' });
  });

  it('is warned of a listener that throws or rejects, and goes on', async () => {
    const { code, output } = await runFixture('clumsy-listener.mjs');
    expect([code, ...output.trim().split('\n')]).toEqual([
      0,
      'BearMQWarning a notification listener failed: Error: thrown on purpose',
      'BearMQWarning a notification listener failed: Error: rejected at hello',
    ]);
  });
});
