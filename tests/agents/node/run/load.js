// The people who ask: so many at a time, outside the telemetry of the agent.
'use strict';
const { context } = require('@opentelemetry/api');
const { suppressTracing } = require('@opentelemetry/core');

/** Sends every run to the agent's entry. */
async function sendRuns(options, url, ledger) {
  let next = 0;
  const statuses = [];
  const ask = async () => {
    while (next < options.runs) {
      const run = next++;
      const answer = await fetch(`${url}/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ run, question: 'Where is my order?' }),
      });
      await answer.text();
      statuses.push(answer.status);
    }
  };
  await context.with(suppressTracing(context.active()), () => Promise.all(Array.from({ length: options.concurrency }, ask)));

  const answered = statuses.filter((status) => status < 500).length;
  const booked = ledger.runs.filter((run) => run.ok).length;
  if (answered !== booked) {
    throw new Error(`${answered} runs were answered, ${booked} were booked as ok`);
  }
}

module.exports = { sendRuns };
