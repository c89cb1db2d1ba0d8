import type { Context, JobRecord } from '@bearmq/core';
import { checkOptions, hasMethods, numberIn, oneOf } from '@bearmq/core/driver';
import type { Authorize } from './access.ts';
import type { Action, PayloadMode } from './actions.ts';

/** Whether a queue works: what `context.health()` of `bearmq` resolves to. */
export interface Health {
  readonly isHealthy: boolean;
  readonly findings: readonly {
    readonly kind: string;
    readonly severity: 'error' | 'warning';
    readonly subject: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly migrations: {
    readonly current: number;
    readonly latest: number;
    readonly pending: readonly { readonly version: number; readonly name: string }[];
  };
  readonly tables: readonly {
    readonly name: string;
    readonly heapBytes: number | null;
    readonly indexBytes: number | null;
    readonly toastBytes: number | null;
    readonly rows: number;
    readonly deadRows: number;
    readonly vacuumedAt: Date | null;
  }[];
  readonly horizon: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly who: string;
    readonly application: string | null;
    readonly state: string | null;
    readonly forSecs: number | null;
    readonly behind: number | null;
    readonly message: string;
    readonly remedy: string;
  }[];
}

/** A Context of `bearmq`; or one of `@bearmq/core`, without the page of the doctor's findings. */
export type DashboardContext = Context & { health?(): Promise<Health> };

/** What was done by the dashboard. */
export interface AuditRecord {
  readonly at: Date;
  /** As `authorize` named him. */
  readonly actor: string | null;
  readonly action: Action;
  /** The label of its context; `null` where there is one, without a label. */
  readonly source: string | null;
  /** What it was done to: the path and the body of the request. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What was answered. */
  readonly result: unknown;
}

/** Something that a job says of itself. */
export type OutputKind = 'result' | 'progress' | 'log';

/** The trace and the span in which a job was enqueued, as its header `traceparent` says. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly traceparent: string;
}

/** The options of {@link createDashboard}. */
export interface DashboardOptions {
  /**
   * What it shows; or several by their labels, for several schemas or databases. With several, the address goes on with
   * the label: `/@staging/jobs`.
   */
  readonly context: DashboardContext | Readonly<Record<string, DashboardContext>>;
  /**
   * Who may do what: called for each request but those for the files that a page loads, and `healthz`. `open` says in a word
   * that whoever reaches the dashboard may do everything.
   */
  readonly authorize: Authorize;
  /** The path that it is mounted at, where the framework does not take it away. @defaultValue '' */
  readonly basePath?: string;
  /** What its header and the titles of its pages say. @defaultValue 'BearMQ' */
  readonly title?: string;
  /** Shown beside the title; `production` has a colour of its own. @defaultValue none */
  readonly environment?: string;
  /**
   * The page of a trace: a template with `{traceId}`, and `{spanId}` if it likes; or a function that returns the address.
   * Shown for jobs that have the header `traceparent`, as those have that are enqueued within a span of
   * OpenTelemetry (`@bearmq/otel`).
   *
   * @defaultValue none
   */
  readonly traceUrl?: string | ((trace: TraceContext) => string);
  /** Pages about a job elsewhere: its logs, its customer. @defaultValue none */
  readonly links?: readonly { readonly label: string; readonly href: (job: JobRecord) => string }[];
  /**
   * What of a job may leave the server: called for each one before anything of it is answered. Returns it, or a copy with its
   * payload, error, failures or headers changed.
   */
  readonly redact?: (job: JobRecord) => JobRecord;
  /**
   * What of that which jobs say may leave the server: called for a result, for how far a job is, and for each line of a log.
   * Returns it, or what is to be shown in its place. Where `redact` is given and this is not, none of it leaves the server.
   *
   * @defaultValue all, where `redact` is not given either
   */
  readonly redactOutput?: (value: unknown, of: { readonly kind: OutputKind; readonly job: JobRecord }) => unknown;
  /** Of payloads, results, progress and logs, where `authorize` does not say otherwise. @defaultValue 'on-demand' */
  readonly payloads?: PayloadMode;
  /**
   * About how many jobs one bulk may be.
   *
   * @defaultValue 100000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 10,000,000.
   */
  readonly bulkLimit?: number;
  /**
   * How often the pages ask, in seconds.
   *
   * @defaultValue 2
   * @throws {@link InvalidOptionError} below 0.5 or above 60.
   */
  readonly refreshSecs?: number;
  /** Called when something was done, after its commit. What it throws fails the request, not what was done. */
  readonly onAction?: (action: AuditRecord) => void;
}

/** What has no default. */
type Unset = 'traceUrl' | 'redact' | 'redactOutput' | 'onAction';

/** What the server works with: the options, with what was left out. */
export interface Settings
  extends Omit<Required<DashboardOptions>, 'context' | 'environment' | Unset>,
    Pick<DashboardOptions, Unset> {
  readonly sources: readonly Source[];
  readonly environment: string | null;
}

/** A context that is shown. */
export interface Source {
  readonly label: string | null;
  readonly context: DashboardContext;
}

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function settingsOf(given: DashboardOptions): Settings {
  const options = checkOptions('createDashboard', given, checks, ['context', 'authorize']);
  const { context, environment, ...rest } = options;
  return {
    basePath: '',
    title: 'BearMQ',
    links: [],
    payloads: 'on-demand',
    bulkLimit: 100_000,
    refreshSecs: 2,
    ...rest,
    sources: sourcesIn(context),
    environment: environment ?? null,
  };
}

const CONTEXTS = 'must be a Context, or an object of them by their labels';
const isContext = hasMethods(['lanes', 'failures', 'pause'], CONTEXTS);

function isContexts(value: unknown): string | undefined {
  if (isContext(value) === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return CONTEXTS;
  const label = Object.keys(value).find((one) => !/^[A-Za-z0-9_.-]{1,63}$/.test(one));
  if (label === undefined)
    return Object.values(value)
      .map(isContext)
      .find((problem) => problem !== undefined);
  return `must have labels of up to 63 letters, digits, dots, dashes and underscores, got ${JSON.stringify(label)}`;
}

function sourcesIn(context: DashboardOptions['context']): readonly Source[] {
  if (isContext(context) === undefined) return [{ label: null, context: context as DashboardContext }];
  return Object.entries(context as Readonly<Record<string, DashboardContext>>).map(([label, one]) => ({
    label,
    context: one,
  }));
}

const aText = (value: unknown) => (typeof value === 'string' ? undefined : 'must be a string');
const aFunction = (value: unknown) => (typeof value === 'function' ? undefined : 'must be a function');

const checks = {
  context: isContexts,
  authorize: (value: unknown) =>
    value === 'open' || typeof value === 'function'
      ? undefined
      : "must be a function that says who may do what; or 'open': whoever reaches it may do everything",
  basePath: (value: unknown) =>
    typeof value === 'string' && /^(\/[^/?#]+)*$/.test(value)
      ? undefined
      : "must be '' or a path that begins with a slash and does not end with one: '/admin/jobs'",
  title: aText,
  environment: aText,
  links: (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one?.label === 'string' && typeof one?.href === 'function')
      ? undefined
      : 'must be a list of { label, href: (job) => address }',
  traceUrl: (value: unknown) =>
    typeof value === 'function' || (typeof value === 'string' && /^(https?:\/\/|\/(?!\/)).*\{traceId\}/.test(value))
      ? undefined
      : "must be an address with {traceId} in it, as 'https://traces.example/{traceId}', or a function that returns one",
  redact: aFunction,
  redactOutput: aFunction,
  payloads: oneOf('show', 'on-demand', 'never'),
  bulkLimit: numberIn(1, 10_000_000, 'jobs', 'whole'),
  refreshSecs: numberIn(0.5, 60, 'seconds'),
  onAction: aFunction,
};
