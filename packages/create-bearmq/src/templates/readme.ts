import type { Database, ProjectChoices } from '../choices.ts';
import { CLIENT_NAMES, FRAMEWORK_NAMES } from '../names.ts';
import { runScript } from '../next-steps.ts';

const DATABASE_STEPS: Readonly<Record<Database, string>> = {
  url: 'Write the address of your PostgreSQL into `.env`, then:',
  docker: 'Start PostgreSQL with `npm run database` (it needs Docker), then:',
  embedded: 'Start PostgreSQL with `npm run database`, in a terminal of its own, then:',
};

export function readmeFile({ name, framework, client, database }: ProjectChoices): string {
  return `# ${name}

Jobs in the background with [BearMQ](https://github.com/bearmq/bearmq), ${FRAMEWORK_NAMES[framework]} and ${CLIENT_NAMES[client]}.

\`\`\`sh
npm install
\`\`\`

${DATABASE_STEPS[database]}

\`\`\`sh
${runScript()}
\`\`\`

Enqueue a job, and look at it:

\`\`\`sh
curl -X POST -H 'content-type: application/json' -d '{"name":"Ada"}' http://localhost:3000/greet
open http://localhost:3000/admin/jobs
\`\`\`

On the command line, with the database of \`.env\`:

\`\`\`sh
npx bearmq jobs list   # the newest jobs; jobs explain says why one waits
npx bearmq doctor      # what is not in order, and what to do
\`\`\`

| File | What is in it |
| --- | --- |
| \`src/jobs.ts\` | The jobs: what they are called, and what they do |
| \`src/enqueue.ts\` | Enqueues one in a transaction with your own writes |
| \`src/worker.ts\` | The program that runs them |
| \`src/database.ts\` | The client and BearMQ's context |
| \`src/dashboard.ts\` | The dashboard, and who may do what |
| \`test/greet.test.ts\` | A job that goes all the way: \`npm test\` |
`;
}
