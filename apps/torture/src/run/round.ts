import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateMigrationSql } from 'bearmq';
import { openLedger } from '../ledger/ledger-file.ts';
import { Random } from '../random.ts';
import { CONTEXT_SETTINGS, QUOTED_SCHEMA, SCHEMA } from '../settings.ts';
import { keepWitnessed } from '../witness/kept-witness.ts';
import { readWitness } from '../witness/read-witness.ts';
import { witnessStatements } from '../witness/triggers.ts';
import { asAdmin, surely } from './admin.ts';
import { Crew } from './crew.ts';
import { drain } from './drain.ts';
import { type Judgement, judge } from './judge.ts';
import { Link } from './link.ts';
import { Pair } from './pair.ts';
import { startPooler } from './pooler.ts';
import type { Strike } from './schedule.ts';
import { Server, type Tortured } from './server.ts';
import { NO_REPLICATION, replicatingBinaries } from './standby.ts';
import { type Struck, strikeAll } from './strike-all.ts';
import { troubles } from './troubles.ts';

export interface RoundOptions {
  readonly seed: number;
  readonly secs: number;
  readonly strikes: readonly Strike[];
  /** Tells how it goes on. */
  readonly note: (text: string) => void;
  /** Ends the round early, with all its processes. */
  readonly interrupted: AbortSignal;
}

export interface RoundResult extends Judgement {
  readonly struck: ReadonlyMap<string, Struck>;
  /** Where the ledgers are. */
  readonly folder: string;
}

const CLOCK_MS = 500;

/** A server, a crew, the strikes, the end, the judgement. @throws Error when the torture itself fails, or is interrupted */
export async function playRound({ seed, secs, strikes, note, interrupted }: RoundOptions): Promise<RoundResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-ledgers-'));
  const tell = openLedger(join(folder, 'run.jsonl'), 'run');
  const server = await startServer(strikes);
  const link = await Link.open(server.url);
  const pooler = await startPooler(server.url);
  tell({ kind: 'clock' });
  const clock = setInterval(() => tell({ kind: 'clock' }), CLOCK_MS);
  const crew = new Crew({
    seed,
    folder,
    tell,
    urls: { direct: server.url, linked: link.url, pooled: pooler?.url },
    onWord: ({ says }, child) => {
      if (says === 'hanging') setTimeout(() => void child.kill(), 1_000); // nothing else would end it
    },
  });
  const during = troubles(tell);
  try {
    await asAdmin(server.url, async (client) => {
      for (const sql of [...generateMigrationSql(SCHEMA), ...witnessStatements(QUOTED_SCHEMA)]) await client.query(sql);
    });
    const behind = pooler === undefined ? 'no PgBouncer' : 'PgBouncer';
    note(`${server.label}, ${behind}, ${strikes.length} strikes in ${secs} s`);
    await crew.start();
    const struck = await strikeAll({ strikes, secs, note, interrupted, tell }, (nth) => {
      const random = new Random(seed, 'strike', nth);
      return {
        server,
        crew,
        link,
        victim: (role, ways) => crew.victim(role, random, ways),
        asAdmin: (act) => asAdmin(server.url, act),
        during,
        tell,
        random,
        leaseMs: CONTEXT_SETTINGS.leaseSecs * 1000,
      };
    });
    note('no more faults: what is left is worked off');
    await drain({ crew, url: server.url, tell, note });
    clearInterval(clock);
    tell({ kind: 'clock' });
    const witnessed = await surely(server.url, async (client) => await readWitness(client, QUOTED_SCHEMA));
    keepWitnessed(folder, witnessed);
    return {
      ...judge(folder),
      struck,
      folder,
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(clock);
    await crew.killAll();
    await link.close();
    await pooler?.stop();
    await server.remove();
  }
}

/** With a standby if a fault needs one. */
async function startServer(strikes: readonly Strike[]): Promise<Tortured> {
  if (!strikes.some(({ fault }) => fault.needs === 'standby')) return await Server.start(tmpdir());
  const binaries = replicatingBinaries();
  if (binaries === undefined) throw new Error(NO_REPLICATION);
  return await Pair.start(tmpdir(), binaries);
}
