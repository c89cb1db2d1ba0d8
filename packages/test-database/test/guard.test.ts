import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { until } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closedFolder } from '../src/reachable.ts';
import { serverUser } from '../src/server-user.ts';
import { type Holder, startHolder } from './support/holder.ts';
import { isAlive } from './support/is-alive.ts';
import { queryValue } from './support/query.ts';

const account = serverUser();
const holders: Holder[] = [];

async function start(as?: { uid: number; gid: number }): Promise<Holder> {
  const holder = await startHolder(as);
  holders.push(holder);
  return holder;
}

async function finish({ process: child, server }: Holder): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await until('the server is gone', () => !isAlive(server.pid));
}

afterEach(async () => {
  for (const holder of holders.splice(0)) await finish(holder);
});

describe('the server of a program', () => {
  it('goes, with its folder, when the program is killed', async () => {
    const { process: child, server } = await start();
    child.kill('SIGKILL');
    await until('the server is gone', () => !isAlive(server.pid));
    await until('its folder is gone', () => !existsSync(dirname(server.dataDir)));
  });

  it('stays up on Ctrl-C until the program stops it', async () => {
    const holder = await start();
    const { process: child, server, nextLine } = holder;
    process.kill(-(child.pid as number), 'SIGINT'); // the whole group, as a terminal does
    expect(await nextLine()).toBe('interrupted');
    expect(await queryValue(server.url, 'select 1')).toBe(1);
    await finish(holder);
    expect(child.exitCode).toBe(0);
    expect(existsSync(dirname(server.dataDir))).toBe(false);
  });

  const mayReach = (path: string): boolean => account !== undefined && closedFolder(path, account) === undefined;
  (mayReach(import.meta.filename) && mayReach(process.execPath) ? it : it.skip)(
    'runs as an ordinary user too',
    async () => {
      const { server } = await start(account);
      expect(await queryValue(server.url, 'select 1')).toBe(1);
    },
  );
});
