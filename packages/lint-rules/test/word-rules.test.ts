import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { retiredWords } from '../src/retired-words.mjs';
import { type Outcome, REPOSITORY, runNode, withTree } from './support/tree.ts';

const CHECKER = join(REPOSITORY, 'packages/lint-rules/src/check-words.mjs');

function check(files: Readonly<Record<string, string>>): Outcome {
  return withTree(files, (root) => runNode([CHECKER, root]));
}

const PRODUCT = 'packages/core/src/claimer.ts';

/** What each rule refuses, and what is like it and stays. */
const words: readonly [instead: string, refused: readonly string[], sound: readonly string[]][] = [
  [
    'process',
    ['where j.worker_id = $1', 'p_worker uuid', 'job.leaseId', 'registerWorker(', "name: 'bearmq_register_worker'"],
    ['workerId: worker.id', 'process_id', 'the id of a worker', 'maxWorkers'],
  ],
  ['fence', ['p_known_claims integer[]', 'o_claims', 'j.claims = o.claims'], ['two claims', 'history.claims.map']],
  [
    'announce',
    ['claimTold', 'ToldJobs', 'claim_told_v1', 'encodeHint(', 'hintOthers()', 'p_hint text', 'class HintSender'],
    ['the worker is told', 'told.map', 'only a hint', 'hints'],
  ],
  [
    'release',
    ['is handed back', 'a hand-back', '#handBackStale', 'handedBack(job)', 'take_back_v1', 'freeGroups'],
    ['gives the client back', 'handed on', 'hand it to me'],
  ],
  ['scan', ['LookPlanner', 'lookEverywhere()', 'which looks everywhere'], ['look at it', 'looked for everywhere']],
  ['slot pool', ['new ChannelChoice()', 'SlotOwner'], ['a choice of channels']],
  ['drained', ['isDry', 'choice.isHungry', 'isBackedUp()'], ['dry', 'hungry']],
  ['may have more', ['isMoreLikely', 'o_unreached', 'isCounted'], ['more likely', 'counted']],
  ['ungrouped', ['v_free text[]', 'v_freed', 'v_free_names'], ['free', 'v_freeze']],
  ['maintain', ['upkeep', 'new Sweeper()', 'sweep_groups_v1', 'FinalizedPruner'], ['sweep', 'GroupPruner']],
  ['services', ['ContextParts', 'partsOf(', 'setParts('], ['parts of a batch', 'countPartsOfIt']],
  [
    'plain names',
    ['risingId()', 'in-words.ts', 'givingWay(', 'ConnectionFate', 'POLL_DEAF_MS', 'benchOf(schema)', 'our-tables.ts'],
    ['in words', 'gives way', 'bench'],
  ],
  ['fix', ['Mends groups', 'mended', 'before the mend'], ['recommend', 'amendment']],
];

describe('the rule for words', () => {
  it('tries every word that is retired', () => {
    const tried = words.map(([instead]) => instead);
    expect([...new Set(tried)].sort()).toEqual([...new Set(retiredWords.map(({ instead }) => instead))].sort());
  });

  it.each(words)('asks for "%s", and says why', (instead, refused, sound) => {
    const { status, stderr } = check({ [PRODUCT]: `${refused.join('\n')}\n` });
    expect(status).toBe(1);
    const reasons = retiredWords.filter((word) => word.instead === instead).map(({ why }) => why);
    for (const i of refused.keys()) {
      expect(stderr).toMatch(new RegExp(`claimer\\.ts:${i + 1}: "[^"]+" is a retired word; say ${instead}\n`));
    }
    for (const reason of reasons) expect(stderr).toContain(reason);
    expect(check({ [PRODUCT]: `${sound.join('\n')}\n` })).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['product code', PRODUCT],
    ['tests', 'packages/integration-tests/test/flow.test.ts'],
    ['apps', 'apps/demo/src/main.mjs'],
    ['docs of the repository', 'README.md'],
    ['docs of a package', 'packages/core/README.md'],
  ])('reads %s', (_, path) => {
    expect(check({ [path]: 'handed back\n' })).toMatchObject({ status: 1, stderr: expect.stringContaining(path) });
  });

  it('reads the names of files', () => {
    const { status, stderr } = check({ 'packages/core/src/look-planner.ts': 'export {};\n' });
    expect(status).toBe(1);
    expect(stderr).toContain('look-planner.ts: "look-planner" is a retired word');
  });

  it('passes over what is built, and the glossary', () => {
    const files = { 'packages/core/dist/index.js': 'handed back\n', 'GLOSSARY.md': 'handed back\n', [PRODUCT]: '\n' };
    expect(check(files)).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses to pass when nothing was read', () => {
    expect(check({}).status).toBe(2);
  });
});

it('the glossary has an entry for each word to be used', () => {
  const glossary = readFileSync(join(REPOSITORY, 'GLOSSARY.md'), 'utf8');
  for (const { instead } of retiredWords) expect(glossary).toMatch(new RegExp(`^\\| ${instead}\\b`, 'm'));
});
