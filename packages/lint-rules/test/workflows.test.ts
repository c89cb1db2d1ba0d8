import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from './support/tree.ts';

const folder = join(REPOSITORY, '.github/workflows');
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const used = workflows.flatMap(({ text }) => [...text.matchAll(/uses: (\S+?)@(.+)$/gm)]);

describe('the workflows', () => {
  it('are there', () => {
    expect(workflows.map(({ name }) => name)).toEqual(expect.arrayContaining(['audit.yml', 'ci.yml', 'release.yml']));
  });

  it('pin each action by a commit, and say which version that is: a tag can be moved', () => {
    expect(used.length).toBeGreaterThan(0);
    for (const [, action, version] of used) {
      expect(`${action}@${version}`).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('use one version of each action', () => {
    const versions = new Map<string, Set<string>>();
    for (const [, action = '', version = ''] of used)
      versions.set(action, (versions.get(action) ?? new Set()).add(version));
    for (const [action, all] of versions)
      expect({ action, versions: [...all] }).toMatchObject({ versions: [all.values().next().value] });
  });

  it.each(workflows)('$name names the pnpm of package.json', ({ text }) => {
    const { packageManager } = JSON.parse(read('package.json')) as { readonly packageManager: string };
    for (const [pnpm] of text.matchAll(/pnpm@[\d.]+/g)) expect(pnpm).toBe(packageManager);
  });

  it('test the Node.js that contributors are told to use', () => {
    const ci = workflows.find(({ name }) => name === 'ci.yml')?.text ?? '';
    const [, tested = ''] = /node: \[(.*)\]/.exec(ci) ?? [];
    expect(tested.split(', ')).toContain(read('.nvmrc').trim());
  });

  it('publish with provenance', () => {
    const release = workflows.find(({ name }) => name === 'release.yml')?.text ?? '';
    expect(release).toContain('id-token: write');
    expect(release).toContain('NPM_CONFIG_PROVENANCE: "true"');
  });
});
