import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseOptions } from '../src/options.ts';
import { scenarios } from '../src/scenarios/index.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const commands = [...readme.matchAll(/^npx --yes pnpm@\S+ bench (.*)$/gm)].map(([, options]) => options as string);

test.each(commands)('the README can say: bench %s', (options) => {
  const { peers, only, profile } = parseOptions(options.split(' '));
  expect(peers).toBe(true);
  const names = scenarios(profile).map(({ id, title }) => `${id} ${title}`);
  expect(only.filter((text) => !names.some((name) => name.includes(text)))).toEqual([]);
});
