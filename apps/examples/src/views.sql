-- #region views
select id, error, payload from _bearmq.jobs
where job_name = 'SEND_RECEIPT' and outcome = 'failed' and finalized_at > now() - interval '1 day';

select channel, job_name, ready, running, now() - oldest_ready_at as waits from _bearmq.queues where not paused;
-- #endregion views
