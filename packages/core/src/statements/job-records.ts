/**
 * What is told of a job, as JSON in one column: payloads, headers and failures are JSON already, and are read where they are
 * shown only. The row `w` is one of `job`, or of `finalized_job`; `$16` is the largest payload that is brought along.
 */
export function unfinishedRecord(w: string): string {
  return `pg_catalog.json_build_object(${common(w)}, 'state', ${w}.state, 'runAt', ${ms(`${w}.run_at`)},
        'error', pg_catalog.left(${w}.last_error, ${MAX_ERROR}), 'cancelAt', ${w}.cancel -> 'at')::text`;
}

export function finalizedRecord(w: string): string {
  return `pg_catalog.json_build_object(${common(w)}, 'state', 'over', 'outcome', ${w}.outcome,
        'finalizedAt', ${ms(`${w}.finalized_at`)}, 'error', pg_catalog.left(${w}.error, ${MAX_ERROR}))::text`;
}

/** The longest error that is told of, in characters. */
const MAX_ERROR = 10_000;

/** A moment in milliseconds since 1970; none where it is at infinity. */
function ms(moment: string): string {
  return `case when pg_catalog.isfinite(${moment}) then extract(epoch from ${moment})::float8 * 1000 end`;
}

function common(w: string): string {
  // The server compresses a text to no less than a 255th: what is small as it is kept is not read to see how large it is.
  const fits = `(pg_catalog.pg_column_size(${w}.payload) <= $16::int4 and pg_catalog.octet_length(${w}.payload::text) <= $16::int4)`;
  return `'id', ${w}.id, 'name', ${w}.name, 'channel', ${w}.channel, 'jobGroup', ${w}.job_group, 'priority', ${w}.priority,
        'attempt', ${w}.attempt, 'numAttempts', ${w}.num_attempts, 'enqueuedAt', ${ms(`${w}.enqueued_at`)},
        'claimedAt', ${ms(`${w}.claimed_at`)}, 'processId', ${w}.process_id, 'failures', ${w}.failures,
        'extras', case when pg_catalog.pg_column_size(${w}.extras) <= 65536 then ${w}.extras end,
        'payload', case when ${fits} then ${w}.payload end, 'isLeftOut', not ${fits}`;
}
