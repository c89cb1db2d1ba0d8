import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Role, Traits, Word } from '../children/config.ts';
import type { Reach } from '../ledger/facts.ts';
import type { Tell } from '../ledger/ledger-file.ts';
import type { Random } from '../random.ts';
import { Child } from './child.ts';

export interface CrewOptions {
  readonly seed: number;
  /** Of the ledgers. */
  readonly folder: string;
  readonly tell: Tell;
  /** The server's own address, that through the link, and that through a pooler where there is one. */
  readonly urls: Readonly<Record<Reach['way'], string | undefined>>;
  readonly onWord: (word: Word, child: Child) => void;
}

/** A place in the crew: when its process ends, another takes it. */
interface Post {
  readonly role: Role;
  readonly title: string;
  readonly way: Reach['way'];
  readonly traits: Traits;
  lives: number;
  child: Child | undefined;
}

const USUAL: Traits = {
  client: 'pg',
  poolMax: 4,
  statementTimeoutMs: null,
  wakeUp: 'auto',
  strayRejections: 'die',
  firstBlockMs: 0,
  clockShiftMs: 0,
};
const WAYS: readonly Reach['way'][] = ['direct', 'linked', 'pooled'];
const REPLACE_AFTER_MS = 300;
/** Nobody can stop in order while he cannot reach the database: longer than faults keep him from it. */
const STOP_MS = 60_000;

/** All the processes of a run. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #posts: readonly Post[];
  readonly #closing = new Set<Role>();

  constructor(options: CrewOptions) {
    this.#options = options;
    const post = (role: Role, nth: number, way: Reach['way'], traits: Partial<Traits> = {}): Post => ({
      role,
      title: `${role}${nth}`,
      way,
      traits: { ...USUAL, ...traits },
      lives: 0,
      child: undefined,
    });
    this.#posts = [
      ...(options.urls.pooled === undefined ? [] : [post('worker', 4, 'pooled')]),
      post('worker', 1, 'direct'),
      post('worker', 2, 'linked', { strayRejections: 'survive' }),
      post('worker', 3, 'direct', { wakeUp: 'poll' }),
      post('worker', 5, 'linked', { client: 'postgres.js' }),
      post('producer', 1, 'direct'),
      post('producer', 2, 'linked'),
      post('orchestrator', 1, 'direct'),
      post('orchestrator', 2, 'linked'),
      post('operator', 1, 'direct'),
    ];
  }

  /** Resolves when all of them have started. */
  async start(): Promise<void> {
    await Promise.all(this.#posts.map((post) => this.#fill(post, post.traits).started));
  }

  alive(role: Role): readonly Child[] {
    return this.#posts.flatMap(({ role: own, child }) => (own === role && child?.isAlive === true ? [child] : []));
  }

  /** One that has the processor and is not ending. Waits for one if there is none. */
  async victim(role: Role, random: Random, ways: readonly Reach['way'][] = WAYS): Promise<Child> {
    for (;;) {
      const candidates = this.alive(role).filter(({ isFrozen, config }) => !isFrozen && ways.includes(config.way));
      if (candidates.length > 0) return random.pick(candidates);
      await wait(50);
    }
  }

  /** Has one process stop in order, and another with other traits take its place, once. Resolves to that, if it does. */
  async replace(
    child: Child,
    traits: Partial<Traits>,
    options: { readonly waitSecs?: number } = {},
  ): Promise<Child | undefined> {
    const post = this.#posts.find((one) => one.child === child);
    if (post === undefined) return undefined;
    post.child = undefined; // or the usual one would follow
    await child.stop(STOP_MS, options);
    return this.#closing.has(post.role) ? undefined : this.#fill(post, { ...post.traits, ...traits });
  }

  /** Has all processes of a role stop in order, and others take their places, one after the other. */
  async renew(role: Role): Promise<void> {
    for (const child of this.alive(role)) await this.replace(child, {});
  }

  /** Ends a role for good, in order. */
  async close(role: Role): Promise<void> {
    this.#closing.add(role);
    await Promise.all(this.#posts.map(async (post) => post.role === role && (await post.child?.stop(STOP_MS))));
  }

  /** Fills the posts of a role that was closed. */
  reopen(role: Role): void {
    this.#closing.delete(role);
    for (const post of this.#posts) if (post.role === role) this.#fill(post, post.traits);
  }

  async killAll(): Promise<void> {
    for (const { role } of this.#posts) this.#closing.add(role);
    await Promise.all(this.#posts.map(async ({ child }) => await child?.kill()));
  }

  #fill(post: Post, traits: Traits): Child {
    const { seed, folder, tell, urls, onWord } = this.#options;
    post.lives += 1;
    const name = `${post.title}.${post.lives}`;
    const ledger = join(folder, `${name}.jsonl`);
    const { role, way } = post;
    const child = new Child({ name, role, url: urls[way] ?? '', way, ledger, seed, traits }, tell, onWord);
    post.child = child;
    void child.exited.then(async () => {
      await wait(REPLACE_AFTER_MS);
      if (post.child === child && !this.#closing.has(post.role)) this.#fill(post, post.traits);
    });
    return child;
  }
}
