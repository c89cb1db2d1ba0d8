import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contestant, Place } from './contestant.ts';
import type { Outcome } from './figure.ts';
import type { Profile } from './profile.ts';
import type { Scenario } from './scenario.ts';

/** What a process of its own is asked to do. Plain data. */
export interface IsolatedTask {
  readonly contestant: string;
  readonly place: Place;
  readonly profile: Profile;
  /** The scenario to run; without one, the contestant is set up. */
  readonly scenario?: string;
}

export type IsolatedAnswer = { readonly outcome: Outcome } | { readonly failed: string };

const KEPT_CHARACTERS = 2_000;

/** Prepares the database of `place` for a contestant. */
export async function setUpIsolated(contestant: Contestant, place: Place, profile: Profile): Promise<void> {
  await isolated({ contestant: contestant.id, place, profile });
}

/** Runs a scenario in a process of its own: nothing that one contestant leaves in memory can slow down the next. */
export async function measureIsolated(
  scenario: Scenario,
  contestant: Contestant,
  place: Place,
  profile: Profile,
): Promise<Outcome> {
  return await isolated({ contestant: contestant.id, place, profile, scenario: scenario.id });
}

async function isolated(task: IsolatedTask): Promise<Outcome> {
  const script = fileURLToPath(new URL('../dist/isolated-main.js', import.meta.url));
  const child = fork(script, {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_CHARACTERS);
  });
  const killAfter = setTimeout(() => child.kill('SIGKILL'), task.profile.killSecs * 1000);
  try {
    return await new Promise((resolve, reject) => {
      let answer: IsolatedAnswer | undefined;
      child.on('message', (message: IsolatedAnswer) => {
        answer = message;
      });
      // Not before its end: what it had open would be in the way of dropping the database.
      child.once('close', (code, signal) => {
        if (answer === undefined) reject(new Error(`the process ended with ${signal ?? code}. ${said.trim()}`));
        else if ('failed' in answer) reject(new Error(answer.failed));
        else resolve(answer.outcome);
      });
      child.once('error', reject);
      child.send(task);
    });
  } finally {
    clearTimeout(killAfter);
  }
}
