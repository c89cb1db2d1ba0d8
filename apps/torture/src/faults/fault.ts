import type pg from 'pg';
import type { Role } from '../children/config.ts';
import type { Reach, Troubled } from '../ledger/facts.ts';
import type { Tell } from '../ledger/ledger-file.ts';
import type { Random } from '../random.ts';
import type { Crew } from '../run/crew.ts';
import type { Link } from '../run/link.ts';
import type { Tortured } from '../run/server.ts';

/** What a fault has to do harm with. */
export interface World {
  readonly server: Tortured;
  readonly crew: Crew;
  /** The network of those that are not connected directly. */
  readonly link: Link;
  /** A process that is awake, to have something done to it. */
  readonly victim: (role: Role, ways?: readonly Reach['way'][]) => ReturnType<Crew['victim']>;
  /** Writes down that a way to the database is out of order for as long as something takes. */
  during<T>(of: Troubled, act: () => Promise<T>): Promise<T>;
  /** The run's own ledger. */
  readonly tell: Tell;
  /** Does something on a connection of its own, as soon as one can be had. */
  asAdmin<T>(act: (client: pg.Client) => Promise<T>): Promise<T>;
  /** This strike's own: the same in every run of a seed. */
  readonly random: Random;
  readonly leaseMs: number;
}

/** Something that goes wrong in production. */
export interface Fault {
  readonly name: string;
  /** One line for the list. */
  readonly about: string;
  /** That the server has a standby for which commits wait. @defaultValue nothing */
  readonly needs?: 'standby';
  /**
   * Lets it happen once. Resolves when it is over, to what was done; rejects with a `Missed` when another fault
   * came in its way.
   */
  strike(world: World): Promise<string>;
}
