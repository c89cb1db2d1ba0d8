import { diagnose, type Finding, type FindingKind } from '@bearmq/doctor';
import { type Command, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { duration, list, toggle } from '../options.ts';
import type { Output } from '../output/output.ts';
import { lasting } from '../output/words.ts';
import { watch, watchOptions } from '../watch.ts';

const DEFAULT_PATIENCE_SECS = 300;

/** For these the other commands end with the number of the schema, too. */
const OF_SCHEMA: readonly FindingKind[] = [
  'schema-missing',
  'schema-old',
  'schema-new',
  'ledger-foreign',
  'ledger-empty',
];

/** With these not all was looked at: they are told of whatever was asked for. */
const BLIND: readonly FindingKind[] = [
  'server-version',
  'schema-missing',
  'ledger-foreign',
  'ledger-empty',
  'no-rights',
];

export const doctor: Command = defineCommand({
  name: 'doctor',
  aliases: ['diagnose'],
  about:
    'Tells what is not in order with the server, the schema, the vacuums and the jobs, and what to do. What has lasted for ' +
    'less than five minutes is left out: it may pass by itself.',
  options: {
    patience: duration('how long something must have lasted to be told of; 0s for all (default: 5m)'),
    only: list('kinds', 'only findings of these kinds, with commas between them'),
    strict: toggle('end with 1 for a warning, too'),
    ...watchOptions(),
  },
  run: async (call) => {
    const { options, output, database } = call;
    const { driver, schema } = await database();
    const { patience = DEFAULT_PATIENCE_SECS, only, strict } = options;
    let findings: readonly Finding[] = [];
    await watch(call, async () => {
      const all = await diagnose({ driver, schema, patienceSecs: patience });
      findings = all.filter(({ kind }) => only === undefined || BLIND.includes(kind) || only.includes(kind));
      return {
        show: () => {
          if (output.isJson) output.json({ schema, patienceSecs: patience, findings });
          else show(findings, output, patience);
        },
        isOver: false,
      };
    });
    return exitCodeOf(findings, strict);
  },
});

function show(findings: readonly Finding[], output: Output, patience: number): void {
  const { red, yellow, dim } = output.colours;
  if (findings.length === 0) output.line('all is in order');
  for (const { severity, kind, subject, message, remedy } of findings) {
    const colour = severity === 'error' ? red : yellow;
    const named = isNamedIn(message, subject) ? kind : `${kind}, ${subject}`;
    output.line(`${colour(severity)} ${named}: ${message}`);
    output.line(`  ${dim('→')} ${remedy}`);
  }
  if (patience > 0)
    output.note(`what has lasted for less than ${lasting(patience)} is left out; --patience 0s tells of it`);
}

/** Whether a message says what it is about, so that nothing is said twice. */
function isNamedIn(message: string, subject: string): boolean {
  return subject.split(' ').every((word) => message.includes(word));
}

function exitCodeOf(findings: readonly Finding[], strict: boolean): ExitCode {
  const bad = findings.filter(({ severity }) => strict || severity === 'error');
  if (bad.some(({ kind }) => OF_SCHEMA.includes(kind))) return EXIT.schema;
  return bad.length > 0 ? EXIT.notInOrder : EXIT.done;
}
