import type { Database, ProjectChoices } from './choices.ts';
import { CLIENT_NAMES, DATABASE_NAMES, FRAMEWORK_NAMES } from './names.ts';

/** A command, and what it is for. */
type Step = readonly [command: string, about: string];

/** What runs a project once its PostgreSQL is there. */
const RUNS: readonly Step[] = [
  ['npm run migrate', 'makes the schema'],
  ['npm run worker', 'runs the jobs; in a terminal of its own'],
  ['npm start', 'takes requests, and shows the dashboard'],
];

const DATABASE_STEPS: Readonly<Record<Database, Step>> = {
  url: ['edit .env', 'DATABASE_URL is to be the address of your PostgreSQL'],
  docker: ['npm run database', 'starts PostgreSQL; it needs Docker'],
  embedded: ['npm run database', 'starts PostgreSQL; in a terminal of its own'],
};

/** The commands that run a project, for its README. */
export function runScript(): string {
  return linesOf(RUNS).join('\n');
}

/**
 * What is said once a project is written: what it is made of, and how it goes on.
 *
 * @param folder relative to where the commands are called; `.` for there.
 * @param assumed the flags of what nobody chose.
 */
export function farewell(choices: ProjectChoices, folder: string, assumed: readonly string[]): string {
  const { framework, client, database } = choices;
  const steps = [['npm install', ''], DATABASE_STEPS[database], ...RUNS] satisfies Step[];
  const cd = folder === '.' ? [] : [`cd ${/^[\w./@-]+$/.test(folder) ? folder : JSON.stringify(folder)}`];
  return [
    `It has ${FRAMEWORK_NAMES[framework]} for requests, ${CLIENT_NAMES[client]} for statements, and ${DATABASE_NAMES[database]}.`,
    ...(assumed.length === 0 ? [] : [`That is the default; ${assumed.join(', ')} choose otherwise.`]),
    '',
    'Next:',
    ...[...cd, ...linesOf(steps)].map((line) => `  ${line}`),
    '',
    'README.md says more.',
    '',
  ].join('\n');
}

function linesOf(steps: readonly Step[]): readonly string[] {
  const width = Math.max(...steps.map(([command]) => command.length));
  return steps.map(([command, about]) => (about === '' ? command : `${command.padEnd(width)}   # ${about}`));
}
