import { describe, expect, it } from '@jest/globals';
import { farewell } from '../src/next-steps.ts';
import { readmeFile } from '../src/templates/readme.ts';

const choices = { name: 'shop', framework: 'none', client: 'pg', database: 'docker' } as const;

describe('what is said once a project is written', () => {
  it('is what was chosen for whoever chose nothing, and each command that comes next', () => {
    expect(
      farewell(choices, 'shop', ['--framework', '--database']),
    ).toBe(`It has Node.js for requests, pg for statements, and PostgreSQL in Docker.
That is the default; --framework, --database choose otherwise.

Next:
  cd shop
  npm install
  npm run database   # starts PostgreSQL; it needs Docker
  npm run migrate    # makes the schema
  npm run worker     # runs the jobs; in a terminal of its own
  npm start          # takes requests, and shows the dashboard

README.md says more.
`);
  });

  it('says nothing of defaults where all was chosen, and goes nowhere where it is there', () => {
    const told = farewell({ ...choices, database: 'url' }, '.', []);
    expect(told).not.toMatch(/default|cd /);
    expect(told).toContain('edit .env         # DATABASE_URL is');
    expect(farewell(choices, 'my shop', [])).toContain('  cd "my shop"\n');
  });

  it('is in the README of the project, too', () => {
    const readme = readmeFile(choices);
    for (const command of ['npm run migrate ', 'npm run worker ', 'npm start ', 'npx bearmq doctor']) {
      expect(readme).toContain(`\n${command}`);
    }
  });
});
