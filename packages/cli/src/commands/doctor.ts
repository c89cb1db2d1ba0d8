import { diagnose, type Finding } from '@bearmq/doctor';
import { type Command, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { given } from '../given.ts';
import { duration, list, toggle } from '../options.ts';
import type { Output } from '../output/output.ts';
import { watch, watchOptions } from '../watch.ts';

export const doctor: Command = defineCommand({
  name: 'doctor',
  aliases: ['diagnose'],
  about: 'Tells what is not in order with the server, the schema, the vacuums and the jobs, and what to do.',
  options: {
    patience: duration('nothing that lasts for less is told of (default: 5m)'),
    only: list('kinds', 'only findings of these kinds, with commas between them'),
    strict: toggle('end with 1 for a warning, too'),
    ...watchOptions(),
  },
  run: async (call) => {
    const { options, output, database } = call;
    const { driver, schema } = await database();
    const { patience, only, strict } = options;
    let findings: readonly Finding[] = [];
    await watch(call, async () => {
      const all = await diagnose({ driver, schema, ...given({ patienceSecs: patience }) });
      findings = all.filter(({ kind }) => only?.includes(kind) ?? true);
      return {
        show: () => (output.isJson ? output.json({ schema, findings }) : show(findings, output)),
        isOver: false,
      };
    });
    return exitCodeOf(findings, strict);
  },
});

function show(findings: readonly Finding[], output: Output): void {
  const { red, yellow, dim } = output.colours;
  if (findings.length === 0) output.line('all is in order');
  for (const { severity, kind, subject, message, remedy } of findings) {
    const colour = severity === 'error' ? red : yellow;
    output.line(`${colour(severity)} ${kind}, ${subject}: ${message}`);
    output.line(`  ${dim('→')} ${remedy}`);
  }
}

function exitCodeOf(findings: readonly Finding[], strict: boolean): ExitCode {
  const isBad = findings.some(({ severity }) => strict || severity === 'error');
  return isBad ? EXIT.notInOrder : EXIT.done;
}
