import type { JobRecord } from '@bearmq/core';
import type { Granted } from '../access.ts';
import type { Action } from '../actions.ts';
import type { Settings, Source } from '../options.ts';
import type { Cache } from './cache.ts';

/** What a route is asked. */
export interface Call {
  readonly source: Source;
  readonly settings: Settings;
  readonly granted: Granted;
  /** What is asked of the database for several routes, or seldom. */
  readonly cache: Cache;
  /** The parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Empty for a GET. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What of a job may leave the server. Whatever answers something of a job takes it from here. */
  readonly shown: (job: JobRecord) => JobRecord;
}

/** One thing that the API does. Its path is relative to `api/v1`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The right that it takes besides reading. `by-body`: that to the `action` of its body. */
  readonly action?: Action | 'by-body';
  /**
   * What becomes of it for whoever may see some channels only. `narrowed`: it shows and does what is within them. `refused`:
   * there is no telling what belongs to them.
   */
  readonly channels: 'narrowed' | 'refused';
  /** The parameters that it takes in the query. */
  readonly takes?: readonly string[];
  /** @defaultValue 200 */
  readonly status?: 201;
  /** It changes nothing, and nobody is told of it. */
  readonly isPreview?: true;
  /** Resolves to what becomes JSON; or to a {@link TextAnswer}. */
  readonly handle: (call: Call) => Promise<object>;
}

/** An answer that is no JSON of ours. */
export class TextAnswer {
  readonly type: string;
  readonly text: string;

  constructor(type: string, text: string) {
    this.type = type;
    this.text = text;
  }
}
