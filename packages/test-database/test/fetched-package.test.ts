import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchPackage } from '../src/fetched-package.ts';
import { type Registry, startRegistry } from './support/registry.ts';

const NAME = '@bearmq-test/binaries';
let folder: string;
let cache: string;
let env: NodeJS.ProcessEnv;
let registry: Registry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bearmq-fetch-'));
  cache = join(folder, 'cache');
  registry = await startRegistry(NAME, '1.2.3');
  env = {
    ...process.env,
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'npm'),
    npm_config_ignore_scripts: 'true',
  };
});

afterEach(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true });
});

describe('fetchPackage', () => {
  it('installs a package once, runs its script, and lets others read it', async () => {
    const found = await fetchPackage(NAME, '1.2.3', { cache, env });
    expect(readFileSync(join(found, 'written-by-postinstall'), 'utf8')).toBe('yes');
    for (const name of readdirSync(cache)) expect(statSync(join(cache, name)).mode & 0o777).toBe(0o755);
    const asked = registry.requests();
    expect(asked).toBeGreaterThan(0);
    await registry.stop();
    expect(await fetchPackage(NAME, '1.2.3', { cache, env })).toBe(found);
    expect(registry.requests()).toBe(asked);
  });

  it('may be called several times at once', async () => {
    const [one, two] = await Promise.all([
      fetchPackage(NAME, '1.2.3', { cache, env }),
      fetchPackage(NAME, '1.2.3', { cache, env }),
    ]);
    expect(two).toBe(one);
    expect(existsSync(join(one, 'written-by-postinstall'))).toBe(true);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('says what it could not get, and leaves nothing of it', async () => {
    await expect(fetchPackage(NAME, '9.9.9', { cache, env })).rejects.toMatchObject({
      reason: 'other',
      message: expect.stringContaining(`npm could not install ${NAME}@9.9.9`),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  it('says so when there is no network', async () => {
    await registry.stop();
    await expect(fetchPackage(NAME, '1.2.3', { cache, env })).rejects.toMatchObject({
      reason: 'unreachable',
      message: `${NAME}@1.2.3 is not here yet, and npm does not reach its registry (ECONNREFUSED): try again with a network.`,
    });
    expect(readdirSync(cache)).toEqual([]);
  });
});
