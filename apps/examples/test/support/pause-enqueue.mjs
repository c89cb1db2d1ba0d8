// Loaded into an example before it starts (`node --import`): its third enqueue stops at the moment that BEARMQ_PAUSE names,
// so that it can be killed there. The example itself knows nothing of it.
import { JobDefinition } from 'bearmq';

const moment = process.env.BEARMQ_PAUSE;
const { enqueue } = JobDefinition.prototype;
let calls = 0;

JobDefinition.prototype.enqueue = async function (...args) {
  calls += 1;
  const isThird = calls === 3;
  if (isThird && moment === 'before') await stop();
  const jobId = await enqueue.apply(this, args);
  if (isThird && moment === 'after') await stop();
  return jobId;
};

/** For ever: it ends with the process. */
async function stop() {
  console.log(`stopped ${moment} the third enqueue`);
  await new Promise(() => setInterval(() => {}, 60_000));
}
