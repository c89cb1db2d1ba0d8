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
const most = meaning('in seconds; how many connections a pool opens is given to new Pool({ max })', 'maxSecs');
const kind = meaning("'fixed' or 'exponential'", 'type');
const ms = meaning('in seconds: before the first attempt, and between two', 'delaySecs', 'timeoutSecs');
const delay = meaning('it is in seconds', 'delaySecs');
const later = meaning('a Date, or seconds from now', 'runAt', 'delaySecs');
const channel = meaning(undefined, 'channel', 'channels');
const unique = meaning("{ key, until: 'started' } of a definition, or the key of one job", 'unique');
const heldUntil = meaning("'started', 'finished' or 'deleted': when the key is free again", 'until', 'unique');
const heldFor = meaning('it is in seconds, from the enqueue', 'forSecs', 'unique');
const onConflict = meaning("'skip', 'replace', 'restart' or 'throw'", 'onConflict', 'unique');
const cron = meaning("as in schedules: [{ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }]", 'cron', 'schedules');
const repeat = meaning('it is in seconds', 'everySecs', 'repeatSecs');
const schedule = meaning("as in schedules: [{ cron: '0 2 * * *' }, { key: 'often', everySecs: 60 }]", 'schedules');
const zone = meaning("as in schedules: [{ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }]", 'timeZone', 'schedules');
const priority = meaning('a number: the higher, the sooner', 'priority');
const weight = meaning('the jobs in a row that a group starts at its turn', 'weight');
const concurrency = meaning("a Worker's is its own, a JobDefinition's is of all processes together", 'concurrency');
const rate = meaning('{ max, perSecs }: so many starts in so many seconds, in all processes together', 'rateLimit');
const groupConcurrency = meaning('how many jobs of a group may run at a time', 'groupConcurrency');
const groupRate = meaning('{ max, perSecs }, of each group', 'groupRateLimit');
const perSecs = meaning('it is in seconds', 'perSecs');
const period = meaning('it is in seconds', 'forSecs', 'perSecs', 'unique', 'rateLimit');
const poll = meaning('it is in seconds', 'pollSecs');
const group = meaning('of a group one job runs at a time', 'jobGroup', 'jobGroupGenerator');
const runLimit = meaning('it is in seconds; timeoutSecs is the pause after a failed attempt', 'maxRunSecs');
const ttl = meaning('it is in seconds: how long a run may take, or a unique key is held', 'maxRunSecs', 'forSecs');
const lease = meaning('it is in seconds; a living process keeps its jobs, however long they run', 'leaseSecs');
const work = meaning(undefined, 'workFunction');
const payload = meaning('the payload is the first argument of enqueue', 'payload');
const retention = meaning('it is in seconds, for jobs that succeeded and that failed', 'jobPostFinalizeDeleteSecs');
const failedRetention = meaning('it is in seconds, for jobs that failed', 'jobPostFailDeleteSecs');
const count = meaning('of all that are over, of whatever name', 'maxFinalizedJobs');
const outcome = meaning('outcomes are events: context.addEventHandler((event) => …)');
const failure = meaning("another JobDefinition; a function takes context.on('WORKER_JOB_EXPIRE', …)", 'onFailure');
const deadLetter = meaning('a JobDefinition; failed jobs are kept for jobPostFailDeleteSecs of Context', 'onFailure');
const deaths = meaning('how often its process may die for free', 'maxDeaths');
const defaults = meaning(undefined, 'jobDefaults');
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
const MEANINGS = byName({
  'retrylimit retries retry attempts maxattempts maxretries numretries retrycount tries maxtries': attempts,
  'retrydelay retrydelaysecs retrydelayms': pause,
  'retrybackoff retrydelaymax retrystrategy backoffstrategy backofflimit exponentialbackoff': growing,
  max: most,
  'maxdelay maxdelayms maxbackoff cap': longest,
  'strategy kind': kind,
  delayms: ms,
  delay,
  'startafter startin runat runin schedulein scheduleat scheduledat scheduledfor executeat eta countdown': later,
  'queue queuename queues tag tags topic lane': channel,
  'singletonkey jobkey uniquekey uniqueid dedupe dedup dedupekey deduplication deduplicationid debounce': unique,
  'jobid id idempotencykey key uniqueopts uniqueby': unique,
  'scope states bystate uniquestates': heldUntil,
  'singletonseconds singletonminutes singletonhours uniquefor byperiod withinsecs uniqueperiod': heldFor,
  'jobkeymode onduplicate conflict conflictaction keeplastifactive extend': onConflict,
  'cron crontab cronexpression pattern': cron,
  'repeatevery every interval everyms': repeat,
  'repeat schedule': schedule,
  'tz timezone': zone,
  'prio importance urgency': priority,
  weight,
  'teamsize teamconcurrency localconcurrency maxconcurrency parallelism prefetch concurrentjobs': concurrency,
  'globalconcurrency globallimit maxrunning concurrencylimit limitsconcurrency': concurrency,
  'limiter ratelimit ratelimiter throttle throttling throttled jobspersecond': rate,
  'groupconcurrency grouplimit maxpergroup localgroupconcurrency tenantconcurrency': groupConcurrency,
  'groupratelimit grouplimiter': groupRate,
  'duration durationms windowsecs perseconds': perSecs,
  period,
  'pollinterval pollingintervalseconds pollinginterval newjobcheckinterval newjobcheckintervalseconds': poll,
  'group groupid groupkey messagegroupid': group,
  'timeout timeoutms visibilitytimeout expirein expireinseconds expireinminutes jobtimeout maxruntime': runLimit,
  ttl,
  'lockduration stalledinterval heartbeatseconds': lease,
  'handler processor perform task run fn callback work execute process': work,
  'data args params body input': payload,
  'removeoncomplete retentiondays retentionseconds deleteafterseconds deleteafterdays': retention,
  'removeonfail keepfailed failedretention': failedRetention,
  'keepjobs maxjobs maxcompleted maxfinished maxhistory': count,
  'oncomplete onsuccess': outcome,
  'onfail onfailed onfailure onerror': failure,
  'deadletter deadletterqueue': deadLetter,
  'maxstalledcount stalledlimit maxcrashes': deaths,
  'defaultjoboptions jobsoptions defaults': defaults,
  'transaction trx transacting manager': transaction,
  'connectionstring connectionurl connectionoptions url databaseurl database pgpool': pool,
  'client connection db session': client,
  schemaname: schema,
  pool: driver,
  'meta metadata traceparent': headers,
  'tasklist tasks jobs definitions processors': registered,
});

/** By each of the names. One that means two things has both in one meaning: the latter would hide the former. */
function byName(meanings: Readonly<Record<string, Meaning>>): ReadonlyMap<string, Meaning> {
  const all = new Map<string, Meaning>();
  for (const [names, meant] of Object.entries(meanings)) {
    for (const name of names.split(' ')) {
      if (all.has(name)) throw new Error(`"${name}" has two meanings here: make one of them, with the options of both`);
      all.set(name, meant);
    }
  }
  return all;
}

/** Whose options ours are, for one that is given in the wrong place. */
const OWNERS: Readonly<Record<string, string>> = {
  numAttempts: 'JobDefinition and enqueue',
  timeoutSecs: 'JobDefinition and enqueue',
  maxRunSecs: 'JobDefinition and enqueue',
  maxDeaths: 'JobDefinition and enqueue',
  backoff: 'JobDefinition and enqueue',
  onFailure: 'JobDefinition',
  priority: 'JobDefinition and enqueue',
  delaySecs: 'JobDefinition and enqueue',
  runAt: 'enqueue',
  maxSecs: 'backoff',
  type: 'backoff',
  perSecs: 'rateLimit',
  unique: 'JobDefinition and enqueue',
  channel: 'JobDefinition and enqueue',
  jobGroup: 'enqueue',
  headers: 'enqueue, and of enqueueMany',
  jobGroupGenerator: 'JobDefinition',
  repeatSecs: 'JobDefinition',
  schedules: 'JobDefinition',
  workFunction: 'JobDefinition',
  tx: 'enqueue, and the second argument of enqueueMany',
  concurrency: 'Worker and JobDefinition',
  rateLimit: 'JobDefinition, and of context.limits.set',
  groupConcurrency: 'JobDefinition, and of context.limits.set',
  groupRateLimit: 'JobDefinition, and of context.limits.set',
  weight: 'limits.set for a { jobGroup }',
  pool: 'Context',
  channels: 'Worker',
  pollSecs: 'Context',
  leaseSecs: 'Context',
  wakeUp: 'Context',
  jobGroupUnlockSecs: 'Context',
  jobPostFinalizeDeleteSecs: 'Context',
  jobPostFailDeleteSecs: 'Context',
  maxFinalizedJobs: 'Context',
  jobDefaults: 'Context',
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
