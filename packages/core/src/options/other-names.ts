/** What somebody means who comes from another queue: options of ours, and what else there is to know. */
interface Meaning {
  readonly ours: readonly string[];
  readonly say?: string;
}

const meaning = (say: string | undefined, ...ours: readonly string[]): Meaning =>
  say === undefined ? { ours } : { ours, say };

const attempts = meaning('it counts all attempts, the first included', 'numAttempts');
const pause = meaning('it is one pause, in seconds; backoff has growing ones', 'timeoutSecs');
const growing = meaning("growing pauses are { type: 'exponential', delaySecs, maxSecs }, in seconds", 'backoff');
const longest = meaning('it is in seconds', 'maxSecs');
const kind = meaning("'fixed' or 'exponential'", 'type');
const ms = meaning('in seconds: before the first attempt, and between two', 'delaySecs', 'timeoutSecs');
const delay = meaning('it is in seconds', 'delaySecs');
const later = meaning('a Date, or seconds from now', 'runAt', 'delaySecs');
const channel = meaning(undefined, 'channel', 'channels');
const unique = meaning(
  'unique jobs are not there yet: insert a row with a unique key in a transaction of yours, and enqueue with its tx',
);
const repeat = meaning('it is in seconds; cron expressions are not there yet', 'repeatSecs');
const priority = meaning('a number: the higher, the sooner', 'priority');
const concurrency = meaning(undefined, 'concurrency');
const rate = meaning('it limits how many run at a time; limits of a rate are not there yet', 'concurrency');
const poll = meaning('it is in seconds', 'pollSecs');
const group = meaning('of a group one job runs at a time', 'jobGroup', 'jobGroupGenerator');
const runLimit = meaning('it is in seconds; timeoutSecs is the pause after a failed attempt', 'maxRunSecs');
const lease = meaning('it is in seconds; a living process keeps its jobs, however long they run', 'leaseSecs');
const work = meaning(undefined, 'workFunction');
const payload = meaning('the payload is the first argument of enqueue', 'payload');
const retention = meaning('it is in seconds, for jobs that succeeded and that failed', 'jobPostFinalizeDeleteSecs');
const outcome = meaning('outcomes are events: context.addEventHandler((event) => …)');
const deadLetter = meaning(
  'WORKER_JOB_EXPIRE tells of a job that failed for good, which is kept for jobPostFinalizeDeleteSecs of Context',
);
const transaction = meaning('your open transaction, as fromPg(client) gives it', 'tx');
const pool = meaning("a Pool of pg: new Context({ pool: new Pool({ connectionString }), schema: '_bearmq' })", 'pool');
const driver = meaning('pgDriver({ pool }) makes a driver of a pool', 'driver', 'pool');
const headers = meaning('strings by name, which go with the job', 'headers');
const registered = meaning(
  'a Worker runs what is registered in its context: await definition.register() for each JobDefinition',
);
const client = meaning(
  'a Context takes a Pool of pg, new Pool({ connectionString }); enqueue a tx, fromPg(client)',
  'pool',
  'tx',
);
const schema = meaning(undefined, 'schema');

/** Names of pg-boss, graphile-worker, BullMQ and others, in small letters, without `_` and `-`. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    'retrylimit retries retry attempts maxattempts maxretries numretries retrycount tries maxtries': attempts,
    'retrydelay retrydelaysecs retrydelayms': pause,
    'retrybackoff retrydelaymax retrystrategy backoffstrategy backofflimit exponentialbackoff': growing,
    'max maxdelay maxdelayms maxbackoff cap': longest,
    'strategy kind': kind,
    delayms: ms,
    delay,
    'startafter startin runat runin schedulein scheduleat scheduledat scheduledfor executeat eta countdown': later,
    'queue queuename queues tag tags topic lane': channel,
    'singletonkey singletonseconds jobkey jobkeymode unique uniquekey dedupe deduplication deduplicationid': unique,
    'jobid id idempotencykey key': unique,
    'cron crontab cronexpression pattern repeat repeatevery every interval schedule tz timezone': repeat,
    'prio importance weight urgency': priority,
    'teamsize teamconcurrency localconcurrency maxconcurrency parallelism prefetch concurrentjobs': concurrency,
    'limiter ratelimit': rate,
    'pollinterval pollingintervalseconds pollinginterval newjobcheckinterval newjobcheckintervalseconds': poll,
    'group groupid groupkey messagegroupid': group,
    'timeout timeoutms visibilitytimeout expirein expireinseconds expireinminutes jobtimeout maxruntime ttl': runLimit,
    'lockduration stalledinterval heartbeatseconds': lease,
    'handler processor perform task run fn callback work execute process': work,
    'data args params body input': payload,
    'removeoncomplete removeonfail retentiondays retentionseconds deleteafterseconds deleteafterdays': retention,
    'oncomplete onsuccess onfail onfailed onfailure onerror': outcome,
    'deadletter deadletterqueue': deadLetter,
    'transaction trx transacting manager': transaction,
    'connectionstring connectionurl connectionoptions url databaseurl database pgpool': pool,
    'client connection db session': client,
    schemaname: schema,
    pool: driver,
    'meta metadata traceparent': headers,
    'tasklist tasks jobs definitions processors': registered,
  } satisfies Record<string, Meaning>).flatMap(([names, meant]) =>
    names.split(' ').map((name) => [name, meant] as const),
  ),
);

/** Whose options ours are, for one that is given in the wrong place. */
const OWNERS: Readonly<Record<string, string>> = {
  numAttempts: 'JobDefinition and enqueue',
  timeoutSecs: 'JobDefinition and enqueue',
  maxRunSecs: 'JobDefinition and enqueue',
  backoff: 'JobDefinition and enqueue',
  priority: 'JobDefinition and enqueue',
  delaySecs: 'JobDefinition and enqueue',
  runAt: 'enqueue',
  channel: 'JobDefinition and enqueue',
  jobGroup: 'enqueue',
  headers: 'enqueue, and of enqueueMany',
  jobGroupGenerator: 'JobDefinition',
  repeatSecs: 'JobDefinition',
  workFunction: 'JobDefinition',
  tx: 'enqueue, and the second argument of enqueueMany',
  concurrency: 'Worker',
  pool: 'Context',
  channels: 'Worker',
  pollSecs: 'Context',
  leaseSecs: 'Context',
  wakeUp: 'Context',
  jobGroupUnlockSecs: 'Context',
  jobPostFinalizeDeleteSecs: 'Context',
  schema: 'Context',
  cleanUpPollSecs: 'Orchestrator',
  jobSchedulePollSecs: 'Orchestrator',
};

/**
 * What to use in place of an option that is not one of those `known` here: one that another queue calls so, or one of
 * ours that belongs elsewhere. `undefined` when it is neither.
 */
export function remedyOf(key: string, known: readonly string[]): string | undefined {
  const meant = MEANINGS.get(key.toLowerCase().replace(/[_-]/g, ''));
  if (meant === undefined) return Object.hasOwn(OWNERS, key) ? belongs(key) : undefined;
  const here = meant.ours.filter((name) => known.includes(name));
  const there = meant.ours.filter((name) => Object.hasOwn(OWNERS, name));
  if (here.length > 0) {
    return `did you mean ${here.map(quoted).join(' or ')}?${meant.say === undefined ? '' : ` (${meant.say})`}`;
  }
  return [...there.map(belongs), ...(meant.say === undefined ? [] : [meant.say])].join('; ');
}

function belongs(name: string): string {
  return `${quoted(name)} is an option of ${OWNERS[name]}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
