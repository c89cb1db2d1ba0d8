import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseOptions } from '../src/options.ts';
import { scenarios } from '../src/scenarios/index.ts';

const page = readFileSync(new URL('../../docs/compare/how-fast.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/^npx --yes pnpm@\S+ bench (.*)$/gm)].map(([, options]) => options as string);

test.each(commands)('the page about speed can say: bench %s', (options) => {
  const { peers, only, profile } = parseOptions(options.split(' '));
  expect(peers).toBe(true);
  const names = scenarios(profile).map(({ id, title }) => `${id} ${title}`);
  expect(only.filter((text) => !names.some((name) => name.includes(text)))).toEqual([]);
});
