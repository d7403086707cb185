// The people who ask: so many at a time, outside the telemetry of the agent.
'use strict';
const { context } = require('@opentelemetry/api');
const { suppressTracing } = require('@opentelemetry/core');

/** Sends every run to the agent's entry. Who asks hangs up when the model endpoint says so. */
async function sendRuns(options, url, ledger, endpoint) {
  let next = 0;
  const statuses = [];
  const calls = new Map();
  endpoint.hangUp = (run) => calls.get(Number(run)).abort();
  const ask = async () => {
    while (next < options.runs) {
      const run = next++;
      calls.set(run, new AbortController());
      statuses.push(await status(run, calls.get(run).signal));
    }
  };
  const status = async (run, signal) => {
    try {
      const answer = await fetch(`${url}/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ run, question: 'Where is my order?' }),
        signal,
      });
      await answer.text();
      return answer.status;
    } catch (error) {
      if (signal.aborted) {
        return 499;
      }
      throw error;
    }
  };
  await context.with(suppressTracing(context.active()), () => Promise.all(Array.from({ length: options.concurrency }, ask)));

  await Promise.all(ledger.runs.map((run) => run.whenEnded));
  const answered = statuses.filter((status) => status < 400).length;
  const booked = ledger.runs.filter((run) => run.ok).length;
  if (answered !== booked) {
    throw new Error(`${answered} runs were answered, ${booked} were booked as ok`);
  }
}

module.exports = { sendRuns };
