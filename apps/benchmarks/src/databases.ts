import pg from 'pg';
import type { Contestant, Place, Purpose } from './contestant.ts';

/** Gives every measurement a database of its own, quickly: a copy of one that the contestant has set up once. */
export class Databases {
  readonly #url: string;
  readonly #redisPort: number | undefined;
  readonly #setUp: (contestant: Contestant, place: Place) => Promise<void>;
  readonly #templates = new Set<string>();

  constructor(
    url: string,
    redisPort: number | undefined,
    setUp: (contestant: Contestant, place: Place) => Promise<void>,
  ) {
    this.#url = url;
    this.#redisPort = redisPort;
    this.#setUp = setUp;
  }

  /** Runs `work` on a fresh database, and drops that afterwards. */
  async use<T>(contestant: Contestant, purpose: Purpose, work: (place: Place) => Promise<T>): Promise<T> {
    const template = await this.#template(contestant, purpose);
    await this.#run(`drop database if exists measured with (force)`);
    await this.#run(`create database measured template ${template}`);
    try {
      return await work(this.#place('measured', purpose));
    } finally {
      // This ends with a checkpoint, so that the next contestant does not pay for the pages of this one.
      await this.#run('drop database measured with (force)');
    }
  }

  async #template(contestant: Contestant, purpose: Purpose): Promise<string> {
    const name = `template_${contestant.id}_${purpose}`.replaceAll('-', '_');
    if (!this.#templates.has(name)) {
      await this.#run(`drop database if exists ${name} with (force)`);
      await this.#run(`create database ${name}`);
      await this.#setUp(contestant, this.#place(name, purpose));
      this.#templates.add(name);
    }
    return name;
  }

  #place(database: string, purpose: Purpose): Place {
    const url = new URL(this.#url);
    url.pathname = `/${database}`;
    return { url: url.href, redisPort: this.#redisPort, purpose };
  }

  async #run(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
