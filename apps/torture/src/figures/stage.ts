import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context, generateMigrationSql } from 'bearmq';
import pg from 'pg';
import { readLedgers } from '../ledger/read-ledgers.ts';
import { asAdmin } from '../run/admin.ts';
import { Server } from '../run/server.ts';
import { SCHEMA } from '../settings.ts';
import { Actor } from './actor.ts';
import type { ActorConfig, ActorFact } from './actors/config.ts';
import { defineJob, type FigureJob } from './actors/definition.ts';

/** A server of its own, and the processes on it. */
export class Stage {
  readonly server: Server;
  /** To enqueue single jobs from here. */
  readonly job: FigureJob;
  readonly #folder: string;
  readonly #pool: pg.Pool;
  readonly #actors: Actor[] = [];

  private constructor(server: Server) {
    this.server = server;
    this.#folder = mkdtempSync(join(tmpdir(), 'bearmq-figures-'));
    this.#pool = new pg.Pool({ connectionString: server.url, application_name: 'figures' });
    this.#pool.on('error', () => {}); // an idle connection that the server ended
    this.job = defineJob(new Context({ pool: this.#pool, schema: SCHEMA }), () => {});
  }

  /** Gives `play` a stage, and clears it afterwards, however it ends. */
  static async with<T>(play: (stage: Stage) => Promise<T>): Promise<T> {
    const stage = new Stage(await Server.start(tmpdir()));
    try {
      await asAdmin(stage.server.url, async (client) => {
        for (const sql of generateMigrationSql(SCHEMA)) await client.query(sql);
      });
      return await play(stage);
    } finally {
      await stage.#clear();
    }
  }

  /** Starts a process; resolves when it is at work. */
  async enter(config: Pick<ActorConfig, 'name' | 'role'> & Partial<ActorConfig>): Promise<Actor> {
    const usual = { settings: {}, channels: ['DEFAULT'], concurrency: 1, ratePerSec: 0, mix: 'plain' } as const;
    const ledger = join(this.#folder, `${config.name}.jsonl`);
    const actor = new Actor({ ...usual, url: this.server.url, ledger, ...config });
    this.#actors.push(actor);
    await actor.ready();
    return actor;
  }

  /** What all processes have written down so far. */
  facts(): readonly ActorFact[] {
    return readLedgers<ActorFact>(this.#folder);
  }

  async #clear(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.kill()));
    await this.#pool.end();
    await this.server.remove();
    rmSync(this.#folder, { recursive: true });
  }
}
