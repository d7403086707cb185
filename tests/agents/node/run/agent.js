// The frame of every agent: its loopback services, its HTTP entry, the load, and at the end the truth.
'use strict';
const express = require('express');
const { Dice } = require('./dice');
const { Ledger } = require('./ledger');
const { sendRuns } = require('./load');
const { listen, pause } = require('./pause');
const { ModelEndpoint } = require('../loopback/model-endpoint');
const { startOrderBook, startVectorStore } = require('../loopback/store');

/**
 * Runs an agent to its end and prints its truth.
 * @param name what the truth calls it
 * @param options from the command line
 * @param telemetry whose spans are sent before the truth is told
 * @param build told {dice, ledger, endpoint, vectorStore, orderBook}; makes what answers a run: (run, question) => answer, failing with an error
 */
async function runAgent(name, options, telemetry, build) {
  const dice = new Dice(options);
  const ledger = new Ledger();
  const endpoint = new ModelEndpoint(options, dice);
  await endpoint.start();
  const [vectorStore, orderBook] = await Promise.all([startVectorStore(dice), startOrderBook(dice)]);
  const answer = await build({ dice, ledger, endpoint, vectorStore, orderBook });
  const entry = await startEntry(dice, ledger, answer);

  await sendRuns(options, entry.url, ledger, endpoint);
  await telemetry.shutdown();
  [entry, endpoint, vectorStore, orderBook].forEach((service) => service.stop());
  console.log(JSON.stringify({ agent: name, ...ledger.truth(), spans: telemetry.spans(), modelCalls: endpoint.calls }));
}

async function startEntry(dice, ledger, answer) {
  const app = express();
  app.use(express.json());
  app.post('/ask', async (request, response) => {
    const { run, question } = request.body;
    const book = ledger.open(run);
    // Whoever asked may hang up, and then nobody wants the answer.
    response.once('close', () => response.writableEnded || book.cancel());
    try {
      response.json(await book.step('ingress', 'POST /ask', async () => {
        await pause(dice.latency('ingress', run));
        if (dice.fails('ingress', run)) {
          throw new Error('the request could not be validated');
        }
        const text = await answer(run, question);
        if (dice.fails('silent', run)) {
          throw new Error('the answer could not be sent');
        }
        return { answer: text };
      }));
    } catch (error) {
      response.status(500).json({ error: error.message });
    }
  });
  const server = { listen: (...where) => (server.http = app.listen(...where)) };
  const url = await listen(server);
  return { url, stop: () => { server.http.closeAllConnections(); server.http.close(); } };
}

/** Runs what an agent's file does, and ends the process with 1 if it fails. */
const main = (work) => work().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });

module.exports = { main, runAgent };
